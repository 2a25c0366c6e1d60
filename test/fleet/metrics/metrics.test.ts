import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { createMetrics } from '../../../local/fleet/metrics/metrics.ts';
import { SampleRefused } from '../../../local/fleet/metrics/series.ts';
import { START, testSeries } from './samples.ts';

const MINUTE = 60_000;
const end = START + 20 * MINUTE;
const metrics = createMetrics({ clock: { now: () => end }, retentionMs: 24 * 60 * MINUTE });
for (const { name, labels, samples } of testSeries)
  for (const { at, value } of samples) metrics.add(name, labels, value, at);

const ask = async (path: string, parameters: Record<string, string>) => {
  const response = await metrics.handle(new Request(`http://metrics.test${path}?${new URLSearchParams(parameters)}`));
  return { status: response.status, body: await response.json() };
};
const success = (data: object) => ({ status: 200, body: { status: 'success', data } });
const at = end / 1_000;

describe('an instant query', () => {
  test.each([
    [
      'a vector, by labels',
      'up{cluster=~"prod0[12]"}',
      {
        resultType: 'vector',
        result: [
          { metric: { __name__: 'up', cluster: 'prod01', job: 'api' }, value: [at, '1'] },
          { metric: { __name__: 'up', cluster: 'prod02', job: 'api' }, value: [at, '1'] },
        ],
      },
    ],
    ['nothing as an empty vector', 'up{cluster="none"}', { resultType: 'vector', result: [] }],
    ['a scalar', 'time() / 2', { resultType: 'scalar', result: [at, String(at / 2)] }],
    ['a string', '"a\\tb"', { resultType: 'string', result: [at, 'a\tb'] }],
    [
      'samples of a range',
      'once[1m]',
      {
        resultType: 'matrix',
        result: [{ metric: { __name__: 'once', a: '1' }, values: [[(START + 3_217 + 79 * 15_000) / 1_000, '42']] }],
      },
    ],
    ['NaN and the infinities as text', '0/0', { resultType: 'scalar', result: [at, 'NaN'] }],
    ['minus infinity as text', '-1/0', { resultType: 'scalar', result: [at, '-Inf'] }],
    [
      'what is large without an exponent',
      'huge',
      {
        resultType: 'vector',
        result: [{ metric: { __name__: 'huge' }, value: [at, '790000000000000000000000'] }],
      },
    ],
    [
      'what is small without an exponent',
      'tiny',
      {
        resultType: 'vector',
        result: [{ metric: { __name__: 'tiny' }, value: [at, '0.000000000079'] }],
      },
    ],
    [
      'zero where a sum is missing',
      'sum(missing) or vector(0)',
      {
        resultType: 'vector',
        result: [{ metric: {}, value: [at, '0'] }],
      },
    ],
  ])('gives %s', async (_, query, data) => {
    expect(await ask('/api/v1/query', { query })).toEqual(success(data));
  });

  it('is evaluated at the given time, in seconds or RFC 3339', async () => {
    const expected = success({ resultType: 'scalar', result: [1_772_366_400.5, '1772366400.5'] });
    expect(await ask('/api/v1/query', { query: 'time()', time: '1772366400.5' })).toEqual(expected);
    expect(await ask('/api/v1/query', { query: 'time()', time: '2026-03-01T12:00:00.5Z' })).toEqual(expected);
    expect(await ask('/api/v1/query', { query: 'time()', time: '2026-03-01T13:00:00.5+01:00' })).toEqual(expected);
  });

  it('may be posted as a form', async () => {
    const body = new URLSearchParams({ query: '1 + 1', time: '5' });
    const response = await metrics.handle(
      new Request('http://metrics.test/api/v1/query?time=9', { method: 'POST', body }),
    );
    expect([response.headers.get('content-type'), await response.json()]).toEqual([
      'application/json',
      { status: 'success', data: { resultType: 'scalar', result: [5, '2'] } },
    ]);
  });
});

describe('a range query', () => {
  const steps = { start: String(START / 1_000 + 60), end: String(START / 1_000 + 120), step: '30s' };
  it('gives every step of every series', async () => {
    const points = [60, 90, 120].map((second) => [START / 1_000 + second, '1']);
    expect(await ask('/api/v1/query_range', { query: 'up{cluster="prod01"}', ...steps })).toEqual(
      success({
        resultType: 'matrix',
        result: [{ metric: { __name__: 'up', cluster: 'prod01', job: 'api' }, values: points }],
      }),
    );
  });
  it('gives a scalar as a series without labels, and leaves out steps without a value', async () => {
    const points = [60, 90, 120].map((second) => [START / 1_000 + second, '3']);
    expect(await ask('/api/v1/query_range', { query: '3', ...steps })).toEqual(
      success({ resultType: 'matrix', result: [{ metric: {}, values: points }] }),
    );
    expect(await ask('/api/v1/query_range', { query: 'once', ...steps })).toEqual(
      success({ resultType: 'matrix', result: [] }),
    );
  });
  test.each([
    ['start', 'x', 'invalid parameter "start": cannot parse "x" to a valid timestamp'],
    ['end', '0', 'invalid parameter "end": end timestamp must not be before start time'],
    ['step', '', 'invalid parameter "step": cannot parse "" to a valid duration'],
    [
      'step',
      '0',
      'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
    ],
    [
      'end',
      '1e12',
      'invalid parameter "step": exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    ],
  ])('is refused with %s=%j', async (name, value, error) => {
    expect(await ask('/api/v1/query_range', { query: '1', ...steps, [name]: value })).toEqual({
      status: 400,
      body: { status: 'error', errorType: 'bad_data', error },
    });
  });
});

test.each([
  ['', '1:1: parse error: no expression found in input'],
  ['sum(up', '1:7: parse error: unexpected end of input in aggregation, expected ")"'],
  ['(up', '1:1: parse error: unclosed left parenthesis'],
  ['up{', '1:4: parse error: unexpected end of input in label matching, expected identifier or "}"'],
  ['up{a="b" c="d"}', '1:10: parse error: unexpected "c" in label matching, expected ","'],
  ['up{a~"b"}', '1:5: parse error: unexpected character: "~"'],
  ['up{a="b', '1:6: parse error: unterminated quoted string'],
  ['up[5x]', '1:4: parse error: bad number or duration syntax: "5x]"'],
  ['up[5m', '1:6: parse error: unexpected end of input in range specification, expected "]"'],
  ['up[0s]', '1:4: parse error: duration must be greater than 0'],
  ['up offset', '1:10: parse error: unexpected end of input in offset, expected duration'],
  ['rate(up)', '1:1: parse error: expected type range vector in call to function "rate", got instant vector'],
  ['rate(up[5m], 1)', '1:1: parse error: expected 1 argument(s) in call to "rate", got 2'],
  ['sum(up[5m])', '1:1: parse error: expected type instant vector in aggregation expression, got range vector'],
  ['topk(3, up)', '1:1: parse error: unknown function with name "topk"'],
  ['constructor(up)', '1:1: parse error: unknown function with name "constructor"'],
  ['up + up[5m]', '1:4: parse error: binary expression must contain only scalar and instant vector types'],
  ['up or 1', '1:4: parse error: set operator "or" not allowed in binary scalar expression'],
  ['1 > 2', '1:3: parse error: comparisons between scalars must use BOOL modifier'],
  ['up + bool up', '1:4: parse error: bool modifier can only be used on comparison operators'],
  ['up * on(a) group_left up', '1:12: parse error: group_left is not simulated, only one-to-one matching is'],
  ['up * on(a) 2', '1:4: parse error: vector matching only allowed between instant vectors'],
  [
    '-up[5m]',
    '1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, got "range vector"',
  ],
  ['{}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
  ['{a=~".*"}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
  ['up{a=~"("}', '1:7: parse error: error parsing regexp: cannot read "("'],
  ['up{a=~"(?=x)"}', '1:7: parse error: error parsing regexp: invalid or unsupported Perl syntax: lookaround'],
  ['rate(up[5m:1m])', '1:11: parse error: subqueries are not simulated'],
  ['(up)[5m:1m]', '1:5: parse error: subqueries are not simulated'],
  ['up @ 5', '1:4: parse error: @ is not simulated'],
  ['up up', '1:4: parse error: unexpected "up" in expression'],
  ['1 +\n  *', '2:3: parse error: unexpected "*" in expression'],
  [`${'('.repeat(65)}1${')'.repeat(65)}`, '1:66: parse error: nested deeper than 64 levels'],
])('the query %j is refused with its place', async (query, because) => {
  expect(await ask('/api/v1/query', { query })).toEqual({
    status: 400,
    body: { status: 'error', errorType: 'bad_data', error: `invalid parameter "query": ${because}` },
  });
});

test.each([
  [
    'up{cluster=~"prod0[12]"} * on(job) up',
    'found duplicate series for the match group {job="api"} on the right hand-side of the operation;' +
      'many-to-many matching not allowed: matching labels must be unique on one side',
  ],
  ['rate({__name__=~"http_requests_total|restarts_total|up", cluster="", pod=""}[5m])', undefined],
  ['-{__name__=~"limit|temperature",room="x"}', 'vector cannot contain metrics with the same labelset'],
])('the query %j has no answer', async (query, error) => {
  const expected =
    error === undefined
      ? success({ resultType: 'vector', result: [] })
      : { status: 422, body: { status: 'error', errorType: 'execution', error } };
  expect(await ask('/api/v1/query', { query })).toEqual(expected);
});

test('there are no alerts, no other endpoints and no other methods', async () => {
  const status = async (path: string, method = 'GET') =>
    (await metrics.handle(new Request(`http://metrics.test${path}`, { method }))).status;
  expect(await ask('/api/v1/alerts', {})).toEqual(success({ alerts: [] }));
  expect([await status('/-/ready'), await status('/api/v1/labels'), await status('/constructor')]).toEqual([
    200, 404, 404,
  ]);
  expect(await status('/api/v1/query', 'DELETE')).toBe(405);
});

describe('samples', () => {
  it('are kept for the retention, and series that ended go', async () => {
    let now = START;
    const short = createMetrics({ clock: { now: () => now }, retentionMs: MINUTE });
    short.add('up', { pod: 'old' }, 1, now);
    for (; now < START + 10 * MINUTE; now += 1_000) short.add('up', { pod: 'new' }, 1, now);
    const response = await short.handle(new Request('http://metrics.test/api/v1/query?query=count_over_time(up[1h])'));
    const { data } = await response.json();
    expect(data.result).toHaveLength(1);
    expect(Number(data.result[0].value[1])).toBeGreaterThanOrEqual(60);
    expect(Number(data.result[0].value[1])).toBeLessThanOrEqual(76);
  });

  it('are added in the order of time; a second one of a time replaces the first', async () => {
    const own = createMetrics({ clock: { now: () => START } });
    own.add('up', {}, 1, START);
    own.add('up', { empty: '' }, 2, START);
    expect(() => own.add('up', {}, 3, START - 1)).toThrow(SampleRefused);
    const response = await own.handle(new Request('http://metrics.test/api/v1/query?query=sum(sum_over_time(up[1m]))'));
    expect((await response.json()).data.result).toEqual([{ metric: {}, value: [START / 1_000, '2'] }]);
  });
});

const corpus = new URL('../../../../shared/corpus/prometheus/', import.meta.url);
const recorded = existsSync(corpus);
test.runIf(recorded || process.env.CI === 'true')('answers have the shape of recorded ones', async () => {
  if (!recorded) throw new Error('no corpus: expected ../shared/corpus beside the repository');
  /** Names of members and kinds of values, with lists as their first element. */
  const shape = (value: unknown): unknown => {
    if (Array.isArray(value))
      return value.length === 2 && typeof value[0] === 'number'
        ? ['time', typeof value[1]]
        : value.slice(0, 1).map(shape);
    if (typeof value !== 'object' || value === null) return typeof value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, name === 'metric' ? 'labels' : shape(inner)]),
    );
  };
  const read = (path: string) => JSON.parse(readFileSync(new URL(path, corpus), 'utf8'));
  const steps = { start: String(at - 60), end: String(at), step: '30' };
  expect(readdirSync(new URL('api/', corpus))).toContain('query.vector.json');
  expect(shape((await ask('/api/v1/query', { query: 'up' })).body)).toEqual(shape(read('api/query.vector.json')));
  expect(shape((await ask('/api/v1/query_range', { query: 'up', ...steps })).body)).toEqual(
    shape(read('api/query_range.matrix.json')),
  );
  expect(shape((await ask('/api/v1/query', { query: '1' })).body)).toEqual(shape(read('handmade/query.scalar.json')));
  expect(shape((await ask('/api/v1/query', { query: 'none' })).body)).toEqual(
    shape(read('handmade/query.vector-empty.json')),
  );
  expect(shape((await ask('/api/v1/query', { query: '(' })).body)).toEqual(shape(read('handmade/error.bad_data.json')));
});
if (!recorded && process.env.CI !== 'true') test.skip('skipped: no corpus', () => {});
