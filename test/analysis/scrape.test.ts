import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluateScrape, type ScrapedProcess } from '../../shared/analysis/scrape/evaluate.ts';
import { parseScrapeQuery } from '../../shared/analysis/scrape/parse-query.ts';
import { parseText } from '../../shared/analysis/scrape/parse-text.ts';
import { openReader } from '../../shared/analysis/stores/open-reader.ts';
import type { StoreTools } from '../../shared/analysis/stores/store-tools.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import type { MetricSource } from '../../shared/rollout/metric-source.ts';
import { Secret } from '../../shared/secrets/secrets.ts';
import { ca, clientCert, type Running, servePlain, serveTls } from '../outside/tls-server.ts';
import { never, noSecrets, noTools, targetNamed } from './asking.ts';

describe('the language of scrapes', () => {
  const up = { kind: 'series', selector: { name: 'up', matchers: [] } };
  test.each<readonly [string, object]>([
    ['up', up],
    [' up{ } ', up],
    ['{"up"}', up],
    ['{__name__="up"}', up],
    [
      'a:b{c="d",e!="f",g=~"h|i",j!~`k`,}',
      {
        kind: 'series',
        selector: {
          name: 'a:b',
          matchers: [
            { label: 'c', op: '=', value: 'd' },
            { label: 'e', op: '!=', value: 'f' },
            { label: 'g', op: '=~', value: 'h|i' },
            { label: 'j', op: '!~', value: 'k' },
          ],
        },
      },
    ],
    [
      `up{a='b"',c="\\x22\\n\\\\"}`,
      {
        kind: 'series',
        selector: {
          name: 'up',
          matchers: [
            { label: 'a', op: '=', value: 'b"' },
            { label: 'c', op: '=', value: '"\n\\' },
          ],
        },
      },
    ],
    ['rate(up)', { kind: 'change', per: 'second', selector: { name: 'up', matchers: [] } }],
    ['increase(up[30s])', { kind: 'change', per: 'reading', selector: { name: 'up', matchers: [] }, rangeMs: 30_000 }],
    ['sum(up)', { kind: 'sum', of: up }],
    ['sum by (le) (up)', { kind: 'sum', of: up }],
    ['histogram_quantile(0.99, up)', { kind: 'quantile', quantile: 0.99, of: up }],
    [
      'histogram_quantile(.5, sum(rate(up[10s])))',
      {
        kind: 'quantile',
        quantile: 0.5,
        of: {
          kind: 'sum',
          of: { kind: 'change', per: 'second', selector: { name: 'up', matchers: [] }, rangeMs: 10_000 },
        },
      },
    ],
    ['sum', { kind: 'series', selector: { name: 'sum', matchers: [] } }],
    ['rate{a="b"}', { kind: 'series', selector: { name: 'rate', matchers: [{ label: 'a', op: '=', value: 'b' }] } }],
  ])('%s is read', (text, query) => expect(parseScrapeQuery(text)).toEqual(query));

  test.each([
    ['', 'the query names no metric'],
    ['{a="b"}', 'the query names no metric'],
    ['up up', 'found "up" where a end was expected'],
    ['up / down', '"/" is not understood'],
    ['up{a=b}', 'where a text was expected'],
    ['up{a="b" c="d"}', 'where } was expected'],
    ['up{a="b"', 'found the end'],
    ['up{a=~"("}', 'cannot read "("'],
    ['up{a=~"(?=x)"}', 'lookaround'],
    ['irate(up)', 'there is no function irate'],
    ['rate(sum(up))', 'where ) was expected'],
    ['rate(up[5h])', 'another unit'],
    ['up[5m]', 'where a end was expected'],
    ['sum by (job) (up)', 'sum by (job) gives several series'],
    ['histogram_quantile(2, up)', 'quantile 2 is not from 0 to 1'],
    ['sum('.repeat(20), 'more than 8 parentheses'],
  ])('%s is refused', (text, because) => expect(() => parseScrapeQuery(text)).toThrow(because));
});

const process = (last: string, first?: string, apartMs = 10_000): ScrapedProcess => ({
  last: { exposition: parseText(last), at: 100_000 },
  ...(first === undefined ? {} : { first: { exposition: parseText(first), at: 100_000 - apartMs } }),
});
const evaluate = (query: string, ...processes: readonly ScrapedProcess[]) =>
  evaluateScrape(parseScrapeQuery(query), processes, 100_500);
const value = (number: number, points: number, age = 0.5) => ({
  sample: { kind: 'value', value: number, at: 100_500 },
  age: { kind: 'value', value: age, at: 100_500 },
  points,
});
const unknown = (kind: string, reason: string | RegExp, points = 0) => {
  const said = { kind, reason: typeof reason === 'string' ? reason : expect.stringMatching(reason) };
  return { sample: said, age: said, points };
};

const buckets = (at: readonly (readonly [string, number])[], labels = ''): string =>
  at.map(([le, count]) => `d_bucket{${labels}le="${le}"} ${count}\n`).join('');
/** Of Prometheus' own test of histogram_quantile (promql/promqltest/testdata/histograms.test, testhistogram). */
const documented = buckets(
  [
    ['0.1', 50],
    ['.2', 70],
    ['1e0', 110],
    ['+Inf', 120],
  ],
  'start="positive",',
);

describe('a reading', () => {
  test.each<readonly [string, string, readonly ScrapedProcess[], object]>([
    ['a value', 'a', [process('a 2\n')], value(2, 1)],
    ['a value by its labels', 'a{b="c"}', [process('a{b="c"} 2\na{b="d"} 3\n')], value(2, 1)],
    ['an age by the time it was measured', 'a', [process('a 2 70500\n')], value(2, 1, 30)],
    ['a sum', 'sum(a)', [process('a{b="c"} 2\na{b="d"} 3\n')], value(5, 2)],
    ['the oldest age of a sum', 'sum(a)', [process('a{b="c"} 2 70500\na{b="d"} 3\n')], value(5, 2, 30)],
    ['the largest', 'max(a)', [process('a{b="c"} 2\na{b="d"} 3\n')], value(3, 2)],
    ['the smallest', 'min(a)', [process('a{b="c"} 2\na{b="d"} 3\n')], value(2, 2)],
    ['the mean', 'avg(a)', [process('a{b="c"} 2\na{b="d"} 3\n')], value(2.5, 2)],
    ['how many', 'count(a)', [process('a{b="c"} 2\na{b="d"} 3\n')], value(2, 2)],
    [
      'a quantile of a summary',
      'a{quantile="0.99"}',
      [process('a{quantile="0.5"} 1\na{quantile="0.99"} 2\n')],
      value(2, 1),
    ],
    ['nothing', 'b', [process('a 2\n')], unknown('nodata', 'no series')],
    ['two series', 'a', [process('a{b="c"} 2\na{b="d"} 3\n')], unknown('error', /^the query gives 2 series/, 2)],
    ['NaN', 'a', [process('a NaN\n')], { ...value(0, 1), sample: { kind: 'nodata', reason: 'NaN' } }],
    [
      'a sum with a NaN',
      'max(a)',
      [process('a{b="c"} NaN\na{b="d"} 3\n')],
      { ...value(0, 2), sample: { kind: 'nodata', reason: 'NaN' } },
    ],
    ['a rate', 'rate(a)', [process('a 30\n', 'a 10\n')], value(2, 1)],
    ['an increase', 'increase(a)', [process('a 30\n', 'a 10\n')], value(20, 1)],
    ['a counter that stood still', 'increase(a)', [process('a 10\n', 'a 10\n')], value(0, 1)],
    ['a counter that began anew', 'increase(a)', [process('a 3\n', 'a 10\n')], value(3, 1)],
    [
      'a counter that came in between',
      'sum(increase(a))',
      [process('a{c="1"} 5\na{c="2"} 4\n', 'a{c="1"} 3\n')],
      value(6, 2),
    ],
    ['a counter that went', 'sum(increase(a))', [process('a{c="1"} 5\n', 'a{c="1"} 3\na{c="2"} 4\n')], value(2, 1)],
    ['a rate by the times it was measured at', 'rate(a)', [process('a 30 90500\n', 'a 10 85500\n')], value(4, 1, 10)],
    [
      'a rate of points that did not move',
      'rate(a)',
      [process('a 30 85500\n', 'a 10 85500\n')],
      unknown('nodata', 'a has no new point since the first reading'),
    ],
    ['a rate of one reading', 'rate(a)', [process('a 30\n')], unknown('error', /takes two/)],
    [
      'a rate of a gauge',
      'rate(a)',
      [process('# TYPE a gauge\na 30\n', 'a 10\n')],
      unknown('error', 'a is a gauge, of which there is no rate'),
    ],
    ['a quantile', 'histogram_quantile(0.8, d_bucket)', [process(documented)], value(0.72, 4)],
    ['a quantile by the name of its histogram', 'histogram_quantile(0.8, d)', [process(documented)], value(0.72, 4)],
    ['a quantile in the first bucket', 'histogram_quantile(0.2, d)', [process(documented)], value(0.048, 4)],
    ['a quantile in the last bucket', 'histogram_quantile(1, d)', [process(documented)], value(1, 4)],
    [
      'a quantile of what was seen between the readings',
      'histogram_quantile(0.5, rate(d))',
      [
        process(
          buckets([
            ['1', 100],
            ['2', 110],
            ['+Inf', 110],
          ]),
          buckets([
            ['1', 100],
            ['2', 100],
            ['+Inf', 100],
          ]),
        ),
      ],
      value(1.5, 3),
    ],
    [
      'a quantile of several together',
      'histogram_quantile(0.5, sum(d))',
      [
        process(
          buckets(
            [
              ['1', 10],
              ['+Inf', 10],
            ],
            'r="a",',
          ) +
            buckets(
              [
                ['1', 10],
                ['+Inf', 10],
              ],
              'r="b",',
            ),
        ),
      ],
      value(0.5, 4),
    ],
    [
      'a quantile of several',
      'histogram_quantile(0.5, d)',
      [
        process(
          buckets(
            [
              ['1', 10],
              ['+Inf', 10],
            ],
            'r="a",',
          ) +
            buckets(
              [
                ['1', 10],
                ['+Inf', 10],
              ],
              'r="b",',
            ),
        ),
      ],
      unknown('error', /2 series/, 4),
    ],
    [
      'a quantile without observations',
      'histogram_quantile(0.5, d)',
      [
        process(
          buckets([
            ['1', 0],
            ['+Inf', 0],
          ]),
        ),
      ],
      { ...value(0, 2), sample: { kind: 'nodata', reason: 'NaN' } },
    ],
    [
      'a quantile without a last bucket',
      'histogram_quantile(0.5, d)',
      [
        process(
          buckets([
            ['1', 4],
            ['2', 5],
          ]),
        ),
      ],
      { ...value(0, 2), sample: { kind: 'nodata', reason: 'NaN' } },
    ],
    [
      'a quantile of a summary by mistake',
      'histogram_quantile(0.5, a)',
      [process('a{quantile="0.5"} 1\n')],
      unknown('error', /has no buckets/),
    ],
    ['the same series of two processes', 'a{b="c"}', [process('a{b="c"} 2\n'), process('a{b="c"} 3\n')], value(5, 2)],
    [
      'rates of two processes, one of which began anew',
      'increase(a)',
      [process('a 5\n', 'a 3\n'), process('a 1\n', 'a 9\n')],
      value(3, 2),
    ],
    [
      'a quantile of two processes',
      'histogram_quantile(0.5, d)',
      [
        process(
          buckets([
            ['1', 10],
            ['+Inf', 10],
          ]),
        ),
        process(
          buckets([
            ['1', 0],
            ['+Inf', 10],
          ]),
        ),
      ],
      value(1, 4),
    ],
  ])('of %s', (_, query, processes, found) => {
    const evaluated = evaluate(query, ...processes);
    const rounded = (sample: { kind: string; value?: number }) =>
      sample.value === undefined ? sample : { ...sample, value: Number(sample.value.toPrecision(12)) };
    expect({ ...evaluated, sample: rounded(evaluated.sample) }).toEqual(found);
  });
});

const TEXT = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };

/** A clock that is advanced by whoever sleeps, so that readings are as far apart as they should be at once. */
const steppingClock = () => {
  let now = Date.parse('2026-01-02T03:10:00Z');
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: async (ms: number) => {
      slept.push(ms);
      now += ms;
    },
    after: () => () => undefined,
  };
};

describe('a scrape', () => {
  let counter = 100;
  let plain: Running;
  let mutual: Running;
  beforeAll(async () => {
    const answer = (_: unknown, response: import('node:http').ServerResponse) => {
      counter += 50;
      response.writeHead(200, TEXT);
      response.end(`http_requests_total{code="200"} ${counter}\nqueue 3\n`);
    };
    plain = await servePlain(answer);
    mutual = await serveTls('server', answer, true);
  });
  afterAll(async () => {
    await plain.close();
    await mutual.close();
  });
  const read = async (queries: readonly string[], source: MetricSource, windowMs?: number, secrets = noSecrets) => {
    const clock = steppingClock();
    const rules = { worst: undefined, ...(windowMs === undefined ? {} : { windowMs }) };
    const outside = { clock, http: socketHttp(), secrets };
    const reader = openReader(source, targetNamed('t'), rules, outside, noTools, never);
    const found = await reader.read(queries);
    return { ...found, slept: clock.slept, reader };
  };
  const here = (): MetricSource => ({ scrape: `http://127.0.0.1:${plain.port}/metrics`, allow: ['127.0.0.1/32'] });

  test('makes one reading where that is enough, and two for a rate, ten seconds apart or as the query or the gate says', async () => {
    expect((await read(['queue'], here())).slept).toEqual([]);
    const rate = await read(['rate(http_requests_total{code="200"})'], here());
    expect(rate.readings[0]?.sample).toMatchObject({ kind: 'value', value: 5 });
    expect({ slept: rate.slept, span: rate.window.to - rate.window.from }).toEqual({ slept: [10_000], span: 10_000 });
    expect((await read(['rate(http_requests_total[2s])'], here())).slept).toEqual([2_000]);
    expect((await read(['rate(http_requests_total)'], here(), 30_000)).slept).toEqual([30_000]);
    expect((await read(['rate(http_requests_total)'], here(), 61_000)).readings[0]?.sample).toEqual({
      kind: 'error',
      reason: 'readings 61 s apart, expected at most 60 s',
    });
  });

  test('reads errors and requests in the same readings, and knows which errors are counted at all', async () => {
    const found = await read(['increase(http_requests_total{code="500"})', 'increase(http_requests_total)'], here());
    expect(found.readings.map(({ sample }) => sample)).toMatchObject([
      { kind: 'nodata', reason: 'no series' },
      { kind: 'value', value: 50 },
    ]);
    expect(await found.reader.hasNoErrors?.('http_requests_total{code="500"}', 'http_requests_total')).toBe(true);
    expect(await found.reader.hasNoErrors?.('http_request_total{code="500"}', 'http_requests_total')).toBe(false);
  });

  test('shows a certificate of its own, and trusts an authority of its own', async () => {
    const kept: Readonly<Record<string, string>> = { ca, cert: clientCert.cert, key: clientCert.key };
    const secrets = { get: async (name: string) => new Secret(kept[name] ?? '') };
    const address = `https://localhost:${mutual.port}/metrics`;
    const allow = ['127.0.0.1/32', '::1/128'];
    const tls = { caSecret: 'ca', certSecret: 'cert', keySecret: 'key' };
    const trusted = await read(['queue'], { scrape: address, tls, allow }, undefined, secrets);
    expect(trusted.readings[0]?.sample).toMatchObject({ kind: 'value', value: 3 });
    const unknown = await read(['queue'], { scrape: address, tls: { caSecret: 'ca' }, allow }, undefined, secrets);
    expect(unknown.readings[0]?.sample.kind).toBe('error');
    const untrusted = await read(['queue'], { scrape: address, allow }, undefined, secrets);
    expect(untrusted.readings[0]?.sample.kind).toBe('error');
  });
});

describe('pods', () => {
  /** What each pod exposes; a number is a status. */
  const pods = new Map<string, string | number>();
  let server: Running;
  const asked: string[] = [];
  beforeAll(async () => {
    server = await servePlain((request, response) => {
      const url = new URL(request.url ?? '', 'http://server');
      asked.push(`${url.pathname}${url.search}`);
      const [, name] = /\/pods\/(.+):8080\/proxy\/metrics$/.exec(url.pathname) ?? [];
      if (name !== undefined) {
        const exposed = pods.get(name);
        const isText = typeof exposed === 'string';
        response.writeHead(isText ? 200 : (exposed ?? 404), isText ? TEXT : { 'content-type': 'application/json' });
        return response.end(
          isText ? exposed : JSON.stringify({ kind: 'Status', message: `pods "${name}" is forbidden` }),
        );
      }
      const items = [...pods.keys()].map((pod) => ({
        metadata: { name: pod, uid: `uid-${pod}` },
        status: { phase: 'Running' },
      }));
      const gone = {
        metadata: { name: 'gone', uid: 'g', deletionTimestamp: '2026-01-01T00:00:00Z' },
        status: { phase: 'Running' },
      };
      const pending = { metadata: { name: 'pending', uid: 'p' }, status: { phase: 'Pending' } };
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ metadata: {}, items: [...items, gone, pending] }));
    });
  });
  afterAll(() => server.close());
  const http = socketHttp();
  const tools: StoreTools = {
    ...noTools,
    openTarget: async () => ({
      request: (path, init) => http(`http://127.0.0.1:${server.port}${path}`, { ...init, allow: ['127.0.0.1/32'] }),
    }),
  };
  const read = async (
    query: string,
    exposed: Readonly<Record<string, string | number>>,
    join: 'sum' | 'worst',
    worst: 'highest' | 'lowest' = 'highest',
  ) => {
    pods.clear();
    for (const [name, text] of Object.entries(exposed)) pods.set(name, text);
    const source: MetricSource = { pods: { labels: { app: 'api' }, port: 8080, path: '/metrics' }, join, allow: [] };
    const outside = { clock: steppingClock(), http, secrets: noSecrets };
    const { readings } = await openReader(source, targetNamed('t'), { worst }, outside, tools, never).read([query]);
    return readings[0]?.sample;
  };

  test('are added up, or the worst of them counts', async () => {
    const exposed = { a: 'queue 3\n', b: 'queue 8\n', c: 'queue 1\n' };
    expect(await read('queue', exposed, 'sum')).toMatchObject({ kind: 'value', value: 12 });
    expect(await read('queue', exposed, 'worst')).toMatchObject({ kind: 'value', value: 8 });
    expect(await read('queue', exposed, 'worst', 'lowest')).toMatchObject({ kind: 'value', value: 1 });
    expect(asked[0]).toBe('/api/v1/namespaces/default/pods?labelSelector=app%3Dapi&limit=200');
    expect(asked).toContain('/api/v1/namespaces/default/pods/a:8080/proxy/metrics');
    expect(asked.some((path) => /gone|pending/.test(path))).toBe(false);
  });

  test('of which one can not be read are not known, whatever the others show', async () => {
    expect(await read('queue', { a: 'queue 3\n', b: 403 }, 'sum')).toEqual({
      kind: 'nodata',
      reason: 'pod b: status 403, expected 200: pods "b" is forbidden',
    });
    expect(await read('queue', { a: 'queue 3\n', b: 'queue 3' }, 'sum')).toMatchObject({ kind: 'nodata' });
    expect(await read('queue', { a: 'queue 3\n', b: 'other 3\n' }, 'worst')).toMatchObject({ kind: 'nodata' });
    expect(await read('queue', {}, 'sum')).toEqual({ kind: 'nodata', reason: 'no running pod in default has app=api' });
  });
});
