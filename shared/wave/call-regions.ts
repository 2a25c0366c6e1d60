import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { type Beside, beside } from './beside.ts';
import { keepUncalled, readLoops } from './prober-loops.ts';
import type { Shard } from './shards.ts';

/** What the loop of another region is called with. */
export interface LoopOrder extends WaveRef, Shard {
  readonly region: string;
}

/** Calls the prober of another region, and does not wait for what it sees. Rejects where it can not be called. */
export type CallProber = (order: LoopOrder, signal: AbortSignal) => Promise<void>;

/** What is called is given so long to say that it is there: the start of a function, and its first write from another region. */
const startMs = 15_000;

/**
 * Looks, beside the loop of the home region, which loops of other regions are not heard, and calls those: at first, when a run of one is over,
 * and when one has died. That a region can not be called is kept and told, and holds nothing: it is not heard, then.
 */
export const callRegions = (
  ref: WaveRef,
  { shard, of }: Shard,
  regions: readonly string[],
  call: CallProber,
  { ledger, clock, log }: Pick<Outside, 'ledger' | 'clock' | 'log'>,
  signal: AbortSignal,
): Beside<void> => {
  const calledAt = new Map<string, number>();
  const lookAt = async (until: AbortSignal): Promise<void> => {
    const now = clock.now();
    const loops = await readLoops(ledger, ref, shard);
    const silent = regions.filter((region) => {
      const loop = loops.find((each) => each.region === region);
      const isHeard = loop !== undefined && !loop.isOver && loop.until > now;
      return !isHeard && now - (calledAt.get(region) ?? Number.NEGATIVE_INFINITY) >= startMs;
    });
    const calls = silent.map(async (region) => {
      calledAt.set(region, now);
      try {
        await call({ ...ref, shard, of, region }, until);
      } catch (error) {
        if (until.aborted) return;
        const because = error instanceof Error ? error.message : String(error);
        log.warn('prober of a region could not be called', { region, wave: ref.wave, because });
        await keepUncalled(ledger, { ref, shard, region }, because);
      }
    });
    await Promise.all(calls);
  };
  return beside((_, until) => lookAt(until), signal);
};
