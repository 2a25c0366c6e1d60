import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { folderBlobs } from '../../shared/blobs/folder.ts';
import { openRollout } from '../../shared/ledger/rollouts.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { markVerified } from '../../shared/ledger/target-state.ts';
import type { WaveRef } from '../../shared/ledger/waves.ts';
import { emptyTally, type Tally } from '../../shared/probe/tally.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { Direction } from '../../shared/rollout/plan.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { Wave } from '../../shared/rollout/wave.ts';
import { judgeStep } from '../../shared/wave/judge-step.ts';
import { keepSlice } from '../../shared/wave/probe-slices.ts';

const dir = mkdtempSync(join(tmpdir(), 'tidegate-step-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const wave: Wave = {
  name: 'w',
  targets: ['t'],
  batches: ['100%'],
  maxConcurrent: 1,
  maxFailures: 0,
  soakMs: 0,
  gates: ['up'],
  whenTaken: 'queue',
  settleWithinMs: 60_000,
  inconclusiveWithinMs: 60_000,
};
const up = {
  kind: 'probe',
  check: { tcp: 'h:1' },
  rate: 1,
  timeoutMs: 1000,
  failuresBelow: 0,
  minSamples: 1,
  consecutive: 3,
} as const;
const release: Release = {
  targets: {},
  waves: [wave],
  gates: { up, more: up, bad: { ...up, mustFail: true } },
  metrics: {},
  services: {},
  settled: [],
  deletes: { max: 5, protect: [] },
  roles: {},
};
const broken = { failedFirst: 4, failedConfirmed: 4 };
const since = 100_000;
const tally = (from: number, given: Partial<Tally> = {}): Tally => ({
  ...emptyTally('up', 't', 'h:1', from),
  attempts: 10,
  to: from + 9000,
  ...given,
});

interface Case {
  readonly because: string;
  /** Slices as they began. */
  readonly slices: readonly (readonly Tally[])[];
  /** The newest slice of each region beside home. */
  readonly others?: Readonly<Record<string, readonly Tally[]>>;
  readonly quorum?: number;
  readonly direction?: Direction;
  readonly gates?: readonly string[];
  readonly isVerified?: boolean;
  readonly isRollback?: boolean;
  readonly judged: Awaited<ReturnType<typeof judgeStep>>;
}

const noSamples = (gate = 'up'): Case['judged'] => ({
  passed: false,
  because: `gate ${gate} has no samples of t from after 1970-01-01T00:01:40.000Z yet`,
});

test.for<Case>([
  { because: 'a whole slice from after it is clean', slices: [[tally(101_000)]], judged: { passed: true } },
  { because: 'nothing was probed yet', slices: [], judged: noSamples() },
  { because: 'the slice began before', slices: [[tally(95_000)]], judged: noSamples() },
  { because: 'it says nothing', slices: [[tally(101_000, { attempts: 0 })]], judged: noSamples() },
  {
    because: 'another target is well',
    slices: [[tally(101_000, { target: 'u' })]],
    judged: noSamples(),
  },
  {
    because: 'one of two gates is silent',
    slices: [[tally(101_000)]],
    gates: ['up', 'more'],
    judged: noSamples('more'),
  },
  {
    because: 'a probe failed, and failed again',
    slices: [[tally(101_000, { failedFirst: 1, failedConfirmed: 1 })]],
    judged: { passed: false, because: 'gate up on t: 1 of 10 probes failed, and failed again' },
  },
  {
    because: 'a probe failed once, which its retry did not confirm',
    slices: [[tally(101_000, { failedFirst: 1 })]],
    judged: { passed: true },
  },
  {
    because: 'it failed and is well since a whole slice',
    slices: [[tally(101_000, { failedFirst: 1, failedConfirmed: 1 })], [tally(111_000)]],
    judged: { passed: true },
  },
  {
    because: 'one of two regions sees it fail, which would stop no wave',
    slices: [[tally(101_000, broken)]],
    others: { 'eu-west-1': [tally(101_000)] },
    judged: { passed: true },
  },
  {
    because: 'one of two regions sees it fail, and the other has nothing of it yet',
    slices: [[tally(101_000, broken)]],
    others: { 'eu-west-1': [] },
    judged: { passed: false, because: 'gate up on t: 4 of 10 probes failed, and failed again' },
  },
  {
    because: 'one of two regions sees it fail, and one is enough',
    slices: [[tally(101_000)]],
    others: { 'eu-west-1': [tally(101_000, broken)] },
    quorum: 1,
    judged: {
      passed: false,
      because:
        'gate up on t: 4 of 10 probes failed, and failed again; it fails from eu-west-1, 1 of 2 regions: the path from there, or a part of what serves, is at fault',
    },
  },
  {
    because: 'two of three regions see it fail',
    slices: [[tally(101_000, broken)]],
    others: { 'eu-west-1': [tally(101_000)], 'ap-south-1': [tally(101_000, broken)] },
    judged: {
      passed: false,
      because:
        'gate up on t: 4 of 10 probes failed, and failed again; it fails from ap-south-1 and us-east-1, 2 of 3 regions',
    },
  },
  {
    because: 'a probe that must fail does so, which says nothing of the target',
    slices: [[tally(101_000), tally(101_000, { gate: 'bad', ...broken })]],
    gates: ['up', 'bad'],
    judged: { passed: true },
  },
  { because: 'nothing but a probe that must fail is asked', slices: [], gates: ['bad'], judged: { passed: true } },
  { because: 'the wave probes nothing', slices: [], gates: [], judged: { passed: true } },
  { because: 'it goes back', slices: [], direction: 'back', judged: { passed: true } },
  { because: 'nothing was ever verified there', slices: [], isVerified: false, judged: { passed: true } },
  { because: 'the rollout takes back what is ill', slices: [], isRollback: true, judged: { passed: true } },
])('the gate between two restarts: $because', async (given) => {
  const {
    because,
    slices,
    others = {},
    quorum,
    direction = 'forward',
    gates = ['up'],
    isVerified = true,
    isRollback = false,
    judged,
  } = given;
  const clock = { now: () => since, sleep: async () => undefined, after: () => () => undefined };
  const settings = { region: 'us-east-1', probeRegions: ['us-east-1', ...Object.keys(others)] };
  const outside = { clock, blobs: folderBlobs(dir), ledger: openSqliteLedger(':memory:', clock), settings };
  const ref: WaveRef = { rollout: because, release: digestOf('release'), wave: 'w', direction };
  const head = { rollout: because, repository: 'r', commit: 'c', startedAt: 0, startedBy: 'ana', authors: [] };
  await openRollout(outside.ledger, { ...head, rollback: isRollback });
  const standing = { release: digestOf('r'), rendered: digestOf('r'), commit: 'c', rollout: 'before', at: 0 };
  if (isVerified) await markVerified(outside.ledger, 't', standing);
  for (const [place, tallies] of slices.entries()) {
    const from = 101_000 + place * 10_000;
    await keepSlice({ ref, shard: 0, region: 'us-east-1' }, from, from + 10_000, { tallies, samples: [] }, outside);
  }
  for (const [region, tallies] of Object.entries(others))
    await keepSlice({ ref, shard: 0, region }, 101_000, 111_000, { tallies, samples: [] }, outside);
  const asked = quorum === undefined ? release : { ...release, gates: { up: { ...up, quorum } } };
  expect(await judgeStep(ref, 't', since, asked, { ...wave, gates }, outside)).toEqual(judged);
});
