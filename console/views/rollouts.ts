import type { Rollout } from '../../shared/ledger/rollouts.ts';

/** One line of the list of rollouts. */
export type RolloutLine = Pick<
  Rollout,
  'rollout' | 'commit' | 'release' | 'startedAt' | 'startedBy' | 'waves' | 'end' | 'only'
>;

/** Rollouts, those under way first, then newest first. Pure. */
export const rolloutsView = (rollouts: readonly Rollout[]): readonly RolloutLine[] =>
  rollouts
    .map(({ rollout, commit, release, startedAt, startedBy, waves, end, only }) => ({
      rollout,
      commit,
      startedAt,
      startedBy,
      ...(release === undefined ? {} : { release }),
      ...(waves === undefined ? {} : { waves }),
      ...(end === undefined ? {} : { end }),
      ...(only === undefined ? {} : { only }),
    }))
    .toSorted((a, b) => Number(a.end !== undefined) - Number(b.end !== undefined) || b.startedAt - a.startedAt);
