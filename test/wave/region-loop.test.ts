import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { seededRandom } from '../../shared/outside/random.ts';
import { emptyTally, type Tally } from '../../shared/probe/tally.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { ProbeGate } from '../../shared/rollout/gate.ts';
import type { Wave } from '../../shared/rollout/wave.ts';
import { claimLoop, keepLoop, type LoopPlace, type ProberLoop } from '../../shared/wave/prober-loops.ts';
import { beginLoop } from '../../shared/wave/region-loop.ts';

const gate: ProbeGate = {
  kind: 'probe',
  check: { tcp: '{target}.test:443' },
  rate: 1,
  timeoutMs: 1_000,
  failuresBelow: 0.01,
  minSamples: 1,
  consecutive: 3,
};
const wave: Wave = {
  ...{ name: 'w', targets: ['s', 't'], batches: ['100%'], maxConcurrent: 1, maxFailures: 0, soakMs: 200_000 },
  ...{ gates: ['up'], whenTaken: 'queue', settleWithinMs: 60_000, inconclusiveWithinMs: 60_000 },
};
const place: LoopPlace = {
  ref: { rollout: 'ro-1', release: digestOf('release'), wave: 'w', direction: 'forward' },
  ...{ shard: 0, region: 'a' },
};

/** A loop over a ledger that takes its time, as one of another region does, and counts writes. */
const begun = async () => {
  const clock = { ...processClock, now: () => 0 };
  const stored = openSqliteLedger(':memory:', clock);
  let puts = 0;
  const ledger: Ledger = {
    ...stored,
    get: async (key) => {
      const row = await stored.get(key);
      await setImmediate();
      return row;
    },
    put: async (write) => {
      puts += 1;
      return stored.put(write);
    },
  };
  const loop = await beginLoop(place, wave, { up: gate }, true, { ledger, clock, random: seededRandom('loops') });
  if (loop.status === 'taken') throw new Error('nobody else is there');
  return { ledger, loop, puts: () => puts };
};

it('tells of an outage of many targets, which each of them tells at once, in a few writes', async () => {
  const { loop, puts } = await begun();
  const before = puts();
  const failing = Array.from({ length: 100 }, (_, at) => ({ gate: 'up', target: `t${at}`, because: 'refused' }));
  await Promise.all(failing.map((_, at) => loop.others.tell(failing.slice(0, at + 1), [])));
  const [heard] = await loop.others.hear();
  expect(heard?.failing).toEqual(failing);
  expect(puts() - before).toBeLessThanOrEqual(2);
});

const down = (target: string): Tally => ({
  ...emptyTally('up', target, 'q', 0),
  ...{ attempts: 10, failedFirst: 10, failedConfirmed: 10, run: { leading: 10, trailing: 10, longest: 10 } },
});

it.each<readonly [string, Pick<ProberLoop, 'hasSeen' | 'isMute'>, readonly number[]]>([
  ['one that sees the same targets well', { hasSeen: true, isMute: false }, [0, 0]],
  ['none that sees them: all its attempts are its own fault', { hasSeen: true, isMute: true }, [10, 10]],
  ['none that has seen anything yet', { hasSeen: false, isMute: false }, [10, 10]],
])(
  'counts a slice in which all was dark for nothing where there is another region to tell: %s',
  async (_, other, attempts) => {
    const { ledger, loop } = await begun();
    const elsewhere = { ...place, region: 'b' };
    await claimLoop(ledger, elsewhere, 'run', 0, 60_000, false);
    await keepLoop(ledger, elsewhere, {
      run: 'run',
      until: 60_000,
      isOver: false,
      failing: [],
      isDark: false,
      ...other,
    });
    const counted = await loop.sound([down('s'), down('t')]);
    expect(counted.map((tally) => tally.attempts)).toEqual(attempts);
  },
);
