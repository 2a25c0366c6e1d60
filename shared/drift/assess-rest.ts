import type { Lease } from '../ledger/lease.ts';
import type { Standing, TargetState } from '../ledger/target-state.ts';

/** A target that nothing of ours writes to. */
export interface Rest {
  /** What it should have. */
  readonly standing: Standing;
  /** Of its newest write lease: every write takes one before it, with a higher token. */
  readonly fence: number;
}

/**
 * What a target should have, where that is settled: not while a rollout, a rollback among them, has begun there and is not verified, not from
 * the first write of a way back until the target is back, and not where either ended half way. A wave that has its turn and waits, for an
 * approval or for this very drift to end, has written nothing: its targets are settled. Pure.
 */
export const settledOn = ({ begun, verified, leaving }: TargetState): Standing | undefined =>
  leaving === undefined && begun?.rollout === verified?.rollout ? verified : undefined;

/** A target that is settled, with nobody who may write to it now; `undefined` of any other. `now` in epoch milliseconds. Pure. */
export const assessRest = (state: TargetState, { fence, until }: Lease, now: number): Rest | undefined => {
  const standing = settledOn(state);
  return standing === undefined || until > now ? undefined : { standing, fence };
};

/** Whether nothing of ours can have written between two readings: what was seen meanwhile counts. Pure. */
export const isSameRest = (before: Rest, after: Rest | undefined): boolean =>
  after !== undefined && after.fence === before.fence && after.standing.rollout === before.standing.rollout;
