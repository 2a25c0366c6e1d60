import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Outage } from '../../shared/availability/assess-standings.ts';
import { folderBlobs } from '../../shared/blobs/folder.ts';
import { putJson } from '../../shared/blobs/json.ts';
import { keepAlerts } from '../../shared/ledger/alerts.ts';
import { intendFlag, noteFlag, readFlagChanges } from '../../shared/ledger/flags.ts';
import { liftHold, setHold } from '../../shared/ledger/holds.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { markVerified } from '../../shared/ledger/target-state.ts';
import { keepJudgement, readDeployments, recordDeployment, stopWave, type WaveRef } from '../../shared/ledger/waves.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { FlagSetting } from '../../shared/rollout/flag.ts';
import type { MetricGate } from '../../shared/rollout/gate.ts';
import type { Hold } from '../../shared/rollout/holds.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { Target } from '../../shared/rollout/target.ts';
import type { Judgement, Verdict } from '../../shared/rollout/verdict.ts';
import type { Wave } from '../../shared/rollout/wave.ts';
import { compareRuns } from '../../shared/wave/compare-runs.ts';
import type { Ended } from '../../shared/wave/ended.ts';
import { outageFails } from '../../shared/wave/judge-availability.ts';
import { judgeFlags } from '../../shared/wave/judge-flags.ts';
import { stopFor } from '../../shared/wave/stop-for.ts';
import { type TakeOffTools, takeOffFlags } from '../../shared/wave/take-off-flags.ts';
import { targetNamed } from '../analysis/asking.ts';

const dir = mkdtempSync(join(tmpdir(), 'tidegate-flags-off-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const minute = 60_000;
const wave: Wave = {
  name: 'w',
  targets: ['t'],
  batches: ['100%'],
  maxConcurrent: 1,
  maxFailures: 0,
  soakMs: minute,
  gates: ['errors', 'slow', 'e2e'],
  whenTaken: 'queue',
  settleWithinMs: minute,
  inconclusiveWithinMs: 10 * minute,
};
const metric: MetricGate = {
  kind: 'metric',
  source: 'prod',
  query: { value: 'up' },
  failBelow: 1,
  minRequests: 1,
  intervalMs: 20_000,
  maxAgeMs: minute,
};
const release: Release = {
  targets: { t: { ...targetNamed('t'), rendered: digestOf('t') } },
  waves: [wave],
  gates: {
    errors: metric,
    slow: { ...metric, comparison: { baseline: 'before', bad: 'lower', level: 0.01, of: 1, mostRise: 1 } },
    e2e: {
      kind: 'test',
      test: { callback: 'https://e2e.test', secret: 's', allow: [] },
      moments: ['after'],
      withinMs: minute,
    },
  },
  metrics: { prod: { prometheus: 'https://p.test', allow: [] } },
  services: {},
  settled: [],
  deletes: { max: 5, protect: [] },
  roles: {},
  flagStores: {
    main: { flagd: { bucket: 'b', region: 'us-east-1', object: 'f/{wave}.json' }, seenWithinMs: minute, allow: [] },
  },
};
const off: FlagSetting = { value: false };
const on: FlagSetting = { value: true };
const never = new AbortController().signal;

/** A wave with its code deployed and these flags on, whose metrics are well from now on. */
const open = async (name: string, ...flags: readonly string[]) => {
  let now = 0;
  const clock = { now: () => now, sleep: async () => undefined, after: () => () => undefined };
  const settings = { region: 'us-east-1' };
  const outside = { clock, blobs: folderBlobs(dir), ledger: openSqliteLedger(':memory:', clock), settings };
  const { ledger } = outside;
  const ref: WaveRef = { rollout: name, release: digestOf('release'), wave: 'w', direction: 'forward' };
  await recordDeployment(ledger, ref, { target: 't', outcome: 'deployed', because: '', startedAt: 0, endedAt: 0 });
  const planned = await putJson(outside.blobs, {});
  const plan = await putJson(outside.blobs, {
    ...{ release: ref.release, wave: 'w', direction: 'forward', unreachable: [] },
    targets: [{ target: 't', planned, counts: {} }],
  });
  const stores = new Map<string, FlagSetting>();
  for (const flag of flags.length === 0 ? ['dark'] : flags) {
    await intendFlag(ledger, ref, { flag, store: 'main', key: flag, from: off, to: on }, 0);
    await noteFlag(ledger, ref, flag, { setAt: 0 });
    stores.set(flag, on);
  }
  const kept = { answers: true, outages: [] as readonly Outage[] };
  const judged = (gate: string, target: Target | undefined): Judgement => ({
    ...{ gate, kind: 'metric', verdict: 'pass', because: 'well', window: { from: now, to: now } },
    ...(target === undefined ? {} : { target: target.name }),
  });
  const unasked = () => Promise.reject(new Error('not asked here'));
  const tools: TakeOffTools = {
    readFlag: async (_, { flag }) =>
      kept.answers
        ? { status: 'read', setting: stores.get(flag) ?? off, version: '1' }
        : { status: 'unreachable', because: 'it does not answer' },
    writeFlag: async (_, { flag }, setting) => {
      stores.set(flag, setting);
      return { status: 'written' };
    },
    readServed: async () => ({ status: 'served' }),
    verifyTarget: async () => ({ gate: 'as-deployed', kind: 'policy', verdict: 'pass', because: 'it runs' }),
    readStandings: async () => [],
    readOutages: async () => kept.outages,
    tell: async () => undefined,
    measureMetric: async (gate, _, __, target) => ({ judgement: judged(gate, target) }),
    measureAlerts: async (gate, _, __, target) => judged(gate, target),
    probeUntil: unasked,
    measureClusters: unasked,
    compareMetric: unasked,
    measureScore: unasked,
    measureProbed: unasked,
    measureBudget: unasked,
    assessPooled: () => judged('', undefined),
    assessProbe: () => judged('', undefined),
    joinTallies: (tally) => tally,
  };
  const take = (ended: Ended) => takeOffFlags(ref, release, wave, plan, ended, tools, outside, { signal: never });
  return {
    ref,
    kept,
    stores,
    ledger,
    outside,
    tools,
    take,
    pass: (ms: number) => {
      now += ms;
    },
    changes: () => readFlagChanges(ledger, ref),
    found: (judgement: Judgement) => keepJudgement(ledger, ref, 'after', 0, judgement),
    /** Until it is told what becomes of the wave, or for an hour. */
    taken: async (ended: Ended) => {
      for (let tries = 0; ; tries += 1) {
        const result = await take(ended);
        if (result.status !== 'in-progress' || tries === 360) return result;
        now += 10_000;
      }
    },
  };
};

const judgement = (gate: string, kind: Judgement['kind'], verdict: Verdict = 'fail'): Judgement => ({
  ...{ gate, kind, verdict, target: 't', because: 'ill' },
});
const outage: Outage = {
  ...{ gate: 'up', target: 't', because: 'no answer', since: 0, seenAt: 0 },
  ...{ regions: ['eu-west-1', 'us-east-1'], isOld: false },
};
const alert: Judgement = { ...judgement('alert Down', 'alerts'), source: 'alerts from outside' };

test.each([
  { failed: judgement('errors', 'metric'), status: 'failed', becomes: 'held' },
  { failed: judgement('errors', 'metric', 'inconclusive'), status: 'aborted', becomes: 'held' },
  { failed: judgement('e2e', 'test'), status: 'failed', becomes: 'failed' },
  { failed: judgement('e2e', 'test', 'inconclusive'), status: 'aborted', becomes: 'aborted' },
  // It was still running when something else failed.
  { failed: judgement('e2e', 'test', 'inconclusive'), status: 'failed', becomes: 'held' },
  { failed: { ...judgement('slow', 'metric'), isComparison: true }, status: 'failed', becomes: 'failed' },
  { failed: { ...judgement('e2e', 'test'), effect: 'report' }, status: 'failed', becomes: 'held' },
  { failed: judgement('gone', 'policy', 'error'), status: 'aborted', becomes: 'aborted' },
  { failed: judgement('errors', 'metric', 'pass'), status: 'error', becomes: 'error' },
] as const)(
  '$failed.kind $failed.gate $failed.verdict, which ended the wave $status, leaves it $becomes when all that is measured again is well',
  async ({ failed, status, becomes }) => {
    const story = await open('found');
    await story.found(failed);
    const result = await story.taken({ status, because: 'ill' });
    expect(result.status).toBe(becomes);
    expect(result.because).toMatch(
      becomes === 'held'
        ? /cured by the flags: .*the code stays$/
        : /not cured by the flags.*so the code goes back too$/,
    );
    expect(story.stores.get('dark')).toEqual(off);
  },
);

test.each([
  { stop: judgement('errors', 'metric'), lasts: false, becomes: 'held' },
  { stop: judgement('e2e', 'test'), lasts: false, becomes: 'failed' },
  { stop: outageFails(outage), lasts: false, becomes: 'held' },
  { stop: outageFails(outage), lasts: true, becomes: 'failed' },
  { stop: alert, lasts: false, becomes: 'held' },
  { stop: alert, lasts: true, becomes: 'failed' },
] as const)('a stop by $stop.gate that lasts: $lasts, leaves it $becomes', async ({ stop, lasts, becomes }) => {
  const story = await open('stopped');
  await stopFor(story.ref, stop, story.outside);
  story.kept.outages = stop.gate === 'up' ? [outage] : [];
  const place = { scope: 'target', name: 't' } as const;
  const report = { id: '1', name: 'Down', status: 'firing', labels: {} } as const;
  if (stop === alert) await keepAlerts(story.ledger, place, [report], 0);
  const ended = { status: 'failed', because: 'ill' };
  // For two minutes all else is well, and that is still so.
  for (let looks = 0; looks < 12; looks += 1) {
    const { status } = await story.take(ended);
    if (stop === alert || stop.source === 'scheduled probes') expect(status).toBe('in-progress');
    story.pass(10_000);
  }
  if (!lasts) {
    story.kept.outages = [];
    await keepAlerts(story.ledger, place, [{ ...report, status: 'resolved', endsAt: 120_000 }], 120_000);
  }
  expect((await story.taken(ended)).status).toBe(becomes);
});

test('a gate that is worse than its baseline, and within its thresholds, says so: that is compared once, and cures nothing', async () => {
  const story = await open('compared');
  const standing = { release: digestOf('r'), rendered: digestOf('d'), commit: 'c', rollout: 'before', at: 0 };
  await markVerified(story.ledger, 't', standing);
  const slow = release.gates.slow as MetricGate;
  const runs = [{ gate: slow, judgement: judgement('slow', 'metric', 'pass') }];
  const deployed = [...(await readDeployments(story.ledger, story.ref)).values()];
  const worse = { compareMetric: async () => ({ ...judgement('slow', 'metric'), because: 'worse than before' }) };
  const [compared] = await compareRuns(story.ref, release, runs, deployed, worse, story.outside, never);
  expect(compared).toEqual({ ...judgement('slow', 'metric'), because: 'worse than before', isComparison: true });
});

test('the time that everything is halted for is not counted to the day for which a store is asked again', async () => {
  const story = await open('halted');
  const halt: Hold = {
    ...{ kind: 'halt', scope: 'fleet', name: '', by: 'ana', because: 'x', at: 0, allowsRollback: false },
  };
  await setHold(story.ledger, halt);
  const ended = { status: 'failed', because: 'ill' };
  expect(await story.take(ended)).toMatchObject({ status: 'in-progress' });
  story.pass(48 * 60 * minute);
  await liftHold(story.ledger, halt, { by: 'ana', because: 'x', at: 0 });
  story.kept.answers = false;
  expect(await story.take(ended)).toMatchObject({ status: 'in-progress' });
  story.pass(24 * 60 * minute);
  expect(await story.take(ended)).toMatchObject({ status: 'stuck' });
});

test('a flag that somebody has killed stays so, though another flag of the wave is as was set', async () => {
  const story = await open('killed', 'dark', 'light');
  const killed: FlagSetting = { value: true, percent: 0, otherwise: false };
  story.stores.set('dark', killed);
  const flags = await judgeFlags(story.ref, release, story.tools, story.outside, never);
  expect(flags.map(({ gate, verdict }) => [gate, verdict])).toEqual([
    ['flag dark', 'fail'],
    ['flag light', 'pass'],
  ]);
  for (const each of flags) await story.found(each);
  expect(await story.taken({ status: 'failed', because: 'ill' })).toEqual({
    status: 'held',
    because:
      'ill; flag dark was changed by somebody else in w: it is 0% true, else false; not overwritten, and the code stays',
  });
  expect(story.stores.get('dark')).toEqual(killed);
  expect(story.stores.get('light')).toEqual(off);
});

test('where somebody holds the rollout its flags stay, as its code does, and it is said', async () => {
  const story = await open('held');
  await stopWave(story.ledger, story.ref, { because: 'held by ana: x', at: 0, keeps: true });
  expect(await story.take({ status: 'failed', because: 'held by ana: x' })).toEqual({
    status: 'held',
    because: 'held by ana: x; its flags are left: dark stays true',
  });
  expect(story.stores.get('dark')).toEqual(on);
  expect(await story.changes()).toMatchObject([{ flag: 'dark', setAt: 0 }]);
});
