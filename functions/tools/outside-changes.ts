import { readDrift } from '../../shared/drift/drift-row.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { sayWritten } from '../../shared/rollout/last-written.ts';
import type { OutsideChange } from '../../shared/rollout/order-suspects.ts';

/** What the looks for drift have found on a target that no rollout brought there, object by object. Reads only. */
export const readOutsideChanges = async (
  target: string,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<readonly OutsideChange[]> => {
  const drift = await readDrift(ledger, target);
  if (drift?.status !== 'drifted') return [];
  const { since: at = drift.at, objects = [] } = drift;
  return objects.map(({ id, because, written }) => ({
    outside: `${id} (${because}${written === undefined ? '' : `; ${sayWritten(written)}`})`,
    at,
  }));
};
