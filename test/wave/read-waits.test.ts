import { expect, test } from 'vitest';
import { keepAlerts } from '../../shared/ledger/alerts.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { openRollout } from '../../shared/ledger/rollouts.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { markBegun } from '../../shared/ledger/target-state.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { WavePlan } from '../../shared/rollout/plan.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { Wave } from '../../shared/rollout/wave.ts';
import { readWaits } from '../../shared/wave/read-waits.ts';
import { targetNamed } from '../analysis/asking.ts';
import { memoryBlobs } from '../console/fleet-story.ts';

const waveNamed = (name: string, target: string): Wave => ({
  ...{ name, targets: [target], batches: ['100%'], maxConcurrent: 1, maxFailures: 0, soakMs: 0, gates: [] },
  ...{ whenTaken: 'queue', settleWithinMs: 60_000, inconclusiveWithinMs: 60_000 },
});
const digest = digestOf('release');
const release: Release = {
  targets: Object.fromEntries(['a', 'b'].map((name) => [name, { ...targetNamed(name), rendered: digest }])),
  waves: [waveNamed('first', 'a'), waveNamed('next', 'b')],
  ...{ gates: {}, metrics: {}, services: {}, settled: [], deletes: { max: 5, protect: [] }, roles: {} },
};
const counts = { create: 0, change: 0, migrate: 0, recreate: 0, prune: 0, unchanged: 0 };
const plan: WavePlan = {
  ...{ release: digest, wave: 'next', direction: 'forward', unreachable: [] },
  targets: [{ target: 'b', planned: digestOf('planned'), counts }],
};
const ref = { rollout: 'ro-1', release: digest, wave: 'next', direction: 'forward' } as const;

/** Why target `b` may not be entered while that alert fires at `a`, which the rollout has been through; and how often alerts were read for it. */
const waitsWith = async (own?: true) => {
  const clock = { ...processClock, now: () => 1_000 };
  const ledger = openSqliteLedger(':memory:', clock);
  const head = { rollout: 'ro-1', repository: 'r', commit: 'c', startedAt: 0, startedBy: 'ana', authors: [] };
  await openRollout(ledger, head);
  await markBegun(ledger, 'a', { release: digest, rendered: digest, commit: 'c', rollout: 'ro-1', at: 0 });
  const alert = { id: '1', name: 'Ill', status: 'firing', labels: {}, summary: 'it is ill' } as const;
  await keepAlerts(ledger, { scope: 'target', name: 'a' }, [{ ...alert, ...(own && { own }) }], 1_000);
  const asked: string[] = [];
  const counting: Ledger = {
    ...ledger,
    query: (partition, range) => {
      asked.push(partition);
      return ledger.query(partition, range);
    },
  };
  const [, wave] = release.waves;
  if (wave === undefined) throw new Error('there are two waves');
  const waits = await readWaits(ref, release, wave, plan, { ledger: counting, blobs: memoryBlobs(), clock });
  return { waits: Object.fromEntries(waits), reads: asked.filter((partition) => partition === 'alerts').length };
};

test('an alert at a target that the rollout has left behind keeps it from the next one, and is read once', async () => {
  expect(await waitsWith()).toEqual({
    waits: {
      b: { because: 'target a is held by alert Ill: it is ill; this rollout has gone through wave first there' },
    },
    reads: 1,
  });
});

test('what Tidegate itself has found there is about that target alone', async () => {
  expect(await waitsWith(true)).toEqual({ waits: {}, reads: 1 });
});
