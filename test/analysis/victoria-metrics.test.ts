import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { measureMetric } from '../../shared/analysis/measure-metric.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import type { MetricGate } from '../../shared/rollout/gate.ts';
import { freePort } from '../outside/moto.ts';
import { never, noSecrets, noTools, targetNamed } from './asking.ts';
import { answers, describeWith, eventually, type Program, startProgram, temporaryFolder } from './program.ts';

// Of this month: VictoriaMetrics keeps no longer by default.
const NOW = Date.now() - 300_000;
const MINUTE = 60_000;

/** Samples every 15 s of ten minutes. */
const samples = (name: string, labels: string, valueAt: (scrape: number) => number | string, quietMs = 0): string =>
  Array.from({ length: 41 }, (_, scrape) => ({ at: NOW - 10 * MINUTE + scrape * 15_000, value: valueAt(scrape) }))
    .filter(({ at }) => at <= NOW - quietMs)
    .map(({ at, value }) => `${name}{${labels}} ${value} ${at}\n`)
    .join('');

describeWith('a real VictoriaMetrics', ['victoria-metrics'], () => {
  const folder = temporaryFolder('victoria');
  let server: Program;
  let url: string;
  beforeAll(async () => {
    url = `http://127.0.0.1:${await freePort()}`;
    const args = [`-httpListenAddr=${url.slice(7)}`, `-storageDataPath=${folder.path}`, '-search.latencyOffset=0s'];
    server = await startProgram('victoria-metrics', args, () => answers(`${url}/health`));
    const body = [
      samples('http_requests_total', 'cluster="good",code="200"', (scrape) => scrape * 300),
      samples('http_requests_total', 'cluster="bad",code="200"', (scrape) => scrape * 300),
      samples('http_requests_total', 'cluster="bad",code="503"', (scrape) => scrape * 3),
      samples('http_requests_total', 'cluster="quiet",code="200"', (scrape) => scrape * 300, 3 * MINUTE),
      samples('latency_seconds', 'cluster="good"', () => 0.2),
      samples('latency_seconds', 'cluster="idle"', () => 'NaN'),
      samples('latency_seconds', 'cluster="twice",zone="a"', () => 0.2),
      samples('latency_seconds', 'cluster="twice",zone="b"', () => 0.2),
    ].join('');
    const put = await fetch(`${url}/api/v1/import/prometheus`, { method: 'POST', body });
    if (!put.ok) throw new Error(`victoria-metrics: ${await put.text()}`);
    // It keeps what it takes in memory for a second or so before it can be asked for.
    await eventually(
      async () => (await measure('latency_seconds{cluster="good"}')).verdict,
      (verdict) => verdict === 'pass',
    );
  });
  afterAll(async () => {
    await server?.stop();
    folder.remove();
  });

  const measure = (query: string | { errors: string; requests: string }) => {
    const gate: MetricGate = {
      kind: 'metric',
      source: 'victoria',
      query: typeof query === 'string' ? { value: query } : query,
      failAbove: typeof query === 'string' ? 0.5 : 0.001,
      minRequests: 1_000,
      intervalMs: 30_000,
      maxAgeMs: MINUTE,
    };
    const clock = { now: () => NOW, sleep: async () => undefined, after: () => () => undefined };
    const source = { prometheus: url, allow: ['127.0.0.0/8'] };
    const order = { name: 'gate', gate, source, target: targetNamed('t') };
    return measureMetric(order, { clock, http: socketHttp(), secrets: noSecrets }, noTools, never);
  };
  const counts = (cluster: string) => ({
    errors: `sum(increase(http_requests_total{code=~"5..",cluster="${cluster}"}[5m]))`,
    requests: `sum(increase(http_requests_total{cluster="${cluster}"}[5m]))`,
  });

  test.each<readonly [string, Parameters<typeof measure>[0], string, RegExp]>([
    ['a value', 'latency_seconds{cluster="good"}', 'pass', /value 0\.2, within/],
    ['no series of errors', counts('good'), 'pass', /^gate gate on t: 0 errors of 6000 requests, .*counts as 0/],
    ['errors', counts('bad'), 'fail', /60 errors of 6060 requests/],
    ['a target that stopped reporting', counts('quiet'), 'inconclusive', /is 180 s old, expected at most 60 s/],
    ['a target that never reported', counts('none'), 'inconclusive', /no data for the newest point/],
    // It leaves NaN out, and says that there is nothing.
    ['a value that is no number', 'latency_seconds{cluster="idle"}', 'inconclusive', /no data/],
    ['two values', 'latency_seconds{cluster="twice"}', 'error', /the query gives 2 series/],
    ['text that is no query', 'sum(', 'error', /reads no series/],
    ['an error of the query', 'sum(latency_seconds{', 'error', /status 4/],
  ])('%s', async (_, query, verdict, because) => {
    const judgement = await measure(query);
    expect({ verdict: judgement.verdict, because: judgement.because }).toEqual({
      verdict,
      because: expect.stringMatching(because),
    });
  });

  it('says of how many points a value is made', async () => {
    expect((await measure('latency_seconds{cluster="good"}')).samples).toBe(1);
    // A range is open at its start.
    expect((await measure('max(max_over_time(latency_seconds{cluster="good"}[2m]))')).samples).toBe(8);
  });
});
