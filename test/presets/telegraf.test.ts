import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasInflux, type Influx, startInflux } from '../analysis/influxd.ts';
import { judgePreset, verdictsOf } from './watched.ts';

/** What Telegraf writes every ten seconds of one series, in its names of measurements and fields (docs of the inputs). */
const written = (series: string, fieldsAt: (tick: number) => Readonly<Record<string, number>>): readonly string[] =>
  Array.from({ length: 6 }, (_, tick) => {
    const fields = Object.entries(fieldsAt(tick)).map(([name, value]) => `${name}=${value}`);
    return `${series} ${fields.join(',')} ${Date.now() - (5 - tick) * 9_000}`;
  });

describe.skipIf(!hasInflux())('presets in a real InfluxDB 1.x, as Telegraf fills it', () => {
  const influxes: Influx[] = [];
  afterAll(async () => {
    for (const influx of influxes) await influx.stop();
  });
  const holding = async (lines: readonly string[]) => {
    const influx = await startInflux(lines);
    influxes.push(influx);
    return { influxdb1: `${influx.url}?db=tide`, allow: ['127.0.0.0/8'] };
  };
  let well: Awaited<ReturnType<typeof holding>>;
  let sick: Awaited<ReturnType<typeof holding>>;
  beforeAll(async () => {
    const here = 'cluster=here';
    const there = 'cluster=there';
    well = await holding([
      ...written(`nginx,${here},port=80,server=a`, (tick) => ({ accepts: 100 * tick, handled: 100 * tick, active: 3 })),
      ...written(`nginx,${there},port=80,server=b`, (tick) => ({
        accepts: 100 * tick,
        handled: 50 * tick,
        active: 3_000,
      })),
      ...written(`redis,${here},port=6379`, () => ({ rejected_connections: 7, clients: 20, evicted_keys: 3 })),
      ...written(`zookeeper,${here},port=2181`, () => ({ avg_latency: 2, outstanding_requests: 0 })),
      ...written(`http_requests_total,${here},code=200`, (tick) => ({ counter: 1_000 * tick })),
      ...written(`http_request_duration_seconds,${here}`, (tick) => ({ count: 1_000 * tick, '0.5': 999 * tick })),
    ]);
    sick = await holding([
      ...written(`nginx,${here},port=80,server=a`, (tick) => ({ accepts: 100 * tick, handled: 99 * tick, active: 3 })),
      // It began anew in the middle, which is no error of its own.
      ...written(`redis,${here},port=6379`, (tick) => ({
        rejected_connections: tick > 3 ? tick : 50,
        clients: 9_900,
        evicted_keys: 0,
      })),
      ...written(`zookeeper,${here},port=2181`, () => ({ avg_latency: 2, outstanding_requests: 300 })),
      ...written(`http_requests_total,${here},code=200`, (tick) => ({ counter: 1_000 * tick })),
      ...written(`http_requests_total,${here},code=503`, (tick) => ({ counter: 10 * tick })),
      ...written(`http_request_duration_seconds,${here}`, (tick) => ({ count: 1_000 * tick, '0.5': 900 * tick })),
    ]);
  });

  it('pass while all is well', async () => {
    expect(verdictsOf(await judgePreset('nginx', 'influxql', well))).toEqual({ dropped: 'pass', connections: 'pass' });
    expect(verdictsOf(await judgePreset('redis', 'influxql', well))).toEqual({
      rejected: 'pass',
      clients: 'pass',
      evictions: 'pass',
    });
    expect(verdictsOf(await judgePreset('zookeeper', 'influxql', well))).toEqual({
      latency: 'pass',
      outstanding: 'pass',
    });
    const http = await judgePreset('http', 'influxql', well);
    expect(verdictsOf(http)).toEqual({ errors: 'pass', latency: 'pass' });
    expect(http.errors?.because).toContain('0 errors of 5000 requests');
    expect(http.latency?.because).toContain('5 errors of 5000 requests');
  });

  it('fail where it is not', async () => {
    const nginx = await judgePreset('nginx', 'influxql', sick);
    expect(verdictsOf(nginx)).toEqual({ dropped: 'fail', connections: 'pass' });
    expect(nginx.dropped?.because).toContain('5 errors of 500 requests, share of errors 0.01');
    expect(verdictsOf(await judgePreset('redis', 'influxql', sick))).toMatchObject({
      rejected: 'fail',
      clients: 'fail',
    });
    expect(verdictsOf(await judgePreset('zookeeper', 'influxql', sick))).toEqual({
      latency: 'pass',
      outstanding: 'fail',
    });
    expect(verdictsOf(await judgePreset('http', 'influxql', sick))).toEqual({ errors: 'fail', latency: 'fail' });
  });

  it('are not known where Telegraf writes nothing', async () => {
    const verdicts = Object.values(verdictsOf(await judgePreset('etcd', 'influxql', well)));
    expect(new Set(verdicts)).toEqual(new Set(['inconclusive']));
  });
});
