import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { PrometheusSource } from '../../shared/analysis/stores/prometheus.ts';
import { sampleOf } from '../../shared/analysis/stores/prometheus.ts';
import { processClock } from '../../shared/outside/clock.ts';
import type { Http } from '../../shared/outside/http.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import { Secret, SecretMissing, type Secrets } from '../../shared/secrets/secrets.ts';
import { type Answer, type Running, servePlain } from '../outside/tls-server.ts';
import { noTools } from './asking.ts';

const source: PrometheusSource = { prometheus: 'https://prometheus.test/base/', allow: [] };
const never = new AbortController().signal;
const secrets: Secrets = {
  get: async (name) => {
    if (name === 'token') return new Secret('s3cr3t');
    throw new SecretMissing(name, 'the test');
  },
};

const answering =
  (body: string, status = 200): Http =>
  async () =>
    new Response(body, { status, headers: { 'content-type': 'application/json' } });
const ask = (http: Http, from = source, signal = never) =>
  sampleOf(from, 'up', 1_435_781_451_781, { clock: processClock, http, secrets }, noTools, signal);

const vector = (...values: readonly string[]): string =>
  JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1435781451.781, value] })) },
  });
const success = (data: unknown, more = {}): string => JSON.stringify({ status: 'success', data, ...more });
const value = (number: number) => ({ kind: 'value', value: number, at: 1_435_781_451_781 });
const nodata = (reason: string) => ({ kind: 'nodata', reason });
const error = (reason: string) => ({ kind: 'error', reason });
const noAnswer = 'status 200 and no answer of the query API';

describe('an answer of the query API', () => {
  test.each([
    ['a number', vector('0.42'), value(0.42)],
    ['a number with an exponent', vector('1.5e-7'), value(1.5e-7)],
    ['a scalar', success({ resultType: 'scalar', result: [1, '7'] }), value(7)],
    ['an empty one', vector(), nodata('no series')],
    ['NaN', vector('NaN'), nodata('NaN')],
    ['infinity', vector('+Inf'), value(Infinity)],
    ['negative infinity', vector('-Inf'), value(-Infinity)],
    ['text that is no number', vector('potato'), error('"potato" is no number')],
    ['an empty text', vector(''), error('"" is no number')],
    ['a number too large for one', vector('1e999'), error('"1e999" is no number')],
    ['a hexadecimal number', vector('0x10'), error('"0x10" is no number')],
    [
      'several series',
      vector('1', '2'),
      error('the query gives 2 series, expected one; aggregate them, as with sum()'),
    ],
    [
      'a warning beside the value',
      success({ resultType: 'scalar', result: [1, '0'] }, { warnings: ['partial\nresponse'] }),
      nodata('the store warns: partial response'),
    ],
    [
      'an info beside the value',
      success({ resultType: 'scalar', result: [1, '0'] }, { infos: ['not a counter'] }),
      nodata('the store warns: not a counter'),
    ],
    ['a range', success({ resultType: 'matrix', result: [] }), error('the query gives a matrix, expected one value')],
    [
      'text',
      success({ resultType: 'string', result: [1, 'x'] }),
      error('the query gives a string, expected one value'),
    ],
    [
      'a histogram',
      success({ resultType: 'vector', result: [{ metric: {}, histogram: [1, {}] }] }),
      error('the query gives a histogram, expected a number'),
    ],
    ['a number that is not written as text', success({ resultType: 'scalar', result: [1, 0] }), error(noAnswer)],
    [
      'an error under status 200',
      JSON.stringify({ status: 'error', errorType: 'execution', error: 'boom' }),
      error('status 200, execution: boom'),
    ],
    ['no data', JSON.stringify({ status: 'success' }), error(noAnswer)],
    ['another JSON', '{"results":[{"error":"database not found"}]}', error(noAnswer)],
    ['half an answer', vector('1').slice(0, -4), error(noAnswer)],
    ['nothing', '', error(noAnswer)],
    ['a web page', '<!DOCTYPE html><title>Sign in</title>', error(`${noAnswer} but a web page`)],
    ['more than a megabyte', `${vector('1')}${' '.repeat(1_048_576)}`, error('the answer has more than 1048576 bytes')],
  ])('that is %s is read as what it is', async (_, body, expected) => {
    expect(await ask(answering(body))).toEqual(expected);
  });

  test.each([
    [
      400,
      JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error' }),
      'status 400, bad_data: parse error',
    ],
    [
      503,
      JSON.stringify({ status: 'error', errorType: 'timeout', error: 'timed out' }),
      'status 503, timeout: timed out',
    ],
    [401, 'Unauthorized', 'status 401 and no answer of the query API'],
    [302, '', 'status 302 and no answer of the query API'],
    [502, '<html>Bad gateway</html>', 'status 502 and no answer of the query API but a web page'],
    [500, vector('0'), 'status 500 with an answer that says success'],
  ])('with status %i is an error', async (status, body, reason) => {
    expect(await ask(answering(body, status))).toEqual(error(reason));
  });

  const corpus = '../shared/corpus/prometheus';
  const recorded = existsSync(corpus);
  if (process.env.CI === 'true') it('is there to test with', () => expect(recorded).toBe(true));

  test.skipIf(!recorded).each([
    ['handmade/query.scalar.json', value(0.99987)],
    ['handmade/query.vector-empty.json', nodata('no series')],
    ['handmade/query.vector-nan.json', nodata('NaN')],
    ['handmade/query.vector-inf.json', value(Infinity)],
    ['handmade/query.many-series.json', error('the query gives 3 series, expected one; aggregate them, as with sum()')],
    ['handmade/query.warnings.json', { kind: 'nodata', reason: expect.stringMatching(/^the store warns: /) }],
    ['handmade/error.bad_data.json', { kind: 'error', reason: expect.stringMatching(/^status 200, bad_data: /) }],
    ['handmade/error.timeout.json', error('status 200, timeout: query timed out in expression evaluation')],
    ['api/query.vector.json', error('the query gives 2 series, expected one; aggregate them, as with sum()')],
    ['api/query_range.matrix.json', error('the query gives a matrix, expected one value')],
    ['api/alerts.json', error(noAnswer)],
    ['api/targets.json', error(noAnswer)],
  ])(recorded ? 'recorded as %s is read as what it is' : 'skipped: no corpus', async (file, expected) => {
    expect(await ask(answering(readFileSync(`${corpus}/${file}`, 'utf8')))).toEqual(expected);
  });
});

describe('a question', () => {
  it('is one POST for one instant, with the token in a header', async () => {
    const asked: unknown[] = [];
    const http: Http = async (url, { signal: _, ...init } = {}) => {
      asked.push({ url, ...init });
      return Response.json(JSON.parse(vector('1')));
    };
    await ask(http, { ...source, tokenSecret: 'token', allow: ['10.0.0.0/8'] });
    expect(asked).toEqual([
      {
        url: 'https://prometheus.test/base/api/v1/query',
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
          authorization: 'Bearer s3cr3t',
        },
        body: 'query=up&time=1435781451.781&timeout=30s&nocache=1',
        allow: ['10.0.0.0/8'],
      },
    ]);
  });

  it('is not asked without its token, nor with it in the clear', async () => {
    const unasked: Http = async () => {
      throw new Error('asked');
    };
    expect(await ask(unasked, { ...source, tokenSecret: 'lost' })).toEqual(
      error('secret lost is not in the test; write it there and run the same command again'),
    );
    expect(await ask(unasked, { prometheus: 'http://prometheus.test', tokenSecret: 'token', allow: [] })).toEqual(
      error('a token is only sent over https; change the URL of the store'),
    );
  });
});

describe('over sockets', () => {
  const answers: Readonly<Record<string, Answer>> = {
    '/cut/api/v1/query': (_, response) => {
      response.writeHead(200, { 'content-length': '200' });
      response.write(vector('1').slice(0, 20), () => response.destroy());
    },
    '/endless/api/v1/query': (_, response) => {
      const more = (): void => void response.write(' '.repeat(65_536), () => (response.destroyed ? undefined : more()));
      more();
    },
    '/hang/api/v1/query': () => undefined,
  };
  let server: Running;
  beforeAll(async () => {
    server = await servePlain((request, response) => answers[request.url ?? '']?.(request, response));
  });
  afterAll(() => server.close());
  const from = (path: string): PrometheusSource => ({
    prometheus: `http://127.0.0.1:${server.port}${path}`,
    allow: ['127.0.0.0/8'],
  });

  it('an answer that breaks off or never ends is an error', async () => {
    expect(await ask(socketHttp(), from('/cut'))).toMatchObject({ kind: 'error' });
    expect(await ask(socketHttp(), from('/endless'))).toEqual(error('the answer has more than 1048576 bytes'));
  });

  it('a store that can not be reached is an error, and an ended measurement rejects', async () => {
    expect(await ask(socketHttp(), { ...from('/cut'), allow: [] })).toMatchObject({ kind: 'error' });
    const ended = new AbortController();
    const asking = ask(socketHttp(), from('/hang'), ended.signal);
    ended.abort(new Error('the wave ended'));
    await expect(asking).rejects.toThrow('the wave ended');
  });
});
