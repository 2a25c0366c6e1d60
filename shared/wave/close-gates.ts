import { advanceWave, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { Ended } from './ended.ts';
import { orHeld } from './or-held.ts';

/** The outcome of a wave, as the rollout reads it. */
export interface WaveOutcome {
  readonly outcome: 'passed' | 'failed' | 'aborted' | 'held' | 'stuck';
  readonly because: string;
}

const outcomes = ['passed', 'aborted', 'held', 'stuck'] as const;

/**
 * Ends the probing of a wave and turns the last step's status into its outcome: what is neither passed nor aborted, held with its code where
 * only flags went back, nor stuck with a flag that can not go back, has failed, unless somebody holds it. The first outcome counts; calling
 * again returns it.
 */
export const closeGates = async (
  ref: WaveRef,
  result: Ended,
  outside: Pick<Outside, 'ledger' | 'clock'>,
): Promise<WaveOutcome> => {
  const known = outcomes.find((each) => each === result.status) ?? 'failed';
  const { outcome, because } = await orHeld(ref, { outcome: known, because: result.because }, outside);
  const closed = await advanceWave(outside.ledger, ref, { closedAt: outside.clock.now(), outcome, because });
  return { outcome: (closed.outcome as WaveOutcome['outcome']) ?? outcome, because: closed.because ?? because };
};
