import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { assessPooled } from '../../shared/analysis/assess-metric.ts';
import { weighEvidence } from '../../shared/analysis/e-process.ts';
import { folderBlobs } from '../../shared/blobs/folder.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { recordDeployment, type WaveRef } from '../../shared/ledger/waves.ts';
import { assessProbe } from '../../shared/probe/assess-probe.ts';
import { emptyTally, joinTallies, type Tally } from '../../shared/probe/tally.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { Wave } from '../../shared/rollout/wave.ts';
import { judgeWave } from '../../shared/wave/judge-wave.ts';
import { keepSlice } from '../../shared/wave/probe-slices.ts';

const dir = mkdtempSync(join(tmpdir(), 'tidegate-judge-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const minute = 60_000;
const wave: Wave = {
  name: 'w',
  targets: ['t'],
  batches: ['100%'],
  maxConcurrent: 1,
  maxFailures: 0,
  soakMs: 60 * minute,
  gates: ['up'],
  whenTaken: 'queue',
  settleWithinMs: minute,
  inconclusiveWithinMs: 10 * minute,
};
const release: Release = {
  targets: {
    t: {
      name: 't',
      locator: { kubeconfig: { path: 'k' } },
      labels: {},
      namespace: 'default',
      allow: [],
      rendered: digestOf('rendered'),
    },
  },
  waves: [wave],
  gates: {
    up: {
      kind: 'probe',
      check: { tcp: 'h:1' },
      rate: 1,
      timeoutMs: 1000,
      failuresBelow: 0.01,
      minSamples: 20,
      consecutive: 3,
    },
  },
  metrics: {},
  services: {},
  settled: [],
  deletes: { max: 5, protect: [] },
  roles: {},
};

/** The wave `name` after its deployment at 0, probed well in slices of 10 s from 0 until `until`; then judged at `now`. */
const judgedAt = async (name: string, probedUntil: number, ...times: readonly number[]) =>
  judgedWith(name, [[0, probedUntil]], ...times);

const judgedWith = async (
  name: string,
  probed: readonly (readonly [from: number, until: number])[],
  ...times: readonly number[]
) => {
  let now = 0;
  const clock = { now: () => now, sleep: async () => undefined, after: () => () => undefined };
  const ledger = openSqliteLedger(':memory:', clock);
  const outside = { clock, blobs: folderBlobs(dir), ledger, settings: { region: 'us-east-1' } };
  const ref: WaveRef = { rollout: name, release: digestOf('release'), wave: 'w', direction: 'forward' };
  await recordDeployment(outside.ledger, ref, {
    target: 't',
    outcome: 'deployed',
    because: '',
    startedAt: 0,
    endedAt: 0,
  });
  const judge = () =>
    judgeWave(
      ref,
      release,
      wave,
      {
        probeUntil: () => Promise.reject(new Error('not asked here')),
        measureClusters: async () => undefined,
        measureBudget: () => Promise.reject(new Error('not asked here')),
        assessProbe: (gate, spec, tallies) => assessProbe(gate, spec, tallies, weighEvidence),
        joinTallies,
        measureMetric: () => Promise.reject(new Error('not asked here')),
        assessPooled,
        compareMetric: () => Promise.reject(new Error('not asked here')),
        measureScore: () => Promise.reject(new Error('not asked here')),
        measureProbed: () => Promise.reject(new Error('not asked here')),
        measureAlerts: () => Promise.reject(new Error('not asked here')),
        readStandings: async () => [],
        lookAtTest: () => Promise.reject(new Error('no test')),
        judgeFlags: async () => [],
        verifyTarget: async () => ({
          gate: 'as-deployed',
          kind: 'policy',
          target: 't',
          verdict: 'pass',
          because: 'as it is',
        }),
      },
      outside,
      { signal: new AbortController().signal, deadline: Number.MAX_SAFE_INTEGER },
    );
  await judge();
  const starts = probed.flatMap(([from, until]) =>
    Array.from({ length: Math.ceil((until - from) / 10_000) }, (_, at) => from + at * 10_000),
  );
  for (const from of starts) {
    const tally: Tally = { ...emptyTally('up', 't', 'h:1', from), attempts: 10, to: from + 10_000 };
    await keepSlice(
      { ref, shard: 0, region: 'us-east-1' },
      from,
      from + 10_000,
      { tallies: [tally], samples: [] },
      outside,
    );
  }
  const results: Awaited<ReturnType<typeof judgeWave>>[] = [];
  for (now of times) results.push(await judge());
  return results;
};

describe('a wave whose prober', () => {
  test('looked all the way passes when the soak is over, and not before', async () => {
    const [during, after] = await judgedAt('whole', 60 * minute, 30 * minute, 60 * minute);
    expect(during).toMatchObject({ status: 'in-progress' });
    expect(after).toEqual({ status: 'passed', because: 'wave w passed its gates' });
  });

  test('died in the soak never passes on what it had seen, and is given up in the end', async () => {
    const [over, givenUp] = await judgedAt('died', 3 * minute, 60 * minute, 70 * minute);
    expect(over).toMatchObject({
      status: 'in-progress',
      because: 'INCONCLUSIVE gate probing: nothing was probed for 3420 s, expected no more than 35 s without a sample',
    });
    expect(givenUp).toMatchObject({ status: 'aborted' });
  });

  test('was away for a while soaks anew from where it came back', async () => {
    const stretches = [
      [0, 20 * minute],
      [30 * minute, 100 * minute],
    ] as const;
    const [old, anew] = await judgedWith('away', stretches, 89 * minute, 90 * minute);
    expect(old).toMatchObject({ status: 'in-progress' });
    expect(anew).toEqual({ status: 'passed', because: 'wave w passed its gates' });
  });

  test('never began does not pass either', async () => {
    const [over] = await judgedAt('never', 0, 60 * minute);
    expect(over).toMatchObject({ status: 'in-progress', because: expect.stringMatching(/^INCONCLUSIVE gate up/) });
  });
});
