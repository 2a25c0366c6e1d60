import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { folderBlobs } from '../../shared/blobs/folder.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import {
  advanceWave,
  keepWaiting,
  readStop,
  readWave,
  recordDeployment,
  type WaveRef,
} from '../../shared/ledger/waves.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { seededRandom } from '../../shared/outside/random.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { Judgement } from '../../shared/rollout/verdict.ts';
import type { Wave } from '../../shared/rollout/wave.ts';
import { probeWave } from '../../shared/wave/probe-wave.ts';
import { WHOLE } from '../../shared/wave/shards.ts';
import { quiet, targetNamed } from '../analysis/asking.ts';

const dir = mkdtempSync(join(tmpdir(), 'tidegate-probe-wave-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const wave: Wave = {
  name: 'w',
  targets: ['t'],
  batches: ['100%'],
  maxConcurrent: 1,
  maxFailures: 0,
  soakMs: 200_000,
  gates: ['pages'],
  whenTaken: 'queue',
  settleWithinMs: 60_000,
  inconclusiveWithinMs: 60_000,
};
const release: Release = {
  targets: { t: { ...targetNamed('t'), rendered: digestOf('rendered') } },
  waves: [wave],
  gates: { pages: { kind: 'alerts', source: 'prod', labels: {}, intervalMs: 15_000, maxAgeMs: 60_000 } },
  metrics: { prod: { prometheus: 'https://p.test', allow: [] } },
  services: {},
  settled: [],
  deletes: { max: 5, protect: [] },
  roles: {},
};

/** A wave whose only gate is one of alerts, watched until its gates are closed after a minute; an alert fires from `firesAt` on. */
const watched = async (firesAt: number, direction: WaveRef['direction'], waitedMs?: number) => {
  let now = 0;
  const clock = {
    ...processClock,
    now: () => now,
    sleep: async (ms: number) => {
      // What a look began is done before time goes on.
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      now += ms;
      if (now >= 60_000) await advanceWave(ledger, ref, { closedAt: now });
    },
  };
  const ledger = openSqliteLedger(':memory:', clock);
  const ref: WaveRef = { rollout: 'r', release: digestOf('release'), wave: 'w', direction };
  await recordDeployment(ledger, ref, { target: 't', outcome: 'deployed', because: '', startedAt: 0, endedAt: 0 });
  if (waitedMs !== undefined) await keepWaiting(ledger, ref, { because: 'held', since: -waitedMs });
  const asked: number[] = [];
  const measureAlerts = async (gate: string): Promise<Judgement> => {
    asked.push(now);
    return { gate, kind: 'alerts', verdict: now >= firesAt ? 'fail' : 'pass', because: `gate ${gate}: at ${now}` };
  };
  const unasked = () => {
    throw new Error('nothing is probed here');
  };
  const tools = {
    probeUntil: unasked,
    assessProbe: unasked,
    joinTallies: unasked,
    measureMetric: unasked,
    assessPooled: unasked,
    measureClusters: unasked,
    measureBudget: unasked,
    compareMetric: unasked,
    measureScore: unasked,
    measureProbed: unasked,
    measureAlerts,
    callProber: unasked,
  };
  const invocation = { signal: new AbortController().signal, deadline: 600_000 };
  const result = await probeWave(
    ref,
    release,
    wave,
    WHOLE,
    tools,
    {
      ledger,
      clock,
      blobs: folderBlobs(dir),
      random: seededRandom('probe-wave'),
      log: quiet,
      settings: { region: 'us-east-1' },
    },
    invocation,
  );
  return { result, asked, stop: await readStop(ledger, ref), rests: (await readWave(ledger, ref)).probingRestsUntil };
};

describe('a wave without probes', () => {
  it('is watched for alerts until its gates are closed', async () => {
    const { result, asked, stop } = await watched(Infinity, 'forward');
    expect(result).toEqual({ status: 'ended' });
    expect(asked).toEqual([0, 20_000, 40_000]);
    expect(stop).toBeUndefined();
  });

  it('is stopped while it is deployed by an alert that fires', async () => {
    const { asked, stop } = await watched(20_000, 'forward');
    expect(stop).toMatchObject({ because: 'FAIL gate pages: at 20000', at: 20_000 });
    expect(asked).toEqual([0, 20_000]);
  });

  it('is looked at for a slice and then left alone when it has waited for days', async () => {
    const days = 2 * 24 * 3_600_000;
    const { result, rests } = await watched(Infinity, 'forward', days);
    // A hundredth of the two days and of the ten seconds of the slice.
    expect(result).toMatchObject({ status: 'in-progress', retryAfterSeconds: 1_729 });
    expect(rests).toBe(10_000 + 1_729_000);
  });

  it('is watched all the time while it has not waited for a day', async () => {
    expect(await watched(Infinity, 'forward', 3_600_000)).toMatchObject({
      result: { status: 'ended' },
      rests: undefined,
    });
  });

  it('is not watched on its way back, where what is bad is expected', async () => {
    expect(await watched(0, 'back')).toMatchObject({ result: { status: 'ended' }, asked: [] });
  });
});
