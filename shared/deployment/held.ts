import type { SliceResult } from '../apply/slice.ts';
import { readHolds } from '../ledger/holds.ts';
import { readRollout } from '../ledger/rollouts.ts';
import type { Outside } from '../outside/outside.ts';
import { secondsToLook } from '../rollout/assess-entry.ts';
import { changedServices } from '../rollout/changed-services.ts';
import { type Hold, holdOn, waitOf } from '../rollout/holds.ts';
import type { InProgress } from '../rollout/outcome.ts';
import type { TargetPlan } from '../rollout/plan.ts';
import type { DeploymentRef } from './deployment-ref.ts';

/** Finds the hold that keeps a deployment from writing now. */
export type FindHold = () => Promise<Hold | undefined>;

/** How a deployment asks whether it is held; what does not change while it runs is read once. */
export const openHolds = async (
  ref: DeploymentRef,
  plan: TargetPlan,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<FindHold> => {
  const rollout = await readRollout(ledger, ref.rollout);
  const subject = {
    ...ref,
    source: rollout?.repository ?? '',
    services: changedServices(plan),
    isRollback: rollout?.rollback === true,
  };
  return async () => holdOn(await readHolds(ledger), subject);
};

/** A deployment that is held goes on where it is once that is lifted. */
export const heldBy = (hold: Hold, now: number): InProgress => ({
  status: 'in-progress',
  retryAfterSeconds: secondsToLook(now, hold.at, hold.until),
  because: waitOf(hold).because,
});

/** A slice that ended because of a hold is not over: what it has done is kept, and it goes on later. */
export const orHeld = (slice: SliceResult, hold: Hold | undefined, now: number): SliceResult =>
  slice.status !== 'stopped' || hold === undefined ? slice : { ...heldBy(hold, now), progress: slice.progress };
