import { describe, expect, it } from 'vitest';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { readStop, type WaveRef } from '../../shared/ledger/waves.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { digestOf } from '../../shared/rollout/digest.ts';
import type { AlertGate, GateSpec, MetricGate } from '../../shared/rollout/gate.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { Target } from '../../shared/rollout/target.ts';
import type { Judgement, Verdict } from '../../shared/rollout/verdict.ts';
import type { Wave } from '../../shared/rollout/wave.ts';
import { measureStores } from '../../shared/wave/measure-stores.ts';
import { watchAlerts } from '../../shared/wave/watch-alerts.ts';
import { targetNamed } from '../analysis/asking.ts';

const alerts = (labels: AlertGate['labels']): AlertGate => ({
  kind: 'alerts',
  source: 'prod',
  labels,
  intervalMs: 15_000,
  maxAgeMs: 60_000,
});
const metric = (source: string): MetricGate => ({
  kind: 'metric',
  source,
  query: { value: 'up' },
  failBelow: 1,
  minRequests: 1,
  intervalMs: 15_000,
  maxAgeMs: 60_000,
});

const waveWith = (...gates: readonly string[]): Wave => ({
  name: 'w',
  targets: ['a', 'b'],
  batches: ['100%'],
  maxConcurrent: 1,
  maxFailures: 0,
  soakMs: 60_000,
  gates,
  whenTaken: 'queue',
  settleWithinMs: 60_000,
  inconclusiveWithinMs: 60_000,
});
const releaseWith = (gates: Readonly<Record<string, GateSpec>>): Release => ({
  targets: {},
  waves: [],
  gates,
  metrics: {
    prod: { prometheus: 'https://p.test', allow: [] },
    pods: { scrape: 'https://{target}.test/metrics', allow: [] },
  },
  services: {},
  settled: [],
  deletes: { max: 5, protect: [] },
  roles: {},
});
const targets = [targetNamed('a'), targetNamed('b')];
const never = new AbortController().signal;

/** Judges as it is told to, and keeps what was asked: the gate, and the target it was asked for. */
const answering = (verdictOf: (gate: string, target: string | undefined) => Verdict) => {
  const asked: string[] = [];
  const judge = async (gate: string, kind: Judgement['kind'], target: Target | undefined): Promise<Judgement> => {
    asked.push(`${gate} ${target?.name ?? 'all'}`);
    const verdict = verdictOf(gate, target?.name);
    return {
      gate,
      kind,
      ...(target === undefined ? {} : { target: target.name }),
      verdict,
      because: `${gate} is ${verdict}`,
    };
  };
  return {
    asked,
    measureMetric: async (gate: string, _: unknown, __: unknown, target: Target) => ({
      judgement: await judge(gate, 'metric', target),
    }),
    measureProbed: async (gate: string, _: unknown, __: unknown, target: Target) => ({
      judgement: await judge(gate, 'metric', target),
    }),
    measureAlerts: (gate: string, _: unknown, __: unknown, target: Target | undefined) => judge(gate, 'alerts', target),
  };
};

describe('the gates that stores answer', () => {
  it('are asked of each target, alerts with the same labels for all once, in the order of the wave', async () => {
    const gates = {
      up: metric('prod'),
      own: metric('pods'),
      pages: alerts({ severity: 'page' }),
      each: alerts({ cluster: '{target}' }),
    };
    const tools = answering(() => 'pass');
    const judged = await measureStores(
      releaseWith(gates),
      waveWith('up', 'own', 'pages', 'each'),
      targets,
      tools,
      never,
    );
    expect(judged.map(({ gate, target }) => `${gate} ${target ?? 'all'}`)).toEqual([
      'up a',
      'up b',
      'own a',
      'own b',
      'pages all',
      'each a',
      'each b',
    ]);
    expect([...tools.asked].sort()).toEqual(['each a', 'each b', 'own a', 'own b', 'pages all', 'up a', 'up b']);
  });

  it('of a store that the release does not have are errors', async () => {
    const gates = { up: metric('gone'), pages: { ...alerts({}), source: 'gone' } };
    const judged = await measureStores(
      releaseWith(gates),
      waveWith('up', 'pages'),
      targets,
      answering(() => 'pass'),
      never,
    );
    expect(judged.map(({ verdict }) => verdict)).toEqual(['error', 'error', 'error']);
    expect(judged[2]).toEqual({
      gate: 'pages',
      kind: 'alerts',
      verdict: 'error',
      because: 'metric source gone is not in the release',
    });
  });
});

describe('the watch over alerts', () => {
  const watching = (
    verdictOf: (gate: string, target: string | undefined) => Verdict,
    gates: Readonly<Record<string, GateSpec>>,
  ) => {
    let now = 0;
    const clock = { ...processClock, now: () => now };
    const ledger = openSqliteLedger(':memory:', clock);
    const ref: WaveRef = { rollout: 'r', release: digestOf('release'), wave: 'w', direction: 'forward' };
    const tools = answering(verdictOf);
    const wave = waveWith(...Object.keys(gates));
    const watch = watchAlerts(ref, releaseWith(gates), wave, tools, { ledger, clock }, never);
    const settled = async () => {
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    };
    return {
      watch,
      asked: tools.asked,
      at: async (time: number) => {
        now = time;
        watch?.look(targets);
        await settled();
      },
      stop: () => readStop(ledger, ref),
    };
  };

  it('is none where the wave has no such gate', () => {
    expect(watching(() => 'pass', { up: metric('prod') }).watch).toBeUndefined();
  });

  it('asks as often as the gate says, and stops nothing while all is quiet', async () => {
    const { at, asked, stop } = watching(() => 'pass', { pages: alerts({}), each: alerts({ cluster: '{target}' }) });
    await at(0);
    await at(5_000);
    expect(asked).toEqual(['pages all', 'each a', 'each b']);
    await at(15_000);
    expect(asked.length).toBe(6);
    expect(await stop()).toBeUndefined();
  });

  it('sets the stop flag at the first alert that fires, once, with its sentence', async () => {
    const { at, asked, stop } = watching((_, target) => (target === 'b' ? 'fail' : 'pass'), {
      each: alerts({ cluster: '{target}' }),
    });
    await at(0);
    expect(await stop()).toMatchObject({ because: 'FAIL gate each on b: each is fail', at: 0 });
    await at(60_000);
    expect(asked).toEqual(['each a', 'each b']);
  });

  it('stops nothing for what can not be read', async () => {
    const { at, stop } = watching(() => 'inconclusive', { pages: alerts({}) });
    await at(0);
    expect(await stop()).toBeUndefined();
  });
});
