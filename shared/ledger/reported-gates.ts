import type { Ledger } from './ledger.ts';
import { stored, update } from './update.ts';
import type { WaveRef } from './waves.ts';

/** How often a gate that only reports would have stopped a wave, among the last ones it was judged in. */
export interface WouldHave {
  readonly stopped: number;
  readonly of: number;
}

/** How many waves are remembered. */
const REMEMBERED = 20;

interface Seen {
  readonly wave: string;
  readonly stops: boolean;
}

/** Notes what a gate that only reports concluded about a wave, and counts. Twice for a wave is as once; the first conclusion counts. */
export const noteReported = async (ledger: Ledger, ref: WaveRef, gate: string, stops: boolean): Promise<WouldHave> => {
  const wave = `${ref.rollout} ${ref.wave}`;
  const row = await update(ledger, { partition: 'reported-gates', sort: gate }, (current) => {
    const seen = current === undefined ? [] : stored<{ readonly seen: readonly Seen[] }>(current).seen;
    return seen.some((each) => each.wave === wave)
      ? undefined
      : { seen: [...seen, { wave, stops }].slice(-REMEMBERED) };
  });
  const seen = row === undefined ? [] : stored<{ readonly seen: readonly Seen[] }>(row).seen;
  return { stopped: seen.filter(({ stops: would }) => would).length, of: seen.length };
};
