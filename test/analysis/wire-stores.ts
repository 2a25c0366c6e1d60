import type { MetricSource } from '../../shared/rollout/metric-source.ts';

/** What a store says when it is asked: status 200 where nothing is said. */
export interface Wire {
  readonly body: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What was asked: the query as text, whatever the protocol. */
export type Reply = (asked: string) => Wire;

/**
 * How one kind of store writes a value, or something that is none, of a moment. Wire formats as their documentation has them, and as
 * they were recorded of the servers that can be installed (which other tests ask for real).
 */
export interface WireStore {
  /** The source, for a server at this address. */
  readonly source: (base: string) => MetricSource;
  readonly query: string;
  readonly type: string;
  /** One value; `newest`: epoch milliseconds of its point. `null` is a value that is none. */
  readonly value: (value: number | null, newest: number) => Reply;
  readonly empty: Reply;
  readonly two: Reply;
  /** Says, under status 200, that it could not do it. */
  readonly failed: Reply;
  readonly partial: Reply;
  /** How the store itself writes a refusal. */
  readonly refusal: Reply;
  /** The format has no way to write these. */
  readonly cannotSay?: readonly string[];
}

export const NOW = Date.parse('2026-01-02T03:10:00Z');
const allow = ['127.0.0.0/8'];
const json = (document: unknown): Wire => ({ body: JSON.stringify(document) });
const written = (value: number | null): string =>
  value === null ? 'null' : Number.isNaN(value) ? 'NaN' : value === Infinity ? '+Inf' : String(value);

const vector = (...values: readonly string[]) => ({
  status: 'success',
  data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [NOW / 1_000, value] })) },
});
const prometheus: Omit<WireStore, 'source'> = {
  query: 'errors_ratio',
  type: 'application/json',
  value: (value, newest) => (asked) =>
    json(asked.includes('timestamp(') ? vector(String((NOW - newest) / 1_000)) : vector(written(value))),
  empty: () => json(vector()),
  two: () => json(vector('0', '0')),
  failed: () => json({ status: 'error', errorType: 'execution', error: 'query timed out' }),
  partial: () => json({ ...vector('0'), warnings: ['one store did not answer'] }),
  refusal: () => json({ status: 'error', errorType: 'bad_data', error: 'parse error' }),
};

const influx = (value: number | null, at: number) => ({
  results: [{ statement_id: 0, series: [{ name: 'http', columns: ['time', 'value'], values: [[at, value]] }] }],
});
const flux = (...rows: readonly string[]): string =>
  `#datatype,string,long,dateTime:RFC3339,double\r\n,result,table,_time,_value\r\n${rows.join('\r\n')}\r\n\r\n`;
const fluxRow = (value: number | null, at: number): string =>
  `,,0,${new Date(at).toISOString()},${value === null ? '' : written(value)}`;
const FLUX_ERROR = '#datatype,string,string\r\n,error,reference\r\n,engine: deadline exceeded,\r\n\r\n';
const sqlRow = (value: number | null, at: number) => ({
  value: value === null || !Number.isFinite(value) ? null : value,
  time: new Date(at).toISOString().replace('Z', ''),
});

/** GetMetricData, AWS JSON 1.0: times are seconds since 1970, of the beginning of the period. */
const metricData = (more: object, ...values: readonly (number | null)[]) => ({
  MetricDataResults: [
    {
      Id: 'q0',
      Label: 'errors',
      StatusCode: 'Complete',
      Timestamps: values.map((_, index) => NOW / 1_000 - 600 - index * 300),
      Values: values.map((value) => (value === null ? null : Number.isFinite(value) ? value : String(value))),
      ...more,
    },
  ],
});

const datadog = (...values: readonly (readonly [at: number, value: number | null])[]) => ({
  status: 'ok',
  res_type: 'time_series',
  series: [{ metric: 'errors', scope: '*', pointlist: values }],
});

const exposition = (value: number | null, newest: number): string =>
  `# TYPE errors_ratio gauge\nerrors_ratio ${value === null ? '' : written(value)} ${newest}\n`;
const openMetrics = (value: number | null, newest: number): string =>
  `# TYPE errors_ratio gauge\nerrors_ratio ${value === null ? '' : written(value)} ${newest / 1_000}\n# EOF\n`;

export const wireStores: Readonly<Record<string, WireStore>> = {
  prometheus: { ...prometheus, source: (base) => ({ prometheus: base, allow }) },
  'google managed': { ...prometheus, source: (base) => ({ prometheus: base, identity: 'google', allow }) },
  'azure managed': { ...prometheus, source: (base) => ({ prometheus: base, identity: 'azure', allow }) },
  influxdb1: {
    source: (base) => ({ influxdb1: `${base}?db=tide`, allow }),
    query: 'SELECT mean("value") FROM "http" WHERE time > now() - 5m',
    type: 'application/json',
    value: (value, newest) => (asked) => json(influx(asked.includes('SELECT *') ? 1 : value, newest)),
    empty: () => json({ results: [{ statement_id: 0 }] }),
    two: () => json({ results: [{ series: [0, 1].map(() => ({ columns: ['time', 'value'], values: [[NOW, 0]] })) }] }),
    failed: () => json({ results: [{ statement_id: 0, error: 'database not found: tide' }] }),
    partial: () =>
      json({
        results: [{ series: [{ columns: ['time', 'value'], values: [[NOW, 0]], partial: true }], partial: true }],
      }),
    refusal: () => json({ error: 'error parsing query' }),
    cannotSay: ['NaN', 'Infinity'],
  },
  influxdb2: {
    source: (base) => ({ influxdb2: `${base}?org=acme`, allow }),
    query: 'from(bucket: "tide") |> range(start: -5m) |> last()',
    type: 'text/csv; charset=utf-8',
    value: (value, newest) => () => ({ body: flux(fluxRow(value, newest)) }),
    empty: () => ({ body: '' }),
    two: () => ({ body: flux(fluxRow(0, NOW), fluxRow(0, NOW)) }),
    failed: () => ({ body: FLUX_ERROR }),
    partial: () => ({ body: `${flux(fluxRow(0, NOW))}${FLUX_ERROR}` }),
    refusal: () => json({ code: 'invalid', message: 'compilation failed' }),
  },
  influxdb3: {
    source: (base) => ({ influxdb3: `${base}?db=tide`, allow }),
    query: 'SELECT avg(value) AS value, max(time) AS time FROM http',
    type: 'application/json',
    value: (value, newest) => () => json([sqlRow(value, newest)]),
    empty: () => json([]),
    two: () => json([sqlRow(0, NOW), sqlRow(0, NOW)]),
    failed: () => json({ error: 'table not found' }),
    partial: () => json([{ value: 0 }]),
    refusal: () => json({ error: 'bad query' }),
    cannotSay: ['Infinity'],
  },
  cloudwatch: {
    source: (base) => ({ cloudwatch: 'us-east-1', endpoint: base, allow }),
    query: 'SELECT AVG(Errors) FROM SCHEMA("Shop", Service)',
    type: 'application/x-amz-json-1.0',
    value: (value, newest) => () => json(metricData({ Timestamps: [newest / 1_000 - 300] }, value)),
    empty: () => json(metricData({})),
    two: () =>
      json({
        MetricDataResults: ['a', 'b'].flatMap((Label) => metricData({ Label }, 0).MetricDataResults),
      }),
    failed: () => json(metricData({ StatusCode: 'InternalError' })),
    partial: () => json(metricData({ StatusCode: 'PartialData' }, 0)),
    refusal: () => ({
      body: JSON.stringify({ __type: 'com.amazonaws.cloudwatch#AccessDenied', message: 'not authorised' }),
    }),
  },
  datadog: {
    source: (base) => ({ datadog: base, tokenSecret: 'api', appKeySecret: 'app', allow }),
    query: 'avg:shop.errors{*}',
    type: 'application/json',
    value: (value, newest) => () => json(datadog([newest, value])),
    empty: () => json({ status: 'ok', series: [] }),
    two: () => json({ ...datadog(), series: [...datadog([NOW, 0]).series, ...datadog([NOW, 0]).series] }),
    failed: () => json({ status: 'error', error: 'Rule could not be parsed' }),
    partial: () => json({ ...datadog([NOW, 0]), message: 'some data is missing' }),
    refusal: () => json({ errors: ['Forbidden'] }),
    cannotSay: ['NaN', 'Infinity'],
  },
  json: {
    source: (base) => ({ json: `${base}/status.json`, allow }),
    query: '/errors/ratio',
    type: 'application/json',
    value: (value, newest) => () => ({
      ...json({ errors: { ratio: value === null || Number.isFinite(value) ? value : written(value) } }),
      headers: { 'last-modified': new Date(newest).toUTCString() },
    }),
    empty: () => json({}),
    two: () => json({ errors: { ratio: [0, 0] } }),
    failed: () => json({ error: 'database is down' }),
    partial: () => json({ errors: {} }),
    refusal: () => json({ error: 'no' }),
  },
  scrape: {
    source: (base) => ({ scrape: `${base}/metrics`, allow }),
    query: 'errors_ratio',
    type: 'text/plain; version=0.0.4; charset=utf-8',
    value: (value, newest) => () => ({ body: exposition(value, newest) }),
    empty: () => ({ body: '' }),
    two: () => ({ body: 'errors_ratio{a="1"} 0\nerrors_ratio{a="2"} 0\n' }),
    failed: () => ({ body: '# An error has occurred: collecting failed\n' }),
    partial: () => ({ body: 'errors_ratio 0\nerrors_rat' }),
    refusal: () => ({ body: 'no' }),
  },
  'scrape of OpenMetrics': {
    source: (base) => ({ scrape: `${base}/metrics`, allow }),
    query: 'errors_ratio',
    type: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
    value: (value, newest) => () => ({ body: openMetrics(value, newest) }),
    empty: () => ({ body: '# EOF\n' }),
    two: () => ({ body: '# TYPE errors_ratio gauge\nerrors_ratio{a="1"} 0\nerrors_ratio{a="2"} 0\n# EOF\n' }),
    failed: () => ({ body: '# EOF\n' }),
    partial: () => ({ body: '# TYPE errors_ratio gauge\nerrors_ratio 0\n' }),
    refusal: () => ({ body: 'no' }),
  },
  pods: {
    source: () => ({ pods: { labels: { app: 'api' }, port: 8080, path: '/metrics' }, join: 'worst', allow }),
    query: 'errors_ratio',
    type: 'text/plain; version=0.0.4',
    value: (value, newest) => () => ({ body: exposition(value, newest) }),
    empty: () => ({ body: '' }),
    two: () => ({ body: 'errors_ratio{a="1"} 0\nerrors_ratio{a="2"} 0\n' }),
    failed: () => ({ body: '# An error has occurred: collecting failed\n' }),
    partial: () => ({ body: 'errors_ratio 0\nerrors_rat' }),
    refusal: () => ({ body: JSON.stringify({ kind: 'Status', message: 'pods "api-1" is forbidden' }) }),
  },
};
