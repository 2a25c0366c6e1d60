import type { Guard, Journal } from '../apply/writing.ts';
import { holdsLease, type Lease } from '../ledger/lease.ts';
import { update } from '../ledger/update.ts';
import { readStop } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { type Hold, waitOf } from '../rollout/holds.ts';
import { type DeploymentRef, deploymentName } from './deployment-ref.ts';
import type { FindHold } from './held.ts';

/** A guard, and the hold that it refused a write for last. */
export interface HeldGuard {
  readonly guard: Guard;
  /** `undefined` where what it refused for last is no hold, or it refused nothing. */
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
  let last: Hold | undefined;
  return {
    hold: () => last,
    guard: async () => {
      last = undefined;
      const stop = await readStop(ledger, ref);
      if (stop !== undefined) return `wave ${ref.wave} is stopped: ${stop.because}`;
      last = await findHold();
      if (last !== undefined) return waitOf(last).because;
      if (await holdsLease(ledger, ref.target, lease, clock.now())) return undefined;
      return `write lease ${lease.fence} of target ${ref.target} is no longer ours; a newer attempt writes there`;
    },
  };
};

/** Rows of intents and outcomes, one of each per write, under the deployment they belong to. */
export const writeJournal = (
  ref: DeploymentRef,
  lease: Lease,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Journal => {
  const partition = deploymentName(ref);
  let writes = 0;
  return {
    intent: async (write) => {
      writes += 1;
      const intent = `${lease.fence}-${String(writes).padStart(6, '0')}`;
      const data = { ...write, at: clock.now(), plan: ref.plan, fence: lease.fence };
      await ledger.put({ partition, sort: `intent#${intent}`, data, expect: 'absent' });
      return `${ref.target}/${intent}`;
    },
    outcome: async (intent, outcome) => {
      const sort = `intent#${intent.slice(intent.lastIndexOf('/') + 1)}`;
      await update(ledger, { partition, sort }, (row) => ({ ...row?.data, outcome, endedAt: clock.now() }));
    },
  };
};
