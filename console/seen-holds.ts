import { readRollout } from '../shared/ledger/rollouts.ts';
import type { Outside } from '../shared/outside/outside.ts';
import type { Hold } from '../shared/rollout/holds.ts';

/** Whether a rollout is for one of these targets alone, so that who may not see that may not know of it. Reads only. */
export const isHiddenRollout = async (
  rollout: string,
  hidden: ReadonlySet<string>,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<boolean> => hidden.size > 0 && hidden.has((await readRollout(ledger, rollout))?.only ?? '');

/**
 * The holds that somebody may know of who may not see these targets: none of one of them, of the wave that is named after it, or of a rollout
 * for it alone. Reads only.
 */
export const seenHolds = async <Named extends Pick<Hold, 'scope' | 'name'>>(
  holds: readonly Named[],
  hidden: ReadonlySet<string>,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<readonly Named[]> => {
  if (hidden.size === 0) return holds;
  const owners = await Promise.all(
    holds.map(async ({ scope, name }) => {
      if (scope === 'rollout') return (await readRollout(ledger, name))?.only;
      return scope === 'target' || scope === 'wave' ? name : undefined;
    }),
  );
  return holds.filter((_, at) => !hidden.has(owners[at] ?? ''));
};
