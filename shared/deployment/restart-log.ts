import type { RestartLog } from '../apply/restarts/restart-log.ts';
import { recordEvent } from '../ledger/events.ts';
import { addRestart, readRestarts, settleRestarts } from '../ledger/restarts.ts';
import type { Outside } from '../outside/outside.ts';
import { type DeploymentRef, deploymentName } from './deployment-ref.ts';

/** The restarts of a deployment's target, in the ledger; each is told in the history of the rollout as it begins. */
export const restartLog = (ref: DeploymentRef, { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>): RestartLog => {
  const by = deploymentName(ref);
  const tell = (text: string, at: number): Promise<void> =>
    recordEvent(ledger, ref.rollout, `restart ${ref.wave} ${ref.direction} ${ref.target} ${text}`, {
      at,
      kind: 'restart',
      wave: ref.wave,
      target: ref.target,
      text: `${ref.target} ${text}`,
    });
  return {
    tell,
    read: async () => {
      const restarts = await readRestarts(ledger, ref.target, by, clock.now());
      return restarts.map(({ by: other, ...restart }) => ({ ...restart, isOurs: other === by }));
    },
    begin: async ({ workload, pods, at, text }) => {
      await addRestart(ledger, ref.target, { workload, pods, begunAt: at, by });
      await tell(text, at);
    },
    settle: (workload, at) => settleRestarts(ledger, ref.target, by, at, workload),
  };
};
