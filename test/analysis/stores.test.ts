import { describe, expect, it, test } from 'vitest';
import { measureAlerts } from '../../shared/analysis/alerts/measure-alerts.ts';
import { openReader } from '../../shared/analysis/stores/open-reader.ts';
import type { StoreTools } from '../../shared/analysis/stores/store-tools.ts';
import { processClock } from '../../shared/outside/clock.ts';
import type { Http, HttpInit } from '../../shared/outside/http.ts';
import type { MetricSource } from '../../shared/rollout/metric-source.ts';
import { Secret } from '../../shared/secrets/secrets.ts';
import { never, noTools, targetNamed } from './asking.ts';

const NOW = Date.parse('2026-01-02T03:10:00Z');
const clock = { ...processClock, now: () => NOW };
const secrets = { get: async (name: string) => new Secret(`<${name}>`) };
const JSON_HEADERS = { 'content-type': 'application/json' };

interface Sent extends HttpInit {
  readonly url: string;
}

/** Answers as it is told to, and keeps what was asked. */
const answering =
  (body: unknown, init: ResponseInit = {}, sent: Sent[] = []): Http =>
  async (url, { signal: _, ...asked } = {}) => {
    sent.push({ url: String(url), ...asked });
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return new Response(text, { headers: JSON_HEADERS, ...init });
  };

const read = async (
  source: MetricSource,
  queries: readonly string[],
  http: Http,
  rules: object = {},
  tools: StoreTools = noTools,
) => {
  const reader = openReader(
    source,
    targetNamed('eu-1'),
    { worst: undefined, ...rules },
    { clock, http, secrets },
    tools,
    never,
  );
  return reader.read(queries);
};

describe('a question', () => {
  const vector = { status: 'success', data: { resultType: 'vector', result: [{ value: [1, '0.5'] }] } };
  const tools: StoreTools = {
    ...noTools,
    googleToken: async () => 'google',
    azureToken: async (scope) => `for ${scope}`,
  };
  test.each<readonly [string, MetricSource, object]>([
    [
      'to Mimir names the tenant',
      { prometheus: 'https://m.test/prometheus', tenant: 'shop', username: 'u', tokenSecret: 't', allow: [] },
      { 'x-scope-orgid': 'shop', 'thanos-tenant': 'shop', authorization: `Basic ${btoa('u:<t>')}` },
    ],
    [
      'to Google carries a token of the federated identity',
      { prometheus: 'https://g.test', identity: 'google', allow: [] },
      { authorization: 'Bearer google' },
    ],
    [
      'to Azure carries one for its metrics',
      { prometheus: 'https://a.test', identity: 'azure', allow: [] },
      { authorization: 'Bearer for https://prometheus.monitor.azure.com/.default' },
    ],
  ])('%s', async (_, source, headers) => {
    const sent: Sent[] = [];
    const { readings } = await read(source, ['up'], answering(vector, {}, sent), {}, tools);
    expect(readings[0]?.sample).toMatchObject({ kind: 'value', value: 0.5 });
    for (const { headers: found } of sent) expect(found).toMatchObject(headers);
  });

  it('that can not have its token is an error that says so', async () => {
    const source: MetricSource = { prometheus: 'https://g.test', identity: 'google', allow: [] };
    expect((await read(source, ['up'], answering(vector))).readings[0]?.sample).toEqual({
      kind: 'error',
      reason: 'the test has no cloud and no cluster',
    });
  });
});

describe('Datadog', () => {
  const source: MetricSource = { datadog: 'datadoghq.eu', tokenSecret: 'api', appKeySecret: 'app', allow: [] };
  const series = (...pointlist: readonly (readonly [number, number | null])[]) => ({
    status: 'ok',
    series: [{ pointlist }],
  });

  it('is asked by its v1 API with both keys, over the window of the gate', async () => {
    const sent: Sent[] = [];
    const body = series([NOW - 60_000, 4], [NOW - 20_000, 6], [NOW, null]);
    const { readings, window } = await read(source, ['avg:shop.latency{cluster:eu-1}'], answering(body, {}, sent), {
      windowMs: 600_000,
    });
    expect(readings).toEqual([
      {
        sample: { kind: 'value', value: 6, at: NOW },
        ages: [{ selector: 'the answer', seconds: { kind: 'value', value: 20, at: NOW } }],
        points: 2,
      },
    ]);
    expect(window).toEqual({ from: NOW - 600_000, to: NOW });
    expect(sent).toEqual([
      {
        url: `https://api.datadoghq.eu/api/v1/query?from=${NOW / 1_000 - 600}&to=${NOW / 1_000}&query=avg%3Ashop.latency%7Bcluster%3Aeu-1%7D`,
        method: 'GET',
        headers: { accept: 'application/json', 'dd-api-key': '<api>', 'dd-application-key': '<app>' },
        allow: [],
      },
    ]);
  });

  it('adds up counts, and takes nothing else for them', async () => {
    const body = series([NOW - 60_000, 4], [NOW - 20_000, 6]);
    const counts = await read(source, ['sum:e{*}.as_count()', 'sum:r{*}.as_count()'], answering(body));
    expect(counts.readings.map(({ sample }) => sample)).toMatchObject([{ value: 10 }, { value: 10 }]);
    const rates = await read(source, ['sum:e{*}', 'sum:r{*}.as_count()'], answering(body));
    expect(rates.readings[0]?.sample).toEqual({
      kind: 'error',
      reason: 'errors and requests are added up; end the query with .as_count()',
    });
  });

  test.each<readonly [string, unknown, ResponseInit, object]>([
    ['nothing but nulls', series([NOW, null]), {}, { kind: 'nodata', reason: 'null' }],
    [
      'an error under status 200',
      { status: 'error', error: 'Error parsing query' },
      {},
      { kind: 'error', reason: 'status 200, error: Error parsing query' },
    ],
    ['no right', { errors: ['Forbidden'] }, { status: 403 }, { kind: 'error', reason: 'status 403: Forbidden' }],
    [
      'a rate limit, and says when it is over',
      { errors: ['Rate limit exceeded'] },
      {
        status: 429,
        headers: {
          ...JSON_HEADERS,
          'x-ratelimit-limit': '300',
          'x-ratelimit-period': '3600',
          'x-ratelimit-reset': '817',
        },
      },
      { kind: 'error', reason: 'status 429: the rate limit of 300 in 3600 s is used up; ask again in 817 s' },
    ],
  ])('answers %s', async (_, body, init, sample) => {
    expect((await read(source, ['avg:x{*}'], answering(body, init))).readings[0]?.sample).toEqual(sample);
  });

  it('without its keys is not asked', async () => {
    const unasked: Http = () => Promise.reject(new Error('asked'));
    const { readings } = await read({ datadog: 'datadoghq.com', allow: [] }, ['avg:x{*}'], unasked);
    expect(readings[0]?.sample).toEqual({
      kind: 'error',
      reason: 'datadog wants an API key and an application key; name both secrets',
    });
  });
});

describe('JSON over HTTP', () => {
  const source: MetricSource = { json: 'https://{target}.test/status', allow: [] };
  const document = {
    at: '2026-01-02T03:09:00Z',
    seconds: NOW / 1_000 - 30,
    'a/b': { 'c~d': [1, 2.5] },
    errors: 3,
    requests: 1_000,
    text: 'x',
    none: null,
  };

  test.each<readonly [string, object]>([
    ['/errors', { kind: 'value', value: 3 }],
    ['/a~1b/c~0d/1', { kind: 'value', value: 2.5 }],
    ['$.errors', { kind: 'value', value: 3 }],
    [`$['a/b']["c~d"][1]`, { kind: 'value', value: 2.5 }],
    ['/none', { kind: 'nodata', reason: 'null' }],
    ['/gone', { kind: 'nodata', reason: 'the document has nothing at /gone' }],
    ['/errors/deeper', { kind: 'nodata', reason: 'the document has nothing at /errors/deeper' }],
    ['/constructor', { kind: 'nodata', reason: 'the document has nothing at /constructor' }],
    ['/text', { kind: 'error', reason: 'at /text is no number but a string' }],
    ['/a~1b', { kind: 'error', reason: 'at /a~1b is no number but a object' }],
    ['errors', { kind: 'error', reason: 'errors is no JSON pointer; expected one as /parts/0/ratio' }],
    ['$..errors', { kind: 'error', reason: '$..errors is no JSON pointer; expected one as /parts/0/ratio' }],
  ])('has at %s', async (query, sample) => {
    const sent: Sent[] = [];
    const { readings } = await read(source, [query], answering(document, {}, sent));
    expect(readings[0]?.sample).toMatchObject(sample);
    expect(sent.map(({ url }) => url)).toEqual(['https://eu-1.test/status']);
  });

  test.each<readonly [string, string | undefined, Readonly<Record<string, string>>, object]>([
    ['by a time of the document', '/at', {}, { kind: 'value', value: 60 }],
    ['by seconds since 1970', '/seconds', {}, { kind: 'value', value: 30 }],
    ['by a time that is not there', '/gone', {}, { kind: 'nodata', reason: 'the document has no time at /gone' }],
    ['by a text that is no time', '/text', {}, { kind: 'nodata', reason: 'the document has no time at /text' }],
    ['by the answer, which was made for us', undefined, {}, { kind: 'value', value: 0 }],
    [
      'by the file it comes from',
      undefined,
      { 'last-modified': 'Fri, 02 Jan 2026 03:00:00 GMT' },
      { kind: 'value', value: 600 },
    ],
    ['by the cache it comes from', undefined, { age: '90' }, { kind: 'value', value: 90 }],
  ])('is dated %s', async (_, time, headers, age) => {
    const http = answering(document, { headers: { ...JSON_HEADERS, ...headers } });
    const { readings } = await read(source, ['/errors'], http, time === undefined ? {} : { time });
    expect(readings[0]?.ages[0]?.seconds).toMatchObject(age);
  });
});

describe('the checks of an InfluxDB 2', () => {
  const CSV = { headers: { 'content-type': 'text/csv; charset=utf-8' } };
  const statuses = (...rows: readonly (readonly [check: string, level: string, secondsAgo: number])[]): string =>
    rows.length === 0
      ? ''
      : `#datatype,string,long,dateTime:RFC3339,string,string,string\r\n,result,table,_time,_level,_check_id,_check_name\r\n${rows
          .map(([check, level, ago]) => `,,0,${new Date(NOW - ago * 1_000).toISOString()},${level},${check},${check}`)
          .join('\r\n')}\r\n\r\n`;
  const look = (body: string, labels: Readonly<Record<string, string>> = {}, sent: Sent[] = []) => {
    const gate = { kind: 'alerts', source: 'influx', labels, intervalMs: 1_000, maxAgeMs: 120_000 } as const;
    const source: MetricSource = { influxdb2: 'https://influx.test?org=acme', tokenSecret: 't', allow: [] };
    const order = { name: 'checks', gate, source, target: targetNamed('eu-1') };
    return measureAlerts(order, { clock, http: answering(body, CSV, sent), secrets }, noTools, never);
  };

  test.each<readonly [string, string, Readonly<Record<string, string>>, string, RegExp]>([
    ['are well', statuses(['cpu', 'ok', 10], ['disk', 'info', 20]), {}, 'pass', /no alert of 2/],
    [
      'fire',
      statuses(['cpu', 'crit', 10], ['disk', 'ok', 20]),
      {},
      'fail',
      /1 alert fires: check cpu\{_level="crit"\}/,
    ],
    [
      'fire for one series and not for another',
      '#datatype,string,long,dateTime:RFC3339,string,string,string\r\n,result,table,_time,_level,_check_name,cpu\r\n' +
        `,,0,${new Date(NOW - 20_000).toISOString()},crit,load,cpu0\r\n,,0,${new Date(NOW - 10_000).toISOString()},ok,load,cpu1\r\n\r\n`,
      {},
      'fail',
      /1 alert fires: check load/,
    ],
    ['are well again', statuses(['cpu', 'crit', 90], ['cpu', 'ok', 10]), {}, 'pass', /no alert of 1/],
    [
      'warn, where only what is critical is asked for',
      statuses(['cpu', 'warn', 10]),
      { _level: 'crit' },
      'pass',
      /no alert of 1/,
    ],
    ['do not know', statuses(['cpu', 'unknown', 10]), {}, 'inconclusive', /check cpu is unknown/],
    [
      'were not run for long',
      statuses(['cpu', 'crit', 600]),
      {},
      'inconclusive',
      /check cpu has a status of 600 s ago/,
    ],
    ['are not there', statuses(), {}, 'inconclusive', /nothing that could fire/],
    [
      'can not be read',
      '#datatype,string,string\r\n,error,reference\r\n,stopped,\r\n\r\n',
      {},
      'inconclusive',
      /could not be read: stopped/,
    ],
  ])('that %s', async (_, body, labels, verdict, because) => {
    expect(await look(body, labels)).toMatchObject({ verdict, because: expect.stringMatching(because) });
  });

  it('are asked for with labels that can not become a part of the query', async () => {
    const sent: Sent[] = [];
    await look('', { 'a"b': '$' + '{1 + 1} "{target}"' }, sent);
    expect(String(sent[0]?.body)).toContain(
      JSON.stringify('r["a\\x22b"] == "\\x24{1 + 1} \\x22eu-1\\x22"').slice(1, -1),
    );
  });
});
