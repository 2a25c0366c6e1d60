import { isRecorded } from '../ledger/events.ts';
import { closeRollout, listOpenRollouts, type Rollout } from '../ledger/rollouts.ts';
import type { Outside } from '../outside/outside.ts';
import { executionArn, type StepFunctions } from '../outside/step-functions.ts';
import { failureOf } from '../rollout/failures.ts';
import { type ConcludeTools, concludeRollout, type Ended } from './conclude-rollout.ts';

/**
 * Concludes every rollout whose execution has ended without doing so, or died on the way: it has failed, unless its end was written
 * already. People are told of each in the write that closes it, of one that died just before that as well. Returns the ends. One whose execution
 * runs, or was never started, is left alone. One that can not be concluded holds up no other: throws what the first of those threw when all
 * have been tried. Twice is as once.
 */
export const sweepRollouts = async (
  toolsFor: (rollout: string) => ConcludeTools,
  steps: StepFunctions,
  outside: Pick<Outside, 'ledger' | 'clock' | 'settings'>,
): Promise<{ readonly ended: readonly Ended[] }> => {
  const ended: Ended[] = [];
  const failures: unknown[] = [];
  for (const row of await listOpenRollouts(outside.ledger)) {
    try {
      const concluded = await concludeDead(row, toolsFor, steps, outside);
      if (concluded !== undefined) ended.push(concluded);
    } catch (error) {
      failures.push(failureOf(row.rollout, error));
    }
  }
  if (failures.length > 0) throw failures[0];
  return { ended };
};

/** Concludes a rollout whose execution has ended; nothing where that runs, or all but closing it is done. */
const concludeDead = async (
  row: Rollout,
  toolsFor: (rollout: string) => ConcludeTools,
  steps: StepFunctions,
  outside: Pick<Outside, 'ledger' | 'clock' | 'settings'>,
): Promise<Ended | undefined> => {
  const { rollout } = row;
  if (await isRecorded(outside.ledger, rollout, 'ended')) {
    await closeRollout(outside.ledger, row, row.end ? await toolsFor(rollout).noticeOf({ rollout, ...row.end }) : []);
    return undefined;
  }
  const status = await steps.status(executionArn(outside.settings.stateMachines.rollout, rollout));
  if (status === undefined || status === 'RUNNING') return undefined;
  const cause = { outcome: 'failed', because: `its execution ended without an answer: ${status}` };
  return concludeRollout(rollout, cause, toolsFor(rollout), outside);
};
