import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type Running, servePlain } from '../outside/tls-server.ts';
import { folderWith, tidegate } from './tidegate.ts';

let folder: string;
let server: Running;
let asked: { path: string; headers: Readonly<Record<string, unknown>> }[] = [];
let counter = 0;

/** A little of each store, at paths of their own. */
const answers: Readonly<Record<string, () => { readonly type: string; readonly body: string }>> = {
  '/query': () => ({
    type: 'application/json',
    body: JSON.stringify({
      results: [{ series: [{ columns: ['time', 'mean'], values: [[Date.now() - 3_000, 0.25]] }] }],
    }),
  }),
  '/api/v2/query': () => ({
    type: 'text/csv',
    body: `#datatype,string,long,dateTime:RFC3339,double\r\n,result,table,_time,_value\r\n,,0,${new Date().toISOString()},0.25\r\n\r\n`,
  }),
  '/api/v3/query_sql': () => ({
    type: 'application/json',
    body: JSON.stringify([{ value: 0.25, time: new Date().toISOString(), points: 12 }]),
  }),
  '/api/v1/query': () => ({
    type: 'application/json',
    body: JSON.stringify({ status: 'ok', series: [{ pointlist: [[Date.now() - 4_000, 0.25]] }] }),
  }),
  '/status.json': () => ({ type: 'application/json', body: '{"ratio": 0.25, "errors": 2, "requests": 1000}' }),
  '/metrics': () => {
    counter += 10;
    return {
      type: 'text/plain; version=0.0.4',
      body: `requests_total{code="200"} ${counter}\nratio 0.25\ntwo{a="1"} 1\ntwo{a="2"} 1\n`,
    };
  },
  '/': () => ({
    type: 'application/x-amz-json-1.0',
    body: JSON.stringify({
      MetricDataResults: [
        { Id: 'q0', Label: 'x', StatusCode: 'Complete', Timestamps: [Date.now() / 1_000 - 600], Values: [0.25] },
      ],
    }),
  }),
};

beforeAll(async () => {
  folder = folderWith({});
  writeFileSync(join(folder, 'token'), 'from-a-file\n');
  server = await servePlain((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://server');
    asked.push({ path: pathname, headers: request.headers });
    const { type, body } = answers[pathname]?.() ?? { type: 'text/plain', body: 'no' };
    response.writeHead(answers[pathname] === undefined ? 404 : 200, { 'content-type': type });
    response.end(body);
  });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const measure = async (source: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  asked = [];
  const filled = source.replace('HERE', `http://127.0.0.1:${server.port}`);
  const all = args.map((arg) => arg.replace('HERE', `http://127.0.0.1:${server.port}`));
  return tidegate(folder, ['measure', '--source', filled, ...all, '--json', '--allow', '127.0.0.0/8'], env);
};
const AWS = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' };

describe('tidegate measure', () => {
  test.each<readonly [string, string, readonly string[], Readonly<Record<string, string>>]>([
    ['influxdb1', 'influxdb1=HERE?db=tide', ['--query', 'SELECT mean("v") FROM "m"'], {}],
    ['influxdb2', 'influxdb2=HERE?org=acme', ['--query', 'from(bucket: "b") |> range(start: -5m) |> last()'], {}],
    ['influxdb3', 'influxdb3=HERE?db=tide', ['--query', 'SELECT v AS value, time FROM m'], {}],
    ['datadog', 'datadog=HERE', ['--query', 'avg:x{*}'], { DD_API_KEY: 'api', DD_APP_KEY: 'app' }],
    ['json', 'json=HERE/status.json', ['--query', '/ratio'], {}],
    ['scrape', 'scrape=HERE/metrics', ['--query', 'ratio'], {}],
    ['cloudwatch', 'cloudwatch=us-east-1', ['--query', 'SELECT AVG(x) FROM "y"', '--endpoint', 'HERE'], AWS],
  ])('asks %s, and judges as a gate would', async (_, source, args, env) => {
    const low = await measure(source, [...args, '--fail-above', '0.5'], env);
    expect({ exitCode: low.exitCode, err: low.err }).toEqual({ exitCode: 0, err: '' });
    const line = JSON.parse(low.out[0] ?? '');
    expect(line).toMatchObject({
      sample: 'value',
      value: 0.25,
      verdict: 'pass',
      query: args[1],
      samples: expect.any(Number),
    });
    expect(line.ageSeconds).toBeGreaterThanOrEqual(0);
    expect((await measure(source, [...args, '--fail-above', '0.1'], env)).exitCode).toBe(3);
    expect((await measure(source, args, env)).exitCode).toBe(7);
  });

  it('makes two readings for a rate, and divides two counts', async () => {
    const rate = await measure('scrape=HERE/metrics', ['--query', 'increase(requests_total[1s])', '--fail-below', '1']);
    expect(JSON.parse(rate.out[0] ?? '')).toMatchObject({ value: 10, verdict: 'pass' });
    const counts = ['--errors', '/errors', '--requests', '/requests', '--min-requests', '500', '--fail-above', '0.01'];
    expect(JSON.parse((await measure('json=HERE/status.json', counts)).out[0] ?? '')).toMatchObject({
      value: 0.002,
      samples: 1_000,
    });
  });

  it('does not know what is several series, or not there', async () => {
    const two = await measure('scrape=HERE/metrics', ['--query', 'two', '--fail-above', '5']);
    expect(two.exitCode).toBe(7);
    expect(JSON.parse(two.out[0] ?? '')).toMatchObject({
      sample: 'error',
      value: null,
      verdict: 'inconclusive',
      reason: expect.stringContaining('2 series'),
    });
    const none = await measure('json=HERE/gone', ['--query', '/x', '--fail-above', '5']);
    expect(JSON.parse(none.out[0] ?? '')).toMatchObject({
      sample: 'error',
      verdict: 'inconclusive',
      reason: expect.stringContaining('status 404'),
    });
  });

  it('takes its token from the environment or a file, and shows it to nobody else', async () => {
    const query = ['--query', '/ratio', '--fail-above', '1'];
    const byEnv = await measure('json=HERE/status.json', [...query, '--token-env', 'MY_TOKEN'], { MY_TOKEN: 's3cr3t' });
    expect(asked[0]?.headers.authorization).toBe('Bearer s3cr3t');
    expect(byEnv.out.join('') + byEnv.err).not.toContain('s3cr3t');
    await measure('json=HERE/status.json', [...query, '--token-file', 'token', '--username', 'me']);
    expect(asked[0]?.headers.authorization).toBe(`Basic ${btoa('me:from-a-file')}`);
  });

  test.each<readonly [string, readonly string[], string]>([
    ['json=HERE/status.json', ['--token-env', 'GONE'], '--token-env GONE: this variable is not set'],
    ['json=HERE/status.json', ['--token-file', 'gone'], '--token-file gone: ENOENT'],
    ['json=HERE/status.json', ['--token-env', 'A', '--token-file', 'token'], 'give one of them'],
    ['json=HERE/status.json', ['--username', 'me'], 'its password is missing'],
    ['json=HERE/status.json?token=s3cr3t', [], 'the URL holds token=…'],
    ['cloudwatch=europe', [], 'expected cloudwatch=REGION'],
    ['datadog=nowhere', [], 'expected datadog=SITE'],
  ])('refuses %s %j', async (source, args, reason) => {
    const ran = await measure(source, ['--query', '/ratio', ...args]);
    expect({ exitCode: ran.exitCode, err: ran.err }).toEqual({ exitCode: 2, err: expect.stringContaining(reason) });
    expect(ran.err).not.toContain('s3cr3t');
  });
});
