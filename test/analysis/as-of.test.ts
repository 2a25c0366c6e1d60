import { describe, expect, it, test } from 'vitest';
import { measureWindow } from '../../shared/analysis/measure-metric.ts';
import { influxAsOf } from '../../shared/analysis/stores/influx-as-of.ts';
import type { Http } from '../../shared/outside/http.ts';
import type { MetricGate } from '../../shared/rollout/gate.ts';
import type { MetricSource } from '../../shared/rollout/metric-source.ts';
import { Secret } from '../../shared/secrets/secrets.ts';
import { never, noSecrets, noTools, targetNamed } from './asking.ts';

const NOW = Date.parse('2026-02-02T03:00:00Z');
const MINUTE = 60_000;
const clock = { now: () => NOW, sleep: async () => undefined, after: () => () => undefined };

describe('a query of an InfluxDB as of another moment', () => {
  const at = NOW - 60 * MINUTE;
  test.each([
    [
      'influxdb1',
      `SELECT sum(e) FROM r WHERE c = 'x' AND time >= now() - 5m`,
      `SELECT sum(e) FROM r WHERE c = 'x' AND (time >= '2026-02-02T02:00:00.000Z' - 5m AND time <= '2026-02-02T02:00:00.000Z')`,
    ],
    [
      'influxdb2',
      'from(bucket: "b") |> range(start: -5m) |> sum()',
      'from(bucket: "b") |> range(start: 2026-02-02T01:55:00.000Z, stop: 2026-02-02T02:00:00.000Z) |> sum()',
    ],
    [
      'influxdb3',
      "SELECT count(*) AS value FROM r WHERE time > now() - interval '5 minutes'",
      "SELECT count(*) AS value FROM r WHERE (time > timestamp '2026-02-02T02:00:00.000Z' - interval '5 minutes' AND time <= timestamp '2026-02-02T02:00:00.000Z')",
    ],
  ] as const)('in %s looks back from there, and no further on', (kind, query, expected) => {
    expect(influxAsOf(query, at, kind)).toBe(expected);
  });

  test.each([
    ['influxdb1', 'SELECT last(e) FROM r'],
    ['influxdb1', 'SELECT sum(e) FROM r WHERE time > now() - 5m AND time < now()'],
    ['influxdb2', 'from(bucket: "b") |> range(start: 2026-01-01T00:00:00Z)'],
    ['influxdb3', 'SELECT count(*) AS value FROM r'],
    ['json', '/a'],
  ] as const)('in %s can not be told from %s', (kind, query) => {
    expect(influxAsOf(query, at, kind)).toBeUndefined();
  });
});

describe('a store whose points take a while', () => {
  const counts = { errors: 'sum:e{*}.as_count()', requests: 'sum:r{*}.as_count()' };
  const gate = (query: MetricGate['query']): MetricGate => ({
    kind: 'metric',
    source: 'prod',
    query,
    failAbove: 0.1,
    minRequests: 1,
    windowMs: 5 * MINUTE,
    intervalMs: MINUTE,
    maxAgeMs: 2 * MINUTE,
  });
  const asked = async (source: MetricSource, query: MetricGate['query'], at?: number) => {
    const urls: string[] = [];
    const http: Http = async (url, init) => {
      urls.push(`${url} ${init?.body ?? ''}`);
      const point = [(at ?? NOW - (source.lagMs ?? 0)) - 30_000, 7];
      return Response.json({ status: 'ok', series: [{ pointlist: [point] }] });
    };
    const outside = { clock, http, secrets: { get: async () => new Secret('k') } };
    const order = {
      name: 'g',
      gate: gate(query),
      source,
      target: targetNamed('t'),
      ...(at === undefined ? {} : { at }),
    };
    const { judgement } = await measureWindow(order, outside, noTools, never);
    return { urls, judgement };
  };
  const datadog = { datadog: 'datadoghq.eu', tokenSecret: 'a', appKeySecret: 'b', allow: [] } as const;

  it('is asked for a window that ended so long ago', async () => {
    const { urls, judgement } = await asked({ ...datadog, lagMs: 2 * MINUTE }, counts);
    const to = NOW - 2 * MINUTE;
    expect(judgement.window).toEqual({ from: to - 5 * MINUTE, to });
    expect(urls[0]).toContain(`from=${(to - 5 * MINUTE) / 1_000}&to=${to / 1_000}`);
  });

  it('is asked for another moment where a baseline is', async () => {
    const at = NOW - 24 * 60 * MINUTE;
    const { judgement } = await asked(datadog, counts, at);
    expect(judgement).toMatchObject({ window: { from: at - 5 * MINUTE, to: at }, samples: 7 });
  });

  it('of the Prometheus family is asked for that instant', async () => {
    const source = { prometheus: 'https://p.test', allow: [], lagMs: MINUTE };
    const { urls } = await asked(source, { value: 'up' });
    expect(urls.every((url) => url.includes(`time=${((NOW - MINUTE) / 1_000).toFixed(3)}`))).toBe(true);
  });
});

test('CloudWatch adds counts of an hour up from periods of five minutes, the last of which is closed', async () => {
  const asked: string[] = [];
  const http: Http = async (_, init) => {
    asked.push(Buffer.from(init?.body ?? '').toString());
    const result = (Id: string, each: number) => ({
      Id,
      Label: Id,
      StatusCode: 'Complete',
      Timestamps: Array.from({ length: 12 }, (__, period) => NOW / 1_000 - 600 - period * 300),
      Values: Array.from({ length: 12 }, () => each),
    });
    return Response.json(
      { MetricDataResults: [result('q0', 1), result('q1', 100)] },
      { headers: { 'content-type': 'application/x-amz-json-1.0' } },
    );
  };
  const gate: MetricGate = {
    kind: 'metric',
    source: 'aws',
    query: { errors: 'SELECT SUM(Errors) FROM "Shop"', requests: 'SELECT SUM(Requests) FROM "Shop"' },
    failAbove: 0.1,
    minRequests: 1,
    windowMs: 60 * MINUTE,
    intervalMs: MINUTE,
    maxAgeMs: 9 * MINUTE,
  };
  const tools = { ...noTools, awsIdentity: async () => async () => ({ accessKeyId: 'test', secretAccessKey: 'test' }) };
  const source = { cloudwatch: 'us-east-1', allow: [] };
  const order = { name: 'g', gate, source, target: targetNamed('t') };
  const { judgement } = await measureWindow(order, { clock, http, secrets: noSecrets }, tools, never);
  const to = NOW - 5 * MINUTE;
  expect(judgement).toMatchObject({
    verdict: 'pass',
    value: 0.01,
    samples: 1_200,
    window: { from: to - 60 * MINUTE, to },
  });
  expect(asked[0]).toContain('"Period":300');
});
