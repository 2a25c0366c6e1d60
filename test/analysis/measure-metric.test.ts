import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMetrics } from '../../local/fleet/metrics/metrics.ts';
import { measureMetric } from '../../shared/analysis/measure-metric.ts';
import type { Http } from '../../shared/outside/http.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import type { MetricGate } from '../../shared/rollout/gate.ts';
import { hasPrometheus, type Prometheus, startPrometheus } from '../fleet/metrics/prometheus.ts';
import type { TestSeries } from '../fleet/metrics/samples.ts';
import { never, noSecrets, noTools, targetNamed } from './asking.ts';

const NOW = Date.parse('2026-01-02T03:10:00Z');
const MINUTE = 60_000;

/** A counter or gauge scraped every 15 s for ten minutes, the last time `quietMs` ago. */
const series = (
  name: string,
  labels: Readonly<Record<string, string>>,
  valueAt: (scrape: number) => number,
  quietMs = 0,
): TestSeries => ({
  name,
  labels,
  samples: Array.from({ length: 41 }, (_, scrape) => ({
    at: NOW - 10 * MINUTE + scrape * 15_000,
    value: valueAt(scrape),
  })).filter(({ at }) => at <= NOW - quietMs),
});

const requests = 'http_requests_total';
const all = [
  series(requests, { cluster: 'good', code: '200' }, (scrape) => scrape * 300),
  series(requests, { cluster: 'bad', code: '200' }, (scrape) => scrape * 300),
  series(requests, { cluster: 'bad', code: '503' }, (scrape) => scrape * 3),
  series(requests, { cluster: 'idle', code: '200' }, () => 7),
  series(requests, { cluster: 'quiet', code: '200' }, (scrape) => scrape * 300, 3 * MINUTE),
  series('latency_seconds', { cluster: 'good' }, () => 0.2),
  series('latency_seconds', { cluster: 'bad' }, () => 0.7),
  series('latency_seconds', { cluster: 'idle' }, () => Number.NaN),
  series('latency_seconds', { cluster: 'quiet' }, () => 0.2, 3 * MINUTE),
  series('latency_seconds', { cluster: 'twice', zone: 'a' }, () => 0.2),
  series('latency_seconds', { cluster: 'twice', zone: 'b' }, () => 0.2),
];

const base = { kind: 'metric', source: 'prod', minRequests: 1_000, intervalMs: 30_000, maxAgeMs: MINUTE } as const;
const errorsOf = (errors: string): MetricGate => ({
  ...base,
  query: { errors, requests: 'sum(increase(http_requests_total{cluster="{target}"}[5m]))' },
  failAbove: 0.001,
});
const errors = errorsOf('sum(increase(http_requests_total{code=~"5..",cluster="{target}"}[5m]))');
const latency: MetricGate = { ...base, query: { value: 'latency_seconds{cluster="{target}"}' }, failAbove: 0.5 };
const ratio = (value: string): MetricGate => ({ ...base, query: { value }, failAbove: 0.001 });

const cases: readonly (readonly [string, MetricGate, string, string, string | RegExp])[] = [
  [
    'no errors',
    errors,
    'good',
    'pass',
    /^0 errors of 6000 requests, share of errors 0, within at most 0.001 \(no series of errors, which counts as 0 since requests are reported\) over 300 s$/,
  ],
  [
    'errors',
    errors,
    'bad',
    'fail',
    /^60 errors of 6060 requests, share of errors 0\.00990099, expected at most 0\.001 over 300 s$/,
  ],
  ['no traffic', errors, 'idle', 'inconclusive', '0 requests, expected at least 1000 to judge by over 300 s'],
  [
    'a target that stopped reporting',
    errors,
    'quiet',
    'inconclusive',
    'the newest point of http_requests_total{cluster="quiet"} is 180 s old, expected at most 60 s over 300 s',
  ],
  [
    'a target that never reported',
    errors,
    'none',
    'inconclusive',
    'no data for the newest point of http_requests_total{cluster="none"} (no series) over 300 s',
  ],
  [
    'a misspelt metric of errors',
    errorsOf('sum(increase(http_request_errors_total{cluster="{target}"}[5m]))'),
    'good',
    'inconclusive',
    'no data for the count of errors (no series) over 300 s',
  ],
  ['a value below', latency, 'good', 'pass', 'value 0.2, within at most 0.5'],
  ['a value above', latency, 'bad', 'fail', 'value 0.7, expected at most 0.5'],
  ['a value that is not a number', latency, 'idle', 'inconclusive', 'no data for the value (NaN)'],
  [
    'a value that is old',
    latency,
    'quiet',
    'inconclusive',
    'the newest point of latency_seconds{cluster="quiet"} is 180 s old, expected at most 60 s',
  ],
  [
    'two values',
    latency,
    'twice',
    'error',
    'the value could not be read: the query gives 2 series, expected one; aggregate them, as with sum()',
  ],
  [
    'zero by zero',
    ratio(
      'sum(rate(http_requests_total{cluster="{target}",code="503"}[5m]) or 0 * rate(http_requests_total{cluster="{target}"}[5m])) / sum(rate(http_requests_total{cluster="{target}"}[5m]))',
    ),
    'idle',
    'inconclusive',
    /^no data for the newest point of http_requests_total\{cluster="idle",code="503"\} \(no series\) over 300 s$/,
  ],
  [
    'one by zero',
    ratio('1 / (0 * latency_seconds{cluster="{target}"})'),
    'good',
    'fail',
    'value Infinity, expected a finite number',
  ],
  [
    'an invented zero',
    ratio('sum(rate(nothing{cluster="{target}"}[5m])) or vector(0)'),
    'good',
    'inconclusive',
    'no data for the newest point of nothing{cluster="good"} (no series) over 300 s',
  ],
  [
    'a constant',
    ratio('vector(0)'),
    'good',
    'error',
    'the query reads no series, expected one that measures the target',
  ],
  [
    'text that is not PromQL',
    ratio('sum(latency_seconds{'),
    'good',
    'error',
    /^the newest point of latency_seconds\{ could not be read: status 400, bad_data: /,
  ],
];

const measure = (gate: MetricGate, name: string, url: string, http: Http) => {
  const clock = { now: () => NOW, sleep: async () => undefined, after: () => () => undefined };
  const source = { prometheus: url, allow: ['127.0.0.0/8'] };
  const order = { name: 'gate', gate, source, target: targetNamed(name) };
  return measureMetric(order, { clock, http, secrets: noSecrets }, noTools, never);
};

const check = async (
  gate: MetricGate,
  name: string,
  verdict: string,
  found: string | RegExp,
  url: string,
  http: Http,
) => {
  const judgement = await measure(gate, name, url, http);
  const subject = `gate gate on ${name}: `;
  expect({ ...judgement, because: judgement.because.slice(subject.length) }).toMatchObject({
    gate: 'gate',
    kind: 'metric',
    target: name,
    verdict,
    because: typeof found === 'string' ? found : expect.stringMatching(found),
    source: `prod (${url})`,
  });
};

describe('against the simulated Prometheus', () => {
  const metrics = createMetrics({ clock: { now: () => NOW } });
  for (const { name, labels, samples } of all) {
    for (const { at, value } of samples) metrics.add(name, labels, value, at);
  }
  const http: Http = (url, init) =>
    metrics.handle(
      new Request(url, { method: init?.method ?? 'GET', headers: { ...init?.headers }, body: String(init?.body) }),
    );

  test.each(cases)('%s', async (_, gate, name, verdict, found) => {
    await check(gate, name, verdict, found, 'https://prometheus.test', http);
  });

  test('a judgement names its queries, window and numbers', async () => {
    expect(await measure(errors, 'bad', 'https://prometheus.test', http)).toEqual({
      gate: 'gate',
      kind: 'metric',
      target: 'bad',
      verdict: 'fail',
      because: expect.stringContaining('60 errors of 6060 requests'),
      query:
        'sum(increase(http_requests_total{code=~"5..",cluster="bad"}[5m])) / sum(increase(http_requests_total{cluster="bad"}[5m]))',
      source: 'prod (https://prometheus.test)',
      window: { from: NOW - 5 * MINUTE, to: NOW },
      value: expect.closeTo(0.0099, 4),
      threshold: 0.001,
      samples: expect.closeTo(6_060, 6),
    });
  });
});

describe.skipIf(!hasPrometheus())('against a real Prometheus', () => {
  let prometheus: Prometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus(all);
  });
  afterAll(() => prometheus.stop());

  test.each(cases)('%s', async (_, gate, name, verdict, found) => {
    await check(gate, name, verdict, found, prometheus.url, socketHttp());
  });
});
