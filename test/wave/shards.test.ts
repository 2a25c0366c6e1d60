import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Blobs } from '../../shared/blobs/blobs.ts';
import { folderBlobs } from '../../shared/blobs/folder.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { recordDeployment, type WaveRef } from '../../shared/ledger/waves.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { seededRandom } from '../../shared/outside/random.ts';
import type { Probed, ProbeOrder } from '../../shared/probe/prober.ts';
import { countSample, emptyTally, joinTallies, type Sample } from '../../shared/probe/tally.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { ProbeGate } from '../../shared/rollout/gate.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { Wave } from '../../shared/rollout/wave.ts';
import { sumSlices } from '../../shared/wave/probe-slices.ts';
import { probeWave } from '../../shared/wave/probe-wave.ts';
import { shardOf, shardsOf } from '../../shared/wave/shards.ts';
import { quiet, targetNamed } from '../analysis/asking.ts';

const dir = mkdtempSync(join(tmpdir(), 'tidegate-shards-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const probe = (rate: number): ProbeGate => ({
  kind: 'probe',
  check: { http: 'https://{target}.example.com/', status: [200] },
  rate,
  timeoutMs: 1_000,
  failuresBelow: 0.001,
  minSamples: 10,
  consecutive: 3,
});
const waveOf = (count: number): Wave => ({
  name: 'w',
  targets: Array.from({ length: count }, (_, at) => `target-${String(at).padStart(4, '0')}`),
  batches: ['100%'],
  maxConcurrent: 1,
  maxFailures: 0,
  soakMs: 600_000,
  gates: ['up'],
  whenTaken: 'queue',
  settleWithinMs: 60_000,
  inconclusiveWithinMs: 60_000,
});
const releaseOf = (wave: Wave, rate: number): Release => ({
  targets: Object.fromEntries(
    wave.targets.map((name) => [name, { ...targetNamed(name), rendered: digestOf('rendered') }]),
  ),
  waves: [wave],
  gates: { up: probe(rate) },
  metrics: {},
  services: {},
  settled: [],
  deletes: { max: 5, protect: [] },
  roles: {},
});

const refuse = () => Promise.reject(new Error('not asked here'));
const unasked = {
  assessProbe: () => {
    throw new Error('not asked here');
  },
  measureMetric: refuse,
  measureClusters: refuse,
  measureBudget: refuse,
  assessPooled: () => {
    throw new Error('not asked here');
  },
  compareMetric: refuse,
  measureScore: refuse,
  measureProbed: refuse,
  measureAlerts: refuse,
  callProber: refuse,
};

/** What a target answers that is well, as a prober keeps it. */
const everySecond = (target: string, from: number, seconds: number): readonly Sample[] =>
  Array.from({ length: seconds }, (_, second) => ({
    gate: 'up',
    target,
    first: {
      at: from + second * 1_000,
      verdict: 'pass',
      durationMs: 67.123456,
      phases: { resolve: 1.234567, connect: 12.345678, tls: 30.123456, headers: 23.456789, body: 0.123456 },
      address: '203.0.113.7',
      status: 200,
    },
  }));

describe('the probes of a wave are spread over as many invocations as they take', () => {
  it.each([
    [1, 1, 1],
    [100, 1, 1],
    [101, 1, 2],
    [1_000, 1, 10],
    [1_000, 5, 10],
    [20, 10, 2],
  ])('%i targets at %i a second: %i', (targets, rate, shards) => {
    const wave = waveOf(targets);
    expect(shardsOf(releaseOf(wave, rate), wave)).toHaveLength(shards);
  });

  it('each target by one of them, and no batch by one alone', () => {
    const wave = waveOf(1_000);
    const places = wave.targets.map((target) => shardOf(target, wave, 10));
    expect([...new Set(places)].map((shard) => places.filter((each) => each === shard).length)).toEqual(
      Array.from({ length: 10 }, () => 100),
    );
    expect(new Set(places.slice(0, 10)).size).toBe(10);
  });

  it('so that of a thousand targets each begins 100 attempts a second, keeps 1.5 MB at once, and all are judged', async () => {
    let now = 0;
    const clock = { ...processClock, now: () => now, sleep: async () => undefined };
    const stored: number[] = [];
    const folder = folderBlobs(dir);
    const blobs: Blobs = {
      get: folder.get,
      put: (content) => {
        stored.push(content.length);
        return folder.put(content);
      },
    };
    const ledger = openSqliteLedger(':memory:', clock);
    const wave = waveOf(1_000);
    const release = releaseOf(wave, 1);
    const ref: WaveRef = { rollout: 'r', release: digestOf('release'), wave: 'w', direction: 'forward' };
    const deployed = { outcome: 'deployed', because: '', startedAt: 0, endedAt: 0 } as const;
    for (const target of wave.targets) await recordDeployment(ledger, ref, { target, ...deployed });
    const begun: number[] = [];
    const probeUntil = async ({ targets, until }: ProbeOrder): Promise<Probed> => {
      const seconds = Math.round((until - now) / 1_000);
      begun.push(targets.length);
      const samples = targets.flatMap(({ name }) => everySecond(name, now, seconds));
      const tallies = targets.map(({ name }) =>
        everySecond(name, now, seconds).reduce(
          countSample,
          emptyTally('up', name, `https://${name}.example.com/`, now),
        ),
      );
      now = until;
      return { tallies, samples };
    };
    const tools = { ...unasked, probeUntil, joinTallies };
    const outside = {
      ledger,
      clock,
      blobs,
      random: seededRandom('shards'),
      log: quiet,
      settings: { region: 'us-east-1' },
    };
    const shards = shardsOf(release, wave);
    for (const shard of shards) {
      now = 0;
      const invocation = { signal: new AbortController().signal, deadline: 10_000 };
      const { status } = await probeWave(ref, release, wave, shard, tools, outside, invocation);
      expect(status).toBe('in-progress');
    }
    expect(begun).toEqual(shards.map(() => 100));
    expect(Math.max(...stored)).toBeLessThan(1_500_000);
    const { tallies, to } = await sumSlices({ ref, region: 'us-east-1' }, shards, 0, 25_000, joinTallies, outside);
    expect(new Map(tallies.map(({ target, attempts }) => [target, attempts]))).toEqual(
      new Map(wave.targets.map((target) => [target, 10])),
    );
    expect(to).toBe(10_000);
    // One that has died is not hidden by those that go on.
    const silent = [...shards, { shard: 10, of: 11 }];
    expect((await sumSlices({ ref, region: 'us-east-1' }, silent, 0, 25_000, joinTallies, outside)).to).toBe(0);
  });
});
