import { expect, test } from 'vitest';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { readStop, type WaveRef } from '../../shared/ledger/waves.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { emptyTally, joinTallies, type Tally } from '../../shared/probe/tally.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { ProbeGate } from '../../shared/rollout/gate.ts';
import type { FailingProbe, ProberLoop } from '../../shared/wave/prober-loops.ts';
import { stopAtFail } from '../../shared/wave/stop-at-fail.ts';

const gate: ProbeGate = {
  kind: 'probe',
  check: { tcp: '{target}.test:443' },
  rate: 1,
  timeoutMs: 1_000,
  failuresBelow: 0.01,
  minSamples: 1,
  consecutive: 3,
};
const tally = (failedInARow: number, attempts = failedInARow): Tally => ({
  ...emptyTally('up', 't', 'q', 0),
  attempts,
  failedFirst: failedInARow,
  failedConfirmed: failedInARow,
  run: { leading: failedInARow, trailing: attempts === failedInARow ? failedInARow : 0, longest: failedInARow },
});

/** The watch of region a, beside a region b that sees this much fail. */
const watched = (alone: boolean) => {
  const ledger = openSqliteLedger(':memory:', processClock);
  const ref: WaveRef = { rollout: 'r', release: digestOf('release'), wave: 'w', direction: 'forward' };
  const told: (readonly FailingProbe[])[] = [];
  const kept: { a: readonly FailingProbe[]; b: readonly FailingProbe[] } = { a: [], b: [] };
  const loop = (region: 'a' | 'b'): ProberLoop => ({
    ...{
      region,
      run: region,
      until: Number.MAX_SAFE_INTEGER,
      isOver: false,
      hasSeen: true,
      isMute: false,
      isDark: false,
    },
    failing: kept[region],
  });
  const others = {
    tell: async (failing: readonly FailingProbe[]) => {
      told.push(failing);
      kept.a = failing;
    },
    keep: (failing: readonly FailingProbe[]) => {
      kept.a = failing;
    },
    hear: async () => [loop('a'), loop('b')],
  };
  const tools = {
    joinTallies,
    assessProbe: (name: string, _: ProbeGate, [of]: readonly Tally[]) => ({
      ...({ gate: name, kind: 'probe', target: of?.target ?? '', because: 'it fails' } as const),
      verdict: (of?.run.longest ?? 0) >= 3 ? ('fail' as const) : ('pass' as const),
    }),
  };
  const watch = stopAtFail(ref, { up: gate }, [], alone ? undefined : others, tools, { ledger, clock: processClock });
  return { watch, told, kept, stop: () => readStop(ledger, ref) };
};
const failing = [{ gate: 'up', target: 't', because: 'it fails' }];

test('a region alone stops the wave with the third failure in a row', async () => {
  const { watch, stop } = watched(true);
  watch.see(tally(2));
  watch.see(tally(3));
  await watch.settled();
  expect(await stop()).toMatchObject({ because: 'FAIL gate up on t: it fails', target: 't' });
});

test('beside another it says so, and stops it once that one sees it, too', async () => {
  const { watch, told, kept, stop } = watched(false);
  watch.see(tally(3));
  await watch.settled();
  expect([told, await stop()]).toEqual([[failing], undefined]);
  kept.b = failing;
  watch.see(tally(4));
  await watch.settled();
  expect(await stop()).toMatchObject({ because: 'FAIL gate up on t: it fails; it fails from a and b, 2 of 2 regions' });
});

test('what failed from here and is over is taken back, and makes nothing enough that fails from elsewhere later', async () => {
  const { watch, kept, stop } = watched(false);
  watch.see(tally(3));
  await watch.settled();
  watch.sliceEnded(true);
  watch.see(tally(0, 5));
  await watch.settled();
  expect(kept.a).toEqual([]);
  kept.b = failing;
  watch.see(tally(0, 6));
  await watch.settled();
  expect(await stop()).toBeUndefined();
});

test('failures of a slice in which the region had itself to blame are no part of a run', async () => {
  const { watch, told } = watched(false);
  watch.see(tally(2));
  await watch.settled();
  watch.sliceEnded(false);
  watch.see(tally(1));
  await watch.settled();
  expect(told).toEqual([]);
});
