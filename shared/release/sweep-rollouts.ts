import { isRecorded } from '../ledger/events.ts';
import { closeRollout, listOpenRollouts } from '../ledger/rollouts.ts';
import type { Outside } from '../outside/outside.ts';
import { executionArn, type StepFunctions } from '../outside/step-functions.ts';
import { type ConcludeTools, concludeRollout } from './conclude-rollout.ts';

/**
 * Concludes every rollout whose execution has ended without doing so, or died on the way: it has failed, unless its end was written
 * already. Returns the ends. One whose execution runs, or was never started, is left alone. Throws as `concludeRollout` does; twice is as once.
 */
export const sweepRollouts = async (
  toolsFor: (rollout: string) => ConcludeTools,
  steps: StepFunctions,
  outside: Pick<Outside, 'ledger' | 'clock' | 'settings'>,
): Promise<{ readonly ended: readonly Awaited<ReturnType<typeof concludeRollout>>[] }> => {
  const ended: Awaited<ReturnType<typeof concludeRollout>>[] = [];
  for (const row of await listOpenRollouts(outside.ledger)) {
    const { rollout } = row;
    // Nothing is left to do but to close it.
    if (await isRecorded(outside.ledger, rollout, 'ended')) {
      await closeRollout(outside.ledger, row);
      continue;
    }
    const status = await steps.status(executionArn(outside.settings.stateMachines.rollout, rollout));
    if (status === undefined || status === 'RUNNING') continue;
    const cause = { outcome: 'failed', because: `its execution ended without an answer: ${status}` };
    ended.push(await concludeRollout(rollout, cause, toolsFor(rollout), outside));
  }
  return { ended };
};
