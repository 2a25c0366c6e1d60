import type { Guard, Journal } from '../apply/writing.ts';
import { holdsLease, type Lease } from '../ledger/lease.ts';
import { readStop } from '../ledger/waves.ts';
import { intentName, recordIntent, recordOutcome } from '../ledger/writes.ts';
import type { Outside } from '../outside/outside.ts';
import { type DeploymentRef, deploymentName } from './deployment-ref.ts';

/** Asked before every write: the wave must not have been stopped, and the write lease must still be ours. */
export const writeGuard =
  (ref: DeploymentRef, lease: Lease, { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>): Guard =>
  async () => {
    const stop = await readStop(ledger, ref);
    if (stop !== undefined) return `wave ${ref.wave} is stopped: ${stop.because}`;
    if (await holdsLease(ledger, ref.target, lease, clock.now())) return undefined;
    return `write lease ${lease.fence} of target ${ref.target} is no longer ours; a newer attempt writes there`;
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
