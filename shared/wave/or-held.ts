import { readStop, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';

/** A wave that somebody holds has not failed: it ends where it is, whatever the way it came to its end. On its way back it is as it was. */
export const orHeld = async <Result extends { readonly outcome: string; readonly because: string }>(
  ref: WaveRef,
  result: Result,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<Result | { readonly outcome: 'held'; readonly because: string }> => {
  if (ref.direction === 'back' || !['failed', 'aborted'].includes(result.outcome)) return result;
  const stop = await readStop(ledger, ref);
  return stop?.keeps === true ? { outcome: 'held', because: stop.because } : result;
};
