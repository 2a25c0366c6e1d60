import type { Guard, Journal } from '../apply/writing.ts';
import { holdsLease, type Lease } from '../ledger/lease.ts';
import { readStop } from '../ledger/waves.ts';
import { intentName, recordIntent, recordOutcome } from '../ledger/writes.ts';
import type { Outside } from '../outside/outside.ts';
import { type Hold, waitOf } from '../rollout/holds.ts';
import { type DeploymentRef, deploymentName } from './deployment-ref.ts';
import type { FindHold } from './held.ts';

/** A guard, and the hold that it refused a write for. */
export interface HeldGuard {
  readonly guard: Guard;
  /** The newest; `undefined` where it refused nothing, or a write for what no waiting mends: a stop, or a lease that is no longer ours. */
  hold(): Hold | undefined;
}

/**
 * Asked before every write: the wave must not have been stopped, nothing may hold the deployment, and the write lease must still be ours.
 * A stop comes before a hold: what is given up does not wait.
 */
export const writeGuard = (
  ref: DeploymentRef,
  lease: Lease,
  findHold: FindHold,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): HeldGuard => {
  // Writes are sent side by side, and so are these: one that may pass takes nothing back of what another was refused for.
  let held: Hold | undefined;
  let isOver = false;
  const giveUp = (because: string): string => {
    isOver = true;
    return because;
  };
  return {
    hold: () => (isOver ? undefined : held),
    guard: async () => {
      const stop = await readStop(ledger, ref);
      if (stop !== undefined) return giveUp(`wave ${ref.wave} is stopped: ${stop.because}`);
      const hold = await findHold();
      if (hold !== undefined) {
        held = hold;
        return waitOf(hold).because;
      }
      if (await holdsLease(ledger, ref.target, lease, clock.now())) return undefined;
      return giveUp(
        `write lease ${lease.fence} of target ${ref.target} is no longer ours; a newer attempt writes there`,
      );
    },
  };
};

/** Rows of intents and outcomes, one of each per write: open ones under the target, ended ones under their deployment. */
export const writeJournal = (
  ref: DeploymentRef,
  lease: Lease,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Journal => {
  const { target, plan } = ref;
  let writes = 0;
  return {
    intent: async (write) => {
      writes += 1;
      const intent = intentName(target, lease.fence, writes);
      const row = {
        ...write,
        intent,
        deployment: deploymentName(ref),
        target,
        fence: lease.fence,
        at: clock.now(),
        plan,
      };
      await recordIntent(ledger, row);
      return intent;
    },
    outcome: (intent, outcome) => recordOutcome(ledger, target, intent, outcome, clock.now()),
  };
};
