import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { folderBlobs } from '../../shared/blobs/folder.ts';
import { putJson } from '../../shared/blobs/json.ts';
import { readFlagChanges } from '../../shared/ledger/flags.ts';
import { liftHold, setHold } from '../../shared/ledger/holds.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import {
  readJudgements,
  readWave,
  recordDeployment,
  restProber,
  stopWave,
  type WaveRef,
} from '../../shared/ledger/waves.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { FlagSetting } from '../../shared/rollout/flag.ts';
import type { Hold } from '../../shared/rollout/holds.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { Judgement } from '../../shared/rollout/verdict.ts';
import type { Wave } from '../../shared/rollout/wave.ts';
import type { FlagTools } from '../../shared/wave/flag-tools.ts';
import { setFlags } from '../../shared/wave/set-flags.ts';

const dir = mkdtempSync(join(tmpdir(), 'tidegate-flags-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const minute = 60_000;
const wave: Wave = {
  name: 'w',
  targets: ['t1', 't2'],
  batches: ['100%'],
  maxConcurrent: 1,
  maxFailures: 1,
  soakMs: minute,
  gates: [],
  whenTaken: 'queue',
  settleWithinMs: minute,
  inconclusiveWithinMs: 10 * minute,
};
const target = (name: string) => ({
  name,
  locator: { kubeconfig: { path: 'k' } },
  labels: {},
  namespace: 'default',
  allow: [],
  rendered: digestOf(name),
});
const store = { bucket: 'b', region: 'us-east-1', object: 'f/{wave}.json' };
const release: Release = {
  targets: { t1: target('t1'), t2: target('t2') },
  waves: [wave],
  gates: {},
  metrics: {},
  services: {},
  settled: [],
  deletes: { max: 5, protect: [] },
  roles: {},
  flagStores: { main: { flagd: store, seenWithinMs: minute, allow: [] } },
  flags: { dark: { store: 'main', key: 'dark', off: false, waves: { w: { value: true } } } },
};
const off: FlagSetting = { value: false };
const on: FlagSetting = { value: true };

/** A wave whose targets are deployed, with one flag in its plan, over a store of flags that keeps what it is told. */
const open = async (name: string, deployed: readonly string[] = ['t1', 't2']) => {
  let now = 0;
  const clock = { now: () => now, sleep: async () => undefined, after: () => () => undefined };
  const outside = { clock, blobs: folderBlobs(dir), ledger: openSqliteLedger(':memory:', clock) };
  const ref: WaveRef = { rollout: name, release: digestOf('release'), wave: 'w', direction: 'forward' };
  for (const each of deployed) {
    await recordDeployment(outside.ledger, ref, {
      target: each,
      outcome: 'deployed',
      because: '',
      startedAt: 0,
      endedAt: 0,
    });
  }
  const plan = await putJson(outside.blobs, {
    ...{ release: ref.release, wave: 'w', direction: 'forward', unreachable: [] },
    targets: wave.targets.map((name) => ({ target: name, planned: digestOf(name), counts: {} })),
    flags: [{ flag: 'dark', store: 'main', key: 'dark', from: off, to: on }],
  });
  const kept = {
    setting: off,
    writes: 0,
    verdict: 'pass' as Judgement['verdict'],
    answers: true,
    served: true,
    dies: false,
  };
  const tools: FlagTools & { verifyTarget: () => Promise<Judgement> } = {
    readFlag: async () =>
      kept.answers
        ? { status: 'read', setting: kept.setting, version: String(kept.writes) }
        : { status: 'unreachable', because: 'it does not answer' },
    writeFlag: async (_, __, setting) => {
      kept.setting = setting;
      kept.writes += 1;
      if (kept.dies) throw new Error('killed');
      return { status: 'written' };
    },
    readServed: async () =>
      kept.served ? { status: 'served' } : { status: 'other', because: 'flag dark on t1 is false' },
    verifyTarget: async () => ({
      gate: 'as-deployed',
      kind: 'policy',
      verdict: kept.verdict,
      because: 'runs sha256:old',
    }),
  };
  const signal = new AbortController().signal;
  return {
    ref,
    kept,
    ledger: outside.ledger,
    pass: (ms: number) => {
      now += ms;
    },
    set: () => setFlags(ref, release, wave, plan, tools, outside, { signal }),
    changes: () => readFlagChanges(outside.ledger, ref),
  };
};

test('it is set once, however often the step runs', async () => {
  const story = await open('twice');
  expect(await story.set()).toEqual({ status: 'done', because: '1 flags are set in w' });
  expect(await story.set()).toEqual({ status: 'done', because: '1 flags are set in w' });
  expect(story.kept).toMatchObject({ setting: on, writes: 1 });
  expect(await story.changes()).toEqual([
    { flag: 'dark', store: 'main', key: 'dark', from: off, to: on, wave: 'w', intendedAt: 0, setAt: 0, seenAt: 0 },
  ]);
});

test('a step that dies after the write, before anything is noted, has set it: the next finds that', async () => {
  const story = await open('killed');
  story.kept.dies = true;
  await expect(story.set()).rejects.toThrow('killed');
  expect(await story.changes()).toMatchObject([{ intendedAt: 0 }]);
  story.kept.dies = false;
  expect(await story.set()).toMatchObject({ status: 'done' });
  expect(story.kept.writes).toBe(1);
});

test.each([
  {
    because: 'a target of the wave was lost',
    deployed: ['t1'],
    verdict: 'pass',
    says: /1 of 2 targets have the release, without t2$/,
  },
  { because: 'a target runs something else', deployed: ['t1', 't2'], verdict: 'fail', says: /t1: runs sha256:old$/ },
  {
    because: 'a target can not be read',
    deployed: ['t1', 't2'],
    verdict: 'inconclusive',
    says: /t1: runs sha256:old$/,
  },
] as const)('it waits while $because, and is given up with nothing set', async ({ deployed, verdict, says }) => {
  const story = await open(`unready ${says}`, deployed);
  story.kept.verdict = verdict;
  expect(await story.set()).toMatchObject({ status: 'in-progress', because: expect.stringMatching(says) });
  story.pass(10 * minute);
  expect(await story.set()).toMatchObject({ status: 'aborted', because: expect.stringMatching(says) });
  expect(story.kept.writes).toBe(0);
  expect(await story.changes()).toEqual([]);
});

test('a store that does not answer is waited for, then given up with nothing set', async () => {
  const story = await open('down');
  story.kept.answers = false;
  expect(await story.set()).toEqual({
    status: 'in-progress',
    retryAfterSeconds: 5,
    because: 'flag dark: it does not answer',
  });
  story.pass(10 * minute);
  expect(await story.set()).toEqual({ status: 'aborted', because: 'flag dark: it does not answer' });
});

test('what somebody else has set since it was planned is not overwritten', async () => {
  const story = await open('foreign');
  story.kept.setting = { value: true, percent: 5, otherwise: false };
  expect(await story.set()).toEqual({
    status: 'failed',
    because:
      'flag dark was changed by somebody else in w: it is 5% true, else false, planned dark: false -> true; not overwritten',
  });
  expect(story.kept.writes).toBe(0);
  // It is known afterwards that nothing else was ill.
  expect(await readJudgements(story.ledger, story.ref)).toMatchObject([
    { gate: 'flag dark', kind: 'flag', verdict: 'fail', moment: 'after' },
  ]);
});

test('what somebody takes back while targets are waited for stays off', async () => {
  const story = await open('killed by hand');
  story.kept.served = false;
  expect(await story.set()).toMatchObject({ status: 'in-progress' });
  story.kept.setting = off;
  expect(await story.set()).toMatchObject({
    status: 'failed',
    because: expect.stringMatching(/^flag dark was changed by somebody else in w: it is false/),
  });
  expect(story.kept).toMatchObject({ setting: off, writes: 1 });
});

/** Nothing may be written, ways back neither. */
const halt: Hold = {
  ...{ kind: 'halt', scope: 'fleet', name: '', by: 'ana', because: 'x', at: 0, allowsRollback: false },
};

test.each(['with nothing that holds it', 'though it is held as well'])(
  'a wave that was stopped sets nothing and waits for nothing, %s',
  async (held) => {
    const story = await open('stopped');
    if (held.startsWith('though')) {
      await setHold(story.ledger, halt);
      expect(await story.set()).toMatchObject({ status: 'in-progress' });
    }
    await stopWave(story.ledger, story.ref, { because: 'FAIL gate up', at: 0 });
    expect(await story.set()).toEqual({ status: 'failed', because: 'FAIL gate up' });
    expect(story.kept.writes).toBe(0);
    expect((await readWave(story.ledger, story.ref)).waiting).toBeUndefined();
  },
);

test('the time that it is held for is not counted to how long a store may not answer', async () => {
  const story = await open('held');
  story.kept.answers = false;
  expect(await story.set()).toMatchObject({ status: 'in-progress', retryAfterSeconds: 5 });
  await setHold(story.ledger, halt);
  expect(await story.set()).toMatchObject({ because: expect.stringMatching(/^flags of w waits: the fleet is halted/) });
  story.pass(72 * 60 * minute);
  expect(await story.set()).toMatchObject({ because: expect.stringMatching(/^flags of w waits: the fleet is halted/) });
  await liftHold(story.ledger, halt, { by: 'ana', because: 'x', at: 0 });
  expect(await story.set()).toMatchObject({ status: 'in-progress', because: 'flag dark: it does not answer' });
  story.pass(10 * minute);
  expect(await story.set()).toMatchObject({ status: 'aborted' });
});

test('after a wait so long that its prober rests, nothing is set before that is back', async () => {
  const story = await open('rests');
  await restProber(story.ledger, story.ref, 30 * minute);
  expect(await story.set()).toEqual({
    status: 'in-progress',
    retryAfterSeconds: 1800,
    because: 'w goes on when its prober is back, at 1970-01-01T00:30:00.000Z',
  });
  expect(story.kept.writes).toBe(0);
  story.pass(30 * minute);
  expect(await story.set()).toMatchObject({ status: 'done' });
});

test('a target that does not serve it within the time of its store fails the wave', async () => {
  const story = await open('unseen');
  story.kept.served = false;
  expect(await story.set()).toMatchObject({ status: 'in-progress', retryAfterSeconds: 2 });
  story.pass(minute);
  expect(await story.set()).toEqual({
    status: 'failed',
    because: 'flag dark on t1 is false 60 s after it was set to true',
  });
});
