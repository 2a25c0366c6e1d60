import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { assessQuery } from '../../shared/analysis/assess-query.ts';
import { alertRules } from '../../shared/fleet/presets/alert-rules.ts';
import { presetQueries } from '../../shared/fleet/presets/preset-queries.ts';
import { presetNames, presets } from '../../shared/fleet/presets/presets.ts';
import { describeWith, temporaryFolder } from '../analysis/program.ts';
import { parse, problemsOf, soundConfig } from '../fleet-config/configs.ts';

const gates = presetNames.flatMap((name) =>
  Object.entries(presets[name].gates).map(([gate, spec]) => [name, gate, spec] as const),
);
const scope = { labels: { cluster: '{target}', tier: 'a"b' }, window: '5m', bucket: 'telegraf' };

describe('every gate of every preset', () => {
  test.each(gates)('%s-%s can be asked in each of its languages, and has a limit there', (_, __, spec) => {
    for (const [language, kind] of [
      ['promql', 'prometheus'],
      ['influxql', 'influxdb1'],
      ['flux', 'influxdb2'],
    ] as const) {
      const found = presetQueries(spec, language, scope);
      if (language === 'promql') expect(found).toBeDefined();
      if (found === undefined) continue;
      const texts = Object.values(found.metric);
      for (const text of texts) {
        expect(assessQuery(kind, text)).toEqual({ windowMs: expect.any(Number) });
        expect(text).not.toMatch(/\$(where|window)/);
        expect(text).toContain('{target}');
      }
      const { failAbove, failBelow } = found.limits;
      expect([failAbove, failBelow].filter((limit) => limit !== undefined)).toHaveLength(1);
      if ('errors' in found.metric) expect(found.limits.minRequests).toBeGreaterThan(0);
    }
  });

  it('is marked where it shows trouble early', () => {
    const leading = gates.filter(([, , spec]) => spec.leading === true).map(([name, gate]) => `${name}-${gate}`);
    expect(leading).toEqual([
      'kubernetes-memory',
      'kubernetes-throttling',
      'http-descriptors',
      'nginx-connections',
      'redis-memory',
      'redis-clients',
      'redis-evictions',
      'etcd-fsync',
      'etcd-pending',
      'etcd-space',
      'zookeeper-outstanding',
      'zookeeper-descriptors',
      'istio-overflow',
    ]);
  });
});

describeWith('alerting rules', ['promtool'], () => {
  test.each(presetNames)('of %s are what promtool takes', (name) => {
    const { gates: all } = presets[name];
    const folder = temporaryFolder('rules');
    const file = join(folder.path, `${name}.yml`);
    writeFileSync(file, alertRules(name, presets[name], { labels: { cluster: 'a"b' }, window: '10m' }));
    const checked = spawnSync('promtool', ['check', 'rules', file]);
    folder.remove();
    expect(checked.stderr.toString()).toBe('');
    expect(checked.stdout.toString()).toContain(`SUCCESS: ${Object.keys(all).length} rules found`);
  });
});

describe('presets in a config', () => {
  const withPresets = (items: unknown, more: object = {}): string =>
    JSON.stringify({ ...soundConfig, presets: items, ...more });
  const redis = { preset: 'redis', source: 'prod', labels: { cluster: '{target}' }, window: '2m' };
  const waves = [{ ...soundConfig.waves[0], gates: ['api-up', 'redis'] }, soundConfig.waves[1]];

  it('become gates of their names, for which the name of the preset stands in a wave', async () => {
    const parsed = await parse('tidegate.json', withPresets([redis], { waves }));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const names = ['redis-up', 'redis-rejected', 'redis-memory', 'redis-clients', 'redis-evictions'];
    expect(Object.keys(parsed.config.gates)).toEqual(['api-up', 'errors', ...names]);
    expect(parsed.config.frozen[0]?.gates).toEqual(['api-up', ...names]);
    expect(parsed.config.gates['redis-rejected']).toMatchObject({
      metric: { source: 'prod', query: 'sum(increase(redis_rejected_connections_total{cluster="{target}"}[2m]))' },
      failAbove: 0,
    });
  });

  it('take other limits, leave gates out, and are replaced by gates of the same name', async () => {
    const other = { ...redis, gates: { memory: { failAbove: 0.5, interval: '1m' }, evictions: false } };
    const own = { metric: { source: 'prod', query: 'max(redis_connected_clients)' }, failAbove: 5 };
    const parsed = await parse(
      'tidegate.json',
      withPresets([other], { gates: { ...soundConfig.gates, 'redis-clients': own } }),
    );
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const { gates: found } = parsed.config;
    expect(Object.keys(found)).not.toContain('redis-evictions');
    expect(found['redis-memory']).toMatchObject({ failAbove: 0.5, interval: '1m' });
    expect(found['redis-clients']).toMatchObject(own);
  });

  it('are asked of InfluxDB in its languages, where Telegraf writes what they need', async () => {
    const metrics = { ...soundConfig.metrics, influx: { influxdb1: 'https://i.example.com?db=telegraf' } };
    const parsed = await parse('tidegate.json', withPresets([{ ...redis, source: 'influx' }], { metrics }));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    expect(Object.keys(parsed.config.gates).filter((name) => name.startsWith('redis'))).toEqual([
      'redis-rejected',
      'redis-clients',
      'redis-evictions',
    ]);
    expect(parsed.config.gates['redis-clients']).toMatchObject({
      metric: {
        query: `SELECT max("v") FROM (SELECT last("clients") AS "v" FROM "redis" WHERE "cluster" = '{target}' AND time > now() - 2m GROUP BY *)`,
      },
    });
  });

  test.each<readonly [unknown, object, string]>([
    [[{ ...redis, preset: 'reddis' }], {}, 'SCHEMA_VALUE'],
    [
      [{ ...redis, source: 'prd' }],
      {},
      'UNKNOWN_METRICS tidegate.json:1:1 /presets/0/source: there is no metric store "prd"; expected a name of metrics; did you mean prod?',
    ],
    [[{ ...redis, gates: { memori: false } }], {}, 'preset redis has no gate "memori"'],
    [[redis, redis], {}, '"redis" is the name of another preset or of a gate'],
    [[{ ...redis, window: '5m' }], { waves }, 'it looks back 300 s, and wave staging soaks for 2m'],
    [
      [{ ...redis, labels: { cluster: '{targt}' } }],
      {},
      'gate redis-up (metric.query): nothing is known to fill in for {targt}',
    ],
    [
      [redis],
      {
        metrics: { prod: { json: 'https://a.example.com/' } },
        gates: {},
        waves: soundConfig.waves.map((wave) => ({ ...wave, gates: [] })),
      },
      'preset redis has no queries for the store prod',
    ],
  ])('%j are refused', async (items, more, problem) => {
    const said = (await problemsOf('tidegate.json', withPresets(items, more))).map((each) =>
      each.replace(/:\d+:\d+ /, ':1:1 '),
    );
    expect(said.join('\n')).toContain(problem);
  });
});
