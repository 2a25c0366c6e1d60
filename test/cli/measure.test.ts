import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Running, servePlain } from '../outside/tls-server.ts';
import { folderWith, tidegate, tidegateHere } from './tidegate.ts';

let folder: string;
let store: Running;

/** What the store says of each metric, and how old it is in seconds. */
const metrics: Readonly<Record<string, readonly [values: readonly string[], ageSeconds: number]>> = {
  low: [['0.2'], 5],
  high: [['0.7'], 5],
  old: [['0.2'], 900],
  naught: [['NaN'], 5],
  many: [['1', '2'], 5],
  errors: [['3'], 5],
  requests: [['1000'], 5],
};

beforeAll(async () => {
  folder = folderWith({});
  store = await servePlain(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const query = new URLSearchParams(Buffer.concat(chunks).toString()).get('query') ?? '';
    const [name = ''] = /low|high|old|naught|many|errors|requests/.exec(query) ?? [];
    const [values, age] = metrics[name] ?? [[], 0];
    const found = query.includes('timestamp') ? (values.length === 0 ? [] : [String(age)]) : values;
    const result = found.map((value) => ({ metric: {}, value: [0, value] }));
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
  });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const measure = (...args: readonly string[]) => {
  const source = ['--source', `prometheus=http://127.0.0.1:${store.port}`, '--allow', '127.0.0.0/8'];
  return tidegate(folder, ['measure', ...source, ...args, '--json']);
};
const counts = ['--errors', 'errors', '--requests', 'requests', '--min-requests'];

describe('tidegate measure', () => {
  test.each([
    [['--query', 'low', '--fail-above', '0.5'], 0, { sample: 'value', value: 0.2, ageSeconds: 5, verdict: 'pass' }],
    [['--query', 'high', '--fail-above', '0.5'], 3, { sample: 'value', value: 0.7, verdict: 'fail' }],
    [['--query', 'low', '--fail-below', '0.5'], 3, { sample: 'value', value: 0.2, verdict: 'fail' }],
    [['--query', 'low'], 7, { sample: 'value', value: 0.2, verdict: 'inconclusive' }],
    [['--query', 'old', '--fail-above', '1'], 7, { sample: 'value', ageSeconds: 900, verdict: 'inconclusive' }],
    [['--query', 'naught', '--fail-above', '1'], 7, { sample: 'nodata', value: null, verdict: 'inconclusive' }],
    [['--query', 'gone', '--fail-above', '1'], 7, { sample: 'nodata', ageSeconds: null, verdict: 'inconclusive' }],
    [['--query', 'many', '--fail-above', '9'], 7, { sample: 'error', value: null, verdict: 'inconclusive' }],
    [[...counts, '500', '--fail-above', '0.01'], 0, { sample: 'value', value: 0.003, samples: 1000, verdict: 'pass' }],
    [[...counts, '500', '--fail-above', '0.001'], 3, { value: 0.003, samples: 1000, verdict: 'fail' }],
    [[...counts, '5000', '--fail-above', '0.01'], 7, { samples: 1000, verdict: 'inconclusive' }],
  ])('of %j exits %d', async (args, exitCode, line) => {
    const ran = await measure(...args);
    expect(ran.exitCode).toBe(exitCode);
    const [written = '', ...more] = ran.out;
    expect(more).toEqual([]);
    expect(JSON.parse(written)).toMatchObject(line);
    expect(Object.keys(JSON.parse(written))).toEqual([
      'sample',
      'value',
      'ageSeconds',
      'samples',
      'verdict',
      'reason',
      'query',
      'at',
    ]);
  });

  test.each([
    [['--query', 'low', '--errors', 'errors'], 'expected either --query, or both --errors and --requests'],
    [['--errors', 'errors', '--requests', 'requests'], '--min-requests is missing'],
    [['--query', 'up{cluster="{target}"}'], '{target}: there is no target'],
    [['--query', 'low', '--fail-above', '1', '--fail-below', '2'], 'every value would fail'],
    [['--query', 'low', '--fail-above', 'much'], 'expected a number'],
  ])('refuses %j', async (args, reason) => {
    const ran = await measure(...args);
    expect({ exitCode: ran.exitCode, err: ran.err }).toEqual({ exitCode: 2, err: expect.stringContaining(reason) });
  });

  test.each([
    [['--query', 'q'], '--source is missing'],
    [['--query', 'q', '--source', 'graphite=http://a.example.com'], 'not known'],
    [['--query', 'q', '--source', 'influxdb1=http://a.example.com'], 'names no database'],
    [['--query', 'q', '--source', 'prometheus=http://me:pass@a.example.com'], 'holds credentials'],
    [['--query', 'q', '--source', 'prometheus=file:///etc/passwd'], 'http(s)'],
  ])('refuses %j as a source', async (args, reason) => {
    const ran = await tidegateHere(folder, ['measure', ...args]);
    expect({ exitCode: ran.exitCode, err: ran.err }).toEqual({ exitCode: 2, err: expect.stringContaining(reason) });
  });

  test('of an address that is private and not allowed is an error', async () => {
    const ran = await tidegate(folder, [
      'measure',
      '--source',
      `prometheus=http://127.0.0.1:${store.port}`,
      '--query',
      'low',
      '--fail-above',
      '1',
      '--json',
    ]);
    expect(ran.exitCode).toBe(7);
    expect(JSON.parse(ran.out[0] ?? '')).toMatchObject({
      sample: 'error',
      verdict: 'inconclusive',
      reason: expect.stringContaining('loopback'),
    });
  });
});
