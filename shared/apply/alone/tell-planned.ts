import type { ObjectId } from '../../rollout/plan.ts';
import { appliedLine, refusedLine } from '../alone-words.ts';
import type { ComparedEach } from '../compare-each.ts';
import type { ComparedTarget } from '../compare-target.ts';
import { spoken } from '../object-id.ts';
import { skippedBy } from '../ready-queue.ts';
import type { Setting } from './setting.ts';

/** Tells what would be done, in the words of what then is, and returns what would stay. */
export const tellPlanned = (
  { input, telling }: Setting,
  { refusals }: ComparedEach,
  compared: ComparedTarget,
): readonly ObjectId[] => {
  const present = new Set(compared.objects.map(({ id }) => id));
  const skipped = skippedBy(
    compared.order,
    compared.order.order.filter((id) => !present.has(id)),
  );
  for (const object of compared.objects) {
    const need = skipped.get(object.id);
    if (need !== undefined) {
      const because = `${spoken(object.id)} needs ${spoken(need)}, which was not applied`;
      telling.tell(refusedLine(object.id, { code: 'SKIPPED', because }, object.source));
      continue;
    }
    const line = appliedLine(object);
    // Its CRD or its namespace comes with the set itself.
    telling.tell(object.isUntried ? { ...line, reason: 'not tried, for what it goes into is not there yet' } : line);
  }
  if (input.prune && refusals.length === 0) {
    for (const { id } of compared.prunes) telling.tell({ identity: id, action: 'pruned', reason: '' });
  }
  return compared.kept.map(({ id }) => id).sort();
};
