import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMetrics } from '../../../local/fleet/metrics/metrics.ts';
import { hasPrometheus, type Prometheus, startPrometheus } from './prometheus.ts';
import { START, testSeries } from './samples.ts';

const QUERIES = [
  // selecting
  'up',
  'up{cluster="prod01"}',
  'up{cluster!="prod01"}',
  'up{cluster=~"prod0[12]"}',
  'up{cluster=~"prod"}',
  'up{cluster!~".*[12]"}',
  '{__name__=~"lim.*"}',
  '{room="x"}',
  'up{nolabel=""}',
  'up{nolabel!=""}',
  "up{cluster='prod02',}",
  'up{cluster=~"(?i)PROD01"}',
  'temperature',
  'tiny',
  'huge',
  'once',
  'missing',
  'up offset 5m',
  'up offset -1m',
  'restarts_total',
  'restarts_total offset 6m',
  // over ranges
  'rate(http_requests_total[5m])',
  'rate(http_requests_total[1m])',
  'increase(http_requests_total[5m])',
  'rate(restarts_total[5m])',
  'increase(restarts_total[3m])',
  'increase(restarts_total[10m])',
  'increase(restarts_total[20s])',
  'increase(once[5m])',
  'irate(restarts_total[5m])',
  'irate(http_requests_total{code="500"}[2m])',
  'delta(temperature{room!="z"}[4m])',
  'rate(http_requests_total[5m] offset 3m)',
  'increase(http_requests_total{cluster="prod02",code="500"}[30m])',
  'sum_over_time(temperature[5m])',
  'avg_over_time(temperature{room="x"}[5m])',
  'max_over_time(temperature[5m])',
  'min_over_time(temperature[5m])',
  'count_over_time(temperature[5m])',
  'count_over_time(restarts_total[1h])',
  'count_over_time(missing[5m])',
  // aggregating
  'sum(up)',
  'sum by (code) (http_requests_total)',
  'sum(http_requests_total) by (cluster)',
  'sum without (code) (http_requests_total)',
  'avg(temperature)',
  'max(temperature)',
  'min(temperature)',
  'max by (room) (temperature)',
  'count(up)',
  'count by (job) (up)',
  'avg without (room) (limit)',
  'sum(missing)',
  'count(missing)',
  'sum by (nolabel) (up)',
  'sum(rate(http_requests_total{code=~"5.."}[5m]))',
  // operators
  '1 + 2 * 3',
  '2 ^ 3 ^ 2',
  '-2 ^ 2',
  '2 ^ -1',
  '-(1 + 1)',
  '7 % 3',
  '-7 % 3',
  '1 / 0',
  '0 / 0',
  '0x1F + .5e1',
  '1 - -1',
  '(1 > bool 2) + (2 >= bool 2)',
  'Inf - NaN',
  'up + 1',
  '1 - up',
  '-up',
  '+up',
  'up == 1',
  'up == bool 0',
  '1 == up',
  '0 < bool up',
  'limit * temperature',
  'temperature > limit',
  'temperature > bool limit',
  'temperature / on (room) limit',
  'limit - ignoring (nolabel) temperature',
  'temperature != temperature',
  'limit % 7',
  'limit ^ 2',
  'sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))',
  'sum by (cluster) (increase(http_requests_total{code=~"5.."}[5m])) / sum by (cluster) (increase(http_requests_total[5m])) > 0.001',
  'http_requests_total{code="500"} / ignoring (code) http_requests_total{code="200"}',
  'temperature and limit',
  'temperature unless limit',
  'limit or temperature',
  'temperature and on (room) limit',
  'up and on () missing',
  'missing or vector(0)',
  'sum(missing) or vector(0)',
  'sum(up) or vector(0)',
  'vector(1) == 1',
  'temperature and limit or up',
  // functions
  ...['0.5', '0.9', '0.99', '0', '1', '-1', '2', 'NaN'].map((q) => `histogram_quantile(${q}, latency_seconds_bucket)`),
  'histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[5m])))',
  'histogram_quantile(0.9, latency_seconds_bucket{le!="+Inf"})',
  'histogram_quantile(0.9, up)',
  'histogram_quantile(0.95, sum by (cluster, le) (rate(latency_seconds_bucket[3m])))',
  'absent(up)',
  'absent(missing)',
  'absent(missing{a="b",c=~"d",e="f"})',
  'absent(sum(missing))',
  'absent(missing{a="b",a="c"})',
  'vector(3)',
  'scalar(limit{room="x"})',
  'scalar(limit)',
  'scalar(missing)',
  'vector(scalar(sum(up)))',
  'time()',
  'time() - timestamp(up)',
  'timestamp(sum(up))',
  'clamp(temperature, 0, 10)',
  'clamp(temperature, 5, 1)',
  'clamp_min(temperature, 3)',
  'clamp_max(temperature, 3)',
  '"text"',
  'once[5m]',
  'restarts_total{pod="gappy"}[2m]',
  // refused by both, in the same way
  '',
  'up{',
  'sum(',
  '(up',
  'rate(up)',
  'sum(up[5m])',
  'up or 1',
  '1 > 2',
  '{}',
  '{a=~".*"}',
  'up{a=~"("}',
  'up + bool up',
  'nosuch(up)',
  'up[0s]',
  'up[5m',
  'up up',
  '-up[5m]',
  "up{a='b",
  'up * on (a) 2',
  'up * on (job) up',
  '-{room="x"}',
];
const INSTANTS = [START + 65_000, START + 9.5 * 60_000, START + 20 * 60_000, START + 24 * 60_000];
const RANGES = [
  'rate(http_requests_total[2m])',
  'increase(restarts_total[4m])',
  'sum by (code) (http_requests_total)',
  'temperature > 5',
  'time()',
  'absent(once)',
  'up{cluster="prod03"} == 0',
];

const metrics = createMetrics({ clock: { now: () => START }, retentionMs: 24 * 3_600_000 });
for (const { name, labels, samples } of testSeries)
  for (const { at, value } of samples) metrics.add(name, labels, value, at);

interface Answer {
  readonly status: string;
  readonly errorType?: string;
  readonly data?: { readonly resultType: string; readonly result: readonly unknown[] };
}

/** Digits beyond the eleventh differ by the order of summing; series of one answer are in no order; errors are worded freely. */
const comparable = (answer: Answer): unknown => {
  const rounded = (value: unknown): unknown => {
    if (typeof value === 'string' && value !== '' && Number.isFinite(Number(value)))
      return Number(value).toPrecision(11);
    if (Array.isArray(value)) return value.map(rounded);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, name === 'metric' ? inner : rounded(inner)]),
    );
  };
  if (answer.data === undefined) return { status: answer.status, errorType: answer.errorType };
  const { resultType, result } = answer.data;
  const list = result.map(rounded);
  if (resultType !== 'vector' && resultType !== 'matrix') return { resultType, list };
  return { resultType, list: list.map((one) => JSON.stringify(one)).sort() };
};

const required = process.env.TIDEGATE_REQUIRE_PROMETHEUS === '1';
const installed = hasPrometheus();
if (!installed && !required) test.skip('skipped: no prometheus, install the package prometheus', () => {});

describe.runIf(installed || required)('compared with a real Prometheus', () => {
  let real: Prometheus;
  beforeAll(async () => {
    real = await startPrometheus(testSeries);
  });
  afterAll(() => real.stop());

  const both = async (path: string, parameters: Record<string, string>) => {
    const target = `${path}?${new URLSearchParams(parameters)}`;
    const theirs = await (await fetch(real.url + target)).json();
    const ours = await (await metrics.handle(new Request(`http://metrics.test${target}`))).json();
    return { ours: comparable(ours), theirs: comparable(theirs) };
  };

  test.each(QUERIES)('%s', async (query) => {
    for (const at of INSTANTS) {
      const { ours, theirs } = await both('/api/v1/query', { query, time: String(at / 1_000) });
      expect({ at: at - START, answer: ours }).toEqual({ at: at - START, answer: theirs });
    }
  });

  test.each(RANGES)('%s over a range', async (query) => {
    const range = { start: String(START / 1_000 + 30), end: String(START / 1_000 + 1_500), step: '37' };
    const { ours, theirs } = await both('/api/v1/query_range', { query, ...range });
    expect(ours).toEqual(theirs);
  });
});
