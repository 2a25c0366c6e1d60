import { advanceWave, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';

/** What the last step before left behind. */
export interface GatesResult {
  readonly status: string;
  readonly because: string;
}

/** The outcome of a wave, as the rollout reads it. */
export interface WaveOutcome {
  readonly outcome: 'passed' | 'failed' | 'aborted';
  readonly because: string;
}

/**
 * Ends the probing of a wave and turns the last step's status into its outcome: only `passed` and `aborted` are themselves, anything
 * else has failed. The first outcome counts; calling again returns it.
 */
export const closeGates = async (
  ref: WaveRef,
  result: GatesResult,
  outside: Pick<Outside, 'ledger' | 'clock'>,
): Promise<WaveOutcome> => {
  const outcome = result.status === 'passed' || result.status === 'aborted' ? result.status : 'failed';
  const closed = await advanceWave(outside.ledger, ref, {
    closedAt: outside.clock.now(),
    outcome,
    because: result.because,
  });
  return { outcome: (closed.outcome as WaveOutcome['outcome']) ?? outcome, because: closed.because ?? result.because };
};
