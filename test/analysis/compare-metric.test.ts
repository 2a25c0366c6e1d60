import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMetrics } from '../../local/fleet/metrics/metrics.ts';
import { compareMetric } from '../../shared/analysis/compare-metric.ts';
import { measureClusters } from '../../shared/analysis/measure-clusters.ts';
import type { Http } from '../../shared/outside/http.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import type { Comparison } from '../../shared/rollout/comparison.ts';
import type { MetricGate } from '../../shared/rollout/gate.ts';
import type { MetricSource } from '../../shared/rollout/metric-source.ts';
import { hasPrometheus, type Prometheus, startPrometheus } from '../fleet/metrics/prometheus.ts';
import type { TestSeries } from '../fleet/metrics/samples.ts';
import { never, noSecrets, noTools, targetNamed } from './asking.ts';
import { seeded } from './seeded.ts';

const NOW = Date.parse('2026-02-02T03:10:00Z');
const MINUTE = 60_000;
const WEEK = 7 * 24 * 60 * MINUTE;
const BEFORE = NOW - 11 * MINUTE;
const SINCE = NOW - 10 * MINUTE;

/** Scraped every 15 s for half an hour until now, and until this hour of each of the weeks before. */
const series = (
  name: string,
  labels: Readonly<Record<string, string>>,
  valueAt: (at: number, scrape: number) => number,
  weeks: readonly number[] = [3, 2, 1, 0],
): TestSeries => ({
  name,
  labels,
  samples: weeks.flatMap((week) =>
    Array.from({ length: 121 }, (_, scrape) => {
      const at = NOW - week * WEEK - 30 * MINUTE + scrape * 15_000;
      return { at, value: valueAt(at, scrape) };
    }),
  ),
});
const requests = (cluster: string, weeks?: readonly number[]) =>
  series('http_requests_total', { cluster, code: '200' }, (_, scrape) => scrape * 300, weeks);
/** Errors per scrape before the write, and after it. */
const errors = (cluster: string, early: number, late: number, weeks?: readonly number[]) => {
  let counted = 0;
  return series(
    'http_requests_total',
    { cluster, code: '503' },
    (at, scrape) => {
      counted = scrape === 0 ? 0 : counted + (at > SINCE ? late : early);
      return counted;
    },
    weeks,
  );
};
const latency = (cluster: string, seed: number, late: number, weeks?: readonly number[]) => {
  const random = seeded(seed);
  return series('latency_seconds', { cluster }, (at) => 0.2 + 0.02 * random() + (at > SINCE ? late : 0), weeks);
};
const all = [
  requests('same'),
  errors('same', 1, 1),
  requests('worse'),
  errors('worse', 1, 5),
  requests('new', [0]),
  errors('new', 0, 1, [0]),
  requests('ill'),
  errors('ill', 5, 5),
  latency('same', 1, 0),
  latency('worse', 2, 0.1),
  latency('new', 3, 0, [0]),
];

const base = { kind: 'metric', source: 'prod', minRequests: 100, intervalMs: 30_000, maxAgeMs: MINUTE } as const;
const counts: MetricGate = {
  ...base,
  query: {
    errors: 'sum(increase(http_requests_total{code=~"5..",cluster="{target}"}[2m]))',
    requests: 'sum(increase(http_requests_total{cluster="{target}"}[2m]))',
  },
  failAbove: 0.1,
};
const values: MetricGate = { ...base, query: { value: 'latency_seconds{cluster="{target}"}' }, failAbove: 1 };
const against = (baseline: Comparison['baseline'], more: Partial<Comparison> = {}): Comparison => ({
  baseline,
  bad: 'higher',
  level: 0.05,
  of: 1,
  mostRise: 1,
  ...more,
});

const cases: readonly (readonly [
  string,
  MetricGate,
  string,
  Comparison,
  readonly string[],
  string,
  string | RegExp,
])[] = [
  [
    'as many errors as before',
    counts,
    'same',
    against('before'),
    [],
    'pass',
    /^compared with before: \d+ of \d+ failed, \d+ of \d+ of the baseline: as likely as 0\.\d+ by chance, expected at least 0\.05$/,
  ],
  ['more errors than before', counts, 'worse', against('before'), [], 'fail', /^compared with before: /],
  [
    'more errors than before, and so many are borne',
    counts,
    'worse',
    against('before', { mostRise: 10 }),
    [],
    'pass',
    /with 10 times as many borne/,
  ],
  [
    'as many errors as others',
    counts,
    'same',
    against('others'),
    ['same', 'same'],
    'pass',
    /^compared with 2 others: /,
  ],
  ['more errors than others', counts, 'worse', against('others'), ['same'], 'fail', /^compared with 1 others: /],
  [
    'no others left',
    counts,
    'same',
    against('others'),
    [],
    'pass',
    /^compared with before, as no other target is left: /,
  ],
  ['fewer errors than others who are ill', counts, 'same', against('others'), ['ill'], 'pass', /by chance/],
  [
    'more errors than in the weeks before',
    counts,
    'worse',
    against('last-week'),
    [],
    'fail',
    /^compared with the middle one of three weeks: /,
  ],
  [
    'no weeks before',
    counts,
    'new',
    against('last-week'),
    [],
    'inconclusive',
    'compared with the middle one of three weeks: the baseline was not counted',
  ],
  [
    'more errors than before, as on the others',
    counts,
    'worse',
    against('difference'),
    ['worse', 'worse'],
    'pass',
    /^compared with before, less what changed on 2 others: .*; on the others it may have risen \d+(\.\d+)? times meanwhile$/,
  ],
  [
    'more errors than before, and not on the others',
    counts,
    'worse',
    against('difference'),
    ['same'],
    'fail',
    /less what changed/,
  ],
  [
    'more errors than before, and no others',
    counts,
    'worse',
    against('difference'),
    [],
    'fail',
    /as no other target is left/,
  ],
  [
    'slower than before, as the others',
    values,
    'worse',
    against('difference'),
    ['worse'],
    'pass',
    /it may have moved by/,
  ],
  [
    'slower than before, and not the others',
    values,
    'worse',
    against('difference'),
    ['same'],
    'fail',
    /expected no rise/,
  ],
  [
    'others that are not measured',
    counts,
    'same',
    against('others'),
    ['gone'],
    'inconclusive',
    'compared with 1 others: the baseline was not counted',
  ],
  [
    'as fast as before',
    values,
    'same',
    against('before'),
    [],
    'pass',
    /^compared with before: 60 values against 60 of the baseline: shift /,
  ],
  ['slower than before', values, 'worse', against('before'), [], 'fail', /^compared with before: .* expected no rise$/],
  ['slower, where lower is bad', values, 'worse', against('before', { bad: 'lower' }), [], 'pass', /shift 0\.1/],
  ['slower than others', values, 'worse', against('others'), ['same'], 'fail', /expected no rise$/],
  ['slower than in the weeks before', values, 'worse', against('last-week'), [], 'fail', /expected no rise$/],
  [
    'no weeks of values',
    values,
    'new',
    against('last-week'),
    [],
    'inconclusive',
    /no values of the baseline \(no series\)$/,
  ],
  [
    'no values at all',
    values,
    'gone',
    against('before'),
    [],
    'inconclusive',
    'compared with before: no values since the last write (no series)',
  ],
];

const compare = (
  gate: MetricGate,
  target: string,
  comparison: Comparison,
  others: readonly string[],
  prometheus: string,
  http: Http,
) => {
  const clock = { now: () => NOW, sleep: async () => undefined, after: () => () => undefined };
  const source = { prometheus, allow: ['127.0.0.0/8'] };
  const order = { name: 'gate', gate, source, target: targetNamed(target), comparison, since: SINCE, before: BEFORE };
  return compareMetric(
    { ...order, others: others.map((name) => targetNamed(name)) },
    { clock, http, secrets: noSecrets },
    noTools,
    never,
  );
};

const check = async (
  [, gate, target, comparison, others, verdict, found]: (typeof cases)[number],
  url: string,
  http: Http,
): Promise<void> => {
  const judgement = await compare(gate, target, comparison, others, url, http);
  expect({ ...judgement, because: judgement.because.slice(`gate gate on ${target}: `.length) }).toMatchObject({
    verdict,
    because: typeof found === 'string' ? found : expect.stringMatching(found),
    query: expect.stringContaining(target),
    source: `prod (${url})`,
    window: { from: SINCE, to: NOW },
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

  // It forgets what is older than the weeks that are compared.
  const remembered = cases.filter(([, , , { baseline }, , verdict]) => baseline !== 'last-week' || verdict !== 'fail');

  test.each(remembered)('%s', async (...given) => check(given, 'https://prometheus.test', http));

  test('how failures were spread before the write is measured there, and unknown of a store that tells only of now', async () => {
    const clock = { now: () => NOW, sleep: async () => undefined, after: () => () => undefined };
    const outside = { clock, http, secrets: noSecrets };
    const clustersBefore = (source: MetricSource) =>
      measureClusters(
        { name: 'g', gate: counts, source, target: targetNamed('same'), at: BEFORE },
        outside,
        noTools,
        never,
      );
    // An error a scrape, each like the other.
    expect(await clustersBefore({ prometheus: 'https://p.test', allow: [] })).toEqual({
      variance: 1,
      lasting: 1,
      windows: 10,
    });
    expect(await clustersBefore({ scrape: 'https://p.test', allow: [] })).toEqual({
      variance: 1,
      lasting: 1,
      windows: 0,
    });
  });

  test('a comparison shares its level', async () => {
    const { threshold } = await compare(counts, 'same', against('before', { of: 50 }), [], 'https://p.test', http);
    expect(threshold).toBe(0.001);
  });
});

describe.skipIf(!hasPrometheus())('against a real Prometheus', () => {
  let prometheus: Prometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus(all);
  });
  afterAll(() => prometheus.stop());

  test.each(cases)('%s', async (...given) => check(given, prometheus.url, socketHttp()));
});
