import type { Outside } from '../outside/outside.ts';
import { randomHex } from '../outside/random.ts';
import type { Tally } from '../probe/tally.ts';
import type { ProbeGate } from '../rollout/gate.ts';
import type { Wave } from '../rollout/wave.ts';
import { asInvalid, isBlind, isDark } from './assess-loops.ts';
import { claimLoop, keepLoop, type LoopPlace, type ProberLoop, readLoops } from './prober-loops.ts';
import { gapOf } from './slice-length.ts';
import type { Others } from './stop-at-fail.ts';

/** One region's run of the loop beside a wave, as the other regions hear it. */
export interface RegionLoop {
  readonly status: 'begun';
  readonly others: Others;
  /** Says that it goes on, with nothing seen. */
  renew(): Promise<void>;
  /** Says what a slice showed; gives its tallies, as counted for nothing where this region has itself to blame. */
  sound(tallies: readonly Tally[]): Promise<readonly Tally[]>;
  /** Says that this run is over, so that the next is called at once. */
  end(): Promise<void>;
}

/**
 * Begins the loop of a region. `taken` where another run of it goes on, which the home region's does not ask: the state machine has
 * one at a time.
 */
export const beginLoop = async (
  place: LoopPlace,
  wave: Wave,
  gates: Readonly<Record<string, ProbeGate>>,
  isHome: boolean,
  { ledger, clock, random }: Pick<Outside, 'ledger' | 'clock' | 'random'>,
): Promise<RegionLoop | { readonly status: 'taken' }> => {
  const run = randomHex(random, 8);
  const until = () => clock.now() + gapOf(wave);
  const isOurs = await claimLoop(ledger, place, run, clock.now(), until(), isHome);
  if (!isOurs) return { status: 'taken' };
  let seen: Pick<ProberLoop, 'failing' | 'hasSeen' | 'isMute' | 'isDark'> = {
    ...{ failing: [], hasSeen: false, isMute: false, isDark: false },
  };
  let isOver = false;
  const say = oneAtATime(() => keepLoop(ledger, place, { run, until: until(), isOver, ...seen }));
  const hear = () => readLoops(ledger, place.ref, place.shard);
  return {
    status: 'begun',
    others: {
      tell: async (failing, tallies) => {
        seen = { failing, hasSeen: true, isMute: false, isDark: isDark(tallies, gates) };
        await say();
      },
      keep: (failing) => {
        seen = { ...seen, failing };
      },
      hear,
    },
    renew: say,
    sound: async (tallies) => {
      const isMute = tallies.length > 0 && tallies.every(({ attempts }) => attempts === 0);
      const hasSeen = seen.hasSeen || tallies.some(({ attempts }) => attempts > 0);
      seen = { ...seen, hasSeen, isMute, isDark: isDark(tallies, gates) };
      await say();
      if (!seen.isDark) return tallies;
      const heard = (await hear()).filter((each) => each.until > clock.now());
      return isBlind({ region: place.region, isDark: true }, heard) ? tallies.map(asInvalid) : tallies;
    },
    end: () => {
      isOver = true;
      return say();
    },
  };
};

/**
 * Writes one at a time, each with what is known when it begins: who asks while one is under way waits for the next, which is all of
 * theirs. An outage of many targets is told of by each at once, which would be as many writers of one row.
 */
const oneAtATime = (write: () => Promise<void>): (() => Promise<void>) => {
  let last: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= last
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        last = write();
        return last;
      });
    return next;
  };
};
