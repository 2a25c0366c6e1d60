import { recordEvent } from '../ledger/events.ts';
import { readRollout } from '../ledger/rollouts.ts';
import { stopWave } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';

/** What came of asking that a rollout ends. */
export type AbortResult =
  | { readonly status: 'aborting'; readonly because: string }
  | {
      readonly status: 'refused';
      readonly code: 'UNKNOWN_ROLLOUT' | 'HAS_ENDED' | 'NOT_PREPARED';
      readonly because: string;
    };

/**
 * Stops every wave of a rollout, those to come too: nothing more of it is written, and what it changed goes back as after a failed gate, or with
 * `keeps` stays as it is. Its end comes when the step that runs has seen it. The first stop of a wave counts; twice is as once.
 */
export const abortRollout = async (
  rollout: string,
  { by, because: why, keeps }: { readonly by: string; readonly because: string; readonly keeps: boolean },
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<AbortResult> => {
  const row = await readRollout(ledger, rollout);
  if (row === undefined) return refuse('UNKNOWN_ROLLOUT', `there is no rollout ${rollout}`);
  if (row.end !== undefined) return refuse('HAS_ENDED', `rollout ${rollout} has ended: ${row.end.outcome}`);
  const { release, waves = [] } = row;
  if (release === undefined) {
    return refuse(
      'NOT_PREPARED',
      `rollout ${rollout} is still being prepared and touches nothing; try again in a minute`,
    );
  }
  const because = `${keeps ? 'held' : 'aborted'} by ${by}: ${why}`;
  const at = clock.now();
  const stop = { because, at, ...(keeps ? { keeps } : {}) };
  for (const wave of waves) await stopWave(ledger, { rollout, release, wave, direction: 'forward' }, stop);
  await recordEvent(ledger, rollout, 'abort', { at, kind: 'stop', text: because });
  return { status: 'aborting', because };
};

const refuse = (code: Extract<AbortResult, { status: 'refused' }>['code'], because: string): AbortResult => ({
  status: 'refused',
  code,
  because,
});
