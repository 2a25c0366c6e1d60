import { describe, expect, it, test } from 'vitest';
import { createMetrics } from '../../local/fleet/metrics/metrics.ts';
import { measureBudget } from '../../shared/analysis/measure-budget.ts';
import { measureBurn } from '../../shared/analysis/measure-burn.ts';
import type { Http } from '../../shared/outside/http.ts';
import type { BudgetGate, MetricGate } from '../../shared/rollout/gate.ts';
import { never, noSecrets, noTools, targetNamed } from './asking.ts';

const NOW = Date.parse('2026-02-02T03:10:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const clock = { now: () => NOW, sleep: async () => undefined, after: () => () => undefined };
const metrics = createMetrics({ clock, retentionMs: 12 * HOUR });

/** Seven hours of 600 requests a minute, of which so many fail as told. */
const serve = (cluster: string, failing: (minutesAgo: number) => number): void => {
  // Far from 0, below which `increase` does not extrapolate.
  let [good, bad] = [1_000_000, 1_000_000];
  for (let ago = 420; ago >= 0; ago -= 1) {
    bad += failing(ago);
    good += 600 - failing(ago);
    metrics.add('http_requests_total', { cluster, code: '200' }, good, NOW - ago * MINUTE);
    metrics.add('http_requests_total', { cluster, code: '503' }, bad, NOW - ago * MINUTE);
  }
};
// As `increase` extrapolates it from 60 points, 3,000 are 3,051.
serve('well', () => 0);
serve('burns', (ago) => (ago < 10 ? 300 : 0));
serve('burnt', (ago) => (ago > 40 && ago < 50 ? 300 : 0));
serve('one-failure', (ago) => (ago === 2 ? 1 : 0));

const http: Http = async (url, init) =>
  metrics.handle(
    new Request(url, { method: init?.method ?? 'GET', headers: { ...init?.headers }, body: String(init?.body) }),
  );
const outside = { clock, http, secrets: noSecrets };
const source = { prometheus: 'https://p.test', allow: [] };
const counted: MetricGate = {
  kind: 'metric',
  source: 'prod',
  query: {
    errors: 'sum(increase(http_requests_total{code=~"5..",cluster="{target}"}[{window}]))',
    requests: 'sum(increase(http_requests_total{cluster="{target}"}[{window}]))',
  },
  failAbove: 0.001,
  minRequests: 100,
  intervalMs: 30_000,
  maxAgeMs: 2 * MINUTE,
};

describe('burn rates of a metric store', () => {
  const burnOf = async (name: string) => {
    const order = { name: 'slo', gate: counted, source, target: targetNamed(name) };
    return (await measureBurn(order, { kind: 'burn', severity: 'page' }, outside, noTools, never)).judgement;
  };

  test.each([
    ['well', 'pass', /: no rule burns; 1h & 5m: 0 of 36000 failed/],
    ['burns', 'fail', /: burns \(page\): 1h & 5m: 3051 of 36000 failed, at least 0\.0\d+ and 1500 of 3000 failed/],
    ['burnt', 'pass', /: no rule burns; 1h & 5m: 2746 of 36000 failed/],
    ['one-failure', 'pass', /: no rule burns; /],
    ['gone', 'inconclusive', /: 1h & 5m could not be counted; .*no data/],
  ] as const)('%s: %s', async (name, verdict, because) => {
    expect(await burnOf(name)).toMatchObject({ verdict, because: expect.stringMatching(because) });
  });

  it('are told with their queries, value, threshold, window, samples and source', async () => {
    const asked = (window: string) =>
      `sum(increase(http_requests_total{code=~"5..",cluster="burns"}[${window}])) / sum(increase(http_requests_total{cluster="burns"}[${window}]))`;
    expect(await burnOf('burns')).toEqual({
      gate: 'slo',
      kind: 'metric',
      target: 'burns',
      verdict: 'fail',
      because: expect.stringMatching(/^gate slo on burns: burns/),
      query: `${asked('1h')}; ${asked('5m')}`,
      value: 3_051 / 36_000,
      threshold: 14.4 * 0.001,
      samples: 36_000,
      source: 'prod (https://p.test)',
      window: { from: NOW - 5 * MINUTE, to: NOW },
    });
  });
});

describe('the budget of a metric store', () => {
  const gate = (atLeast: number): BudgetGate => ({
    kind: 'budget',
    allowed: 0.1,
    windowMs: HOUR,
    atLeast,
    counted: { metric: counted },
  });
  const budgetOf = (name: string, atLeast = 0) =>
    measureBudget(
      { name: 'slo', gate: gate(atLeast), metric: counted, source, target: targetNamed(name) },
      outside,
      noTools,
      never,
    );

  test.each([
    ['well', 0.9, 'pass', '0 of 36000 failed where 3600 may: 100 % of the budget is left, expected at least 90 %'],
    ['burnt', 0, 'pass', '2746 of 36000 failed where 3600 may: 23.72 % of the budget is left, expected some'],
    [
      'burnt',
      0.3,
      'fail',
      '2746 of 36000 failed where 3600 may: 23.72 % of the budget is left, expected at least 30 %',
    ],
    ['gone', 0, 'inconclusive', 'no data for the newest point'],
  ] as const)('of %s, of which %d must be left: %s', async (name, atLeast, verdict, because) => {
    const judgement = await budgetOf(name, atLeast);
    expect(judgement).toMatchObject({ kind: 'budget', verdict, because: expect.stringContaining(because) });
    expect(judgement).toMatchObject({
      query: expect.stringContaining('[1h]'),
      source: 'prod (https://p.test)',
      threshold: atLeast,
      window: { from: NOW - HOUR, to: NOW },
    });
  });
});
