import { describe, expect, it, test } from 'vitest';
import { measureMetric } from '../../shared/analysis/measure-metric.ts';
import { type Http, Unreachable } from '../../shared/outside/http.ts';
import type { MetricGate, MetricSource } from '../../shared/rollout/gate.ts';
import type { Target } from '../../shared/rollout/target.ts';
import { SecretMissing } from '../../shared/secrets/secrets.ts';

const NOW = Date.parse('2026-01-02T03:10:00Z');
const STALE = NOW - 3_600_000;

/** How each store writes one value, or something that is none, of a moment. Wire formats as documented and recorded. */
interface Dialect {
  readonly source: MetricSource;
  readonly query: string;
  /** Answers to the queries of one measurement; `newest` is the time of the newest point. */
  readonly answer: (value: number | null, newest: number, asked: string) => unknown;
  readonly empty: unknown;
  readonly twice: (asked: string) => unknown;
  readonly error: unknown;
  readonly partial: unknown;
}

const vector = (...values: readonly string[]) => ({
  status: 'success',
  data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [NOW / 1_000, value] })) },
});
const written = (value: number | null) =>
  value === null ? 'null' : Number.isNaN(value) ? 'NaN' : value === Infinity ? '+Inf' : String(value);
const influx = (value: number | null, at: number) => ({
  results: [{ statement_id: 0, series: [{ name: 'http', columns: ['time', 'value'], values: [[at, value]] }] }],
});
const flux = (...rows: readonly string[]) =>
  rows.length === 0
    ? ''
    : `#datatype,string,long,dateTime:RFC3339,double\r\n,result,table,_time,_value\r\n${rows.join('\r\n')}\r\n\r\n`;
const fluxRow = (value: number | null, at: number) =>
  `,,0,${new Date(at).toISOString()},${value === null ? '' : written(value)}`;
const sqlRow = (value: number | null, at: number) => ({
  value: value === null || !Number.isFinite(value) ? null : value,
  time: new Date(at).toISOString().replace('Z', ''),
});

const dialects: Readonly<Record<string, Dialect>> = {
  prometheus: {
    source: { prometheus: 'https://store.test', allow: [] },
    query: 'errors_ratio',
    answer: (value, newest, asked) =>
      asked.includes('timestamp') ? vector(String((NOW - newest) / 1_000)) : vector(written(value)),
    empty: vector(),
    twice: () => vector('0', '0'),
    error: { status: 'error', errorType: 'execution', error: 'query timed out' },
    partial: { ...vector('0'), warnings: ['one store did not answer'] },
  },
  influxdb1: {
    source: { influxdb1: 'https://store.test?db=tide', allow: [] },
    query: 'SELECT mean("value") FROM "http" WHERE time > now() - 5m',
    answer: (value, newest, asked) => influx(asked.includes('SELECT *') ? 1 : value, newest),
    empty: { results: [{ statement_id: 0 }] },
    twice: () => ({ results: [{ series: [0, 1].map(() => ({ columns: ['time', 'value'], values: [[NOW, 0]] })) }] }),
    error: { results: [{ statement_id: 0, error: 'database not found: tide' }] },
    partial: {
      results: [{ series: [{ columns: ['time', 'value'], values: [[NOW, 0]], partial: true }], partial: true }],
    },
  },
  influxdb2: {
    source: { influxdb2: 'https://store.test?org=acme', allow: [] },
    query: 'from(bucket: "tide") |> range(start: -5m) |> last()',
    answer: (value, newest) => flux(fluxRow(value, newest)),
    empty: '',
    twice: () => flux(fluxRow(0, NOW), fluxRow(0, NOW)),
    error: '#datatype,string,string\r\n,error,reference\r\n,engine: deadline exceeded,\r\n\r\n',
    partial: `${flux(fluxRow(0, NOW))}#datatype,string,string\r\n,error,reference\r\n,stopped,\r\n\r\n`,
  },
  influxdb3: {
    source: { influxdb3: 'https://store.test?db=tide', allow: [] },
    query: 'SELECT avg(value) AS value, max(time) AS time FROM http',
    answer: (value, newest) => [sqlRow(value, newest)],
    empty: [],
    twice: () => [sqlRow(0, NOW), sqlRow(0, NOW)],
    error: { error: 'table not found' },
    partial: [{ value: 0 }],
  },
};

const target: Target = {
  name: 'one',
  locator: { kubeconfig: { path: 'k' } },
  labels: {},
  namespace: 'default',
  allow: [],
};

const measure = (dialect: Dialect, answerTo: (asked: string) => Response | Promise<Response>) => {
  const gate: MetricGate = {
    kind: 'metric',
    source: 'prod',
    query: { value: dialect.query },
    failAbove: 0.001,
    minRequests: 1,
    intervalMs: 30_000,
    maxAgeMs: 60_000,
  };
  // A store that does not answer is given up at once: this clock has no other waits.
  const clock = {
    now: () => NOW,
    sleep: async () => undefined,
    after: (_: number, run: () => void) => {
      const timer = setTimeout(run, 20);
      return () => clearTimeout(timer);
    },
  };
  const http: Http = (_, init) =>
    new Promise((resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(new Unreachable('POST', 'aborted', 'ended by the caller')));
      const body = new URLSearchParams(String(init?.body));
      Promise.resolve(answerTo(body.get('q') ?? body.get('query') ?? '')).then(resolve, reject);
    });
  const secrets = {
    get: async (name: string) => {
      throw new SecretMissing(name, 'the test');
    },
  };
  const order = { name: 'errors', gate, source: dialect.source, target };
  return measureMetric(order, { clock, http, secrets }, new AbortController().signal);
};

const respond = (body: unknown, status = 200) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
const text = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body));

describe.each(Object.entries(dialects))('%s', (_, dialect) => {
  const { answer } = dialect;
  const cases: Readonly<Record<string, (asked: string) => Response | Promise<Response>>> = {
    empty: () => respond(dialect.empty),
    NaN: (asked) => respond(answer(Number.NaN, NOW, asked)),
    Infinity: (asked) => respond(answer(Infinity, NOW, asked)),
    null: (asked) => respond(answer(null, NOW, asked)),
    partial: () => respond(dialect.partial),
    '200 with an error': () => respond(dialect.error),
    stale: (asked) => respond(answer(0, STALE, asked)),
    'two series': (asked) => respond(dialect.twice(asked)),
    'a time-out': () => new Promise<Response>(() => undefined),
    '400': () => respond(dialect.error, 400),
    '401 with a page': () => respond('<!doctype html><title>sign in</title>', 401),
    '200 with a page': () => respond('<!doctype html><title>sign in</title>'),
    '503': () => respond('', 503),
    '500 with a value': (asked) => respond(answer(0, NOW, asked), 500),
    'a body that breaks off': (asked) => respond(text(answer(0, NOW, asked)).slice(0, -3)),
    'no connection': () => {
      throw new Unreachable('POST https://store.test', 'connect_refused', 'nobody listens');
    },
  };

  test.each(Object.keys(cases))('%s never passes, and says why', async (name) => {
    const judgement = await measure(dialect, cases[name] ?? (() => respond('')));
    expect(judgement.verdict).not.toBe('pass');
    expect(judgement).toMatchObject({
      gate: 'errors',
      target: 'one',
      query: dialect.query,
      source: `prod (${Object.values(dialect.source)[0]})`,
    });
    expect(judgement.because.length).toBeGreaterThan(30);
  });

  it('passes with a sound value, and fails with one that is too high', async () => {
    expect((await measure(dialect, (asked) => respond(answer(0.0005, NOW - 10_000, asked)))).verdict).toBe('pass');
    expect((await measure(dialect, (asked) => respond(answer(0.5, NOW - 10_000, asked)))).verdict).toBe('fail');
  });
});
