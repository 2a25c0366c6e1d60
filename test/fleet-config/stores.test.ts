import { describe, expect, it, test } from 'vitest';
import { toGates } from '../../shared/fleet/gates.ts';
import { toMetricSources } from '../../shared/fleet/metric-sources.ts';
import { gateSchema } from '../../shared/fleet/schema-gates.ts';
import { metricsSchema } from '../../shared/fleet/schema-metrics.ts';
import { problemsOf, soundConfig } from './configs.ts';

describe('a metric store of the config', () => {
  const key = { tokenSecret: 'key' };
  test.each<readonly [object, object]>([
    [{ prometheus: 'https://p.example.com/base' }, { prometheus: 'https://p.example.com/base', allow: [] }],
    [
      { prometheus: 'https://m.example.com', tenant: 'shop', username: 'u', ...key, allow: ['10.0.0.0/8'] },
      { prometheus: 'https://m.example.com', tenant: 'shop', username: 'u', ...key, allow: ['10.0.0.0/8'] },
    ],
    [
      { prometheus: 'https://g.example.com', identity: 'google' },
      { prometheus: 'https://g.example.com', identity: 'google', allow: [] },
    ],
    [
      { influxdb1: 'https://i.example.com?db=tide&rp=week', ...key },
      { influxdb1: 'https://i.example.com?db=tide&rp=week', ...key, allow: [] },
    ],
    [{ influxdb2: 'https://i.example.com?org=acme' }, { influxdb2: 'https://i.example.com?org=acme', allow: [] }],
    [{ influxdb3: 'https://i.example.com?db=tide' }, { influxdb3: 'https://i.example.com?db=tide', allow: [] }],
    [
      { cloudwatch: 'eu-central-1', role: 'arn:aws:iam::1:role/r', externalId: 'x' },
      { cloudwatch: 'eu-central-1', role: 'arn:aws:iam::1:role/r', externalId: 'x', allow: [] },
    ],
    [
      { datadog: 'datadoghq.eu', apiKeySecret: 'a', appKeySecret: 'b' },
      { datadog: 'datadoghq.eu', tokenSecret: 'a', appKeySecret: 'b', allow: [] },
    ],
    [{ json: 'https://{target}.example.com/status' }, { json: 'https://{target}.example.com/status', allow: [] }],
    [
      { scrape: 'https://{target}.example.com/metrics', tls: { caSecret: 'ca', certSecret: 'c', keySecret: 'k' } },
      {
        scrape: 'https://{target}.example.com/metrics',
        tls: { caSecret: 'ca', certSecret: 'c', keySecret: 'k' },
        allow: [],
      },
    ],
    [
      { pods: { app: 'api' }, port: 9090 },
      { pods: { labels: { app: 'api' }, port: 9090, path: '/metrics' }, join: 'sum', allow: [] },
    ],
    [
      { pods: { app: 'api' }, namespace: 'shop', port: 9090, path: '/m', join: 'worst' },
      { pods: { labels: { app: 'api' }, namespace: 'shop', port: 9090, path: '/m' }, join: 'worst', allow: [] },
    ],
    [{ alertmanager: 'https://a.example.com' }, { alertmanager: 'https://a.example.com', allow: [] }],
  ])('%j is in the words of the rollout', (entry, source) => {
    expect(toMetricSources({ store: metricsSchema.parse(entry) })).toEqual({ store: source });
  });

  test.each<readonly [object, string]>([
    [{ influxdb1: 'https://i.example.com?u=me&p=secret' }, 'URL /metrics/prod/influxdb1'],
    [{ influxdb2: 'https://me:secret@i.example.com' }, 'URL /metrics/prod/influxdb2'],
    [{ json: 'https://a.example.com/?api_key=secret' }, 'URL /metrics/prod/json'],
    [{ scrape: 'file:///etc/passwd' }, 'URL /metrics/prod/scrape'],
    [
      { scrape: 'https://a.example.com', tls: { certSecret: 'c' } },
      'SCHEMA_CHOICE /metrics/prod/tls: a certificate and its key are not both given',
    ],
    [{ cloudwatch: 'europe' }, 'SCHEMA_VALUE /metrics/prod/cloudwatch'],
    [
      { datadog: 'https://evil.example.com', apiKeySecret: 'a', appKeySecret: 'b' },
      'SCHEMA_VALUE /metrics/prod/datadog',
    ],
    [{ datadog: 'datadoghq.eu', apiKeySecret: 'a' }, 'MISSING_FIELD /metrics/prod/appKeySecret'],
    [{ pods: { app: 'api' } }, 'MISSING_FIELD /metrics/prod/port'],
    [{ pods: { app: 'api' }, port: 9090, path: '/../secrets?x' }, 'SCHEMA_VALUE /metrics/prod/path'],
    [{ prometheus: 'https://p.example.com', identity: 'aws' }, 'SCHEMA_VALUE /metrics/prod/identity'],
    [{ graphite: 'https://g.example.com' }, 'SCHEMA_CHOICE /metrics/prod: none of prometheus, influxdb1'],
    [
      { prometheus: 'https://p.example.com', json: 'https://j.example.com' },
      'SCHEMA_CHOICE /metrics/prod: prometheus and json are both written',
    ],
  ])('%j is refused, and no secret is shown', async (entry, problem) => {
    const said = (await problemsOf('tidegate.json', JSON.stringify({ ...soundConfig, metrics: { prod: entry } }))).map(
      (each) => each.replace(/ \S+:\d+:\d+ /, ' '),
    );
    expect(said.join('\n')).toContain(problem);
    expect(said.join('\n')).not.toMatch(/secret@|p=secret|=secret/);
  });
});

describe('a gate of the config', () => {
  const stores = {
    aws: metricsSchema.parse({ cloudwatch: 'us-east-1' }),
    api: metricsSchema.parse({ scrape: 'https://a.example.com/' }),
  };
  const gateOf = (entry: object) => toGates({ gate: gateSchema.parse(entry) }, [], stores).gate;

  it('is as old as its store can be asked for, unless it says so', () => {
    const aws = { metric: { source: 'aws', query: 'q', window: '10m' }, failAbove: 1 };
    expect(gateOf(aws)).toMatchObject({ windowMs: 600_000, maxAgeMs: 840_000 });
    expect(gateOf({ ...aws, maxAge: '20m' })).toMatchObject({ maxAgeMs: 1_200_000 });
    expect(gateOf({ metric: { source: 'api', query: 'q' }, failAbove: 1 })).toMatchObject({ maxAgeMs: 120_000 });
  });

  it('of alerts is in the words of the rollout', () => {
    expect(
      gateOf({
        alerts: { source: 'am', labels: { severity: 'page' }, heartbeat: { alertname: 'Heart' } },
        interval: '5s',
      }),
    ).toEqual({
      kind: 'alerts',
      source: 'am',
      labels: { severity: 'page' },
      heartbeat: { alertname: 'Heart' },
      intervalMs: 5_000,
      maxAgeMs: 120_000,
    });
  });
});

/** A gate and the store it asks, and what is said of them. */
const mistakes: readonly (readonly [string, object, object, string])[] = [
  [
    'a store that is not there',
    { metric: { source: 'prd', query: 'up' }, failBelow: 1 },
    {},
    'UNKNOWN_METRICS /gates/g/metric/source: there is no metric store "prd"; expected a name of metrics; did you mean prod?',
  ],
  ['no threshold', { metric: { source: 'prod', query: 'up' } }, {}, 'GATE_INVALID /gates/g: the gate has no threshold'],
  [
    'a comparison the wrong way round',
    { metric: { source: 'prod', query: 'up' }, failAbove: 1, failBelow: 2 },
    {},
    'GATE_INVALID /gates/g: failBelow is not less than failAbove',
  ],
  [
    'PromQL that is none',
    { metric: { source: 'prod', query: 'sum(up' }, failBelow: 1 },
    {},
    'GATE_INVALID /gates/g/metric/query: the query is no PromQL: at 7 it ends; expected a PromQL expression',
  ],
  [
    'PromQL that is none, of two',
    { metric: { source: 'prod', errors: 'up', requests: 'up{' }, failAbove: 1 },
    {},
    'GATE_INVALID /gates/g/metric/requests: the query is no PromQL',
  ],
  [
    'a query of nothing',
    { metric: { source: 'prod', query: 'vector(0)' }, failAbove: 1 },
    {},
    'GATE_INVALID /gates/g/metric/query: the query names no metric',
  ],
  [
    'a window longer than the soak',
    { metric: { source: 'prod', query: 'rate(x[10m])' }, failAbove: 1 },
    {},
    'GATE_INVALID /gates/g/metric/query: it looks back 600 s, and wave staging soaks for 2m; expected a time within the soak of each wave; at the end of the soak it would still speak of the time before the release',
  ],
  [
    'such a window of CloudWatch, which is late',
    { metric: { source: 'prod', query: 'SELECT SUM(x) FROM y', window: '1m' }, failAbove: 1 },
    { cloudwatch: 'us-east-1' },
    'GATE_INVALID /gates/g/metric/window: it looks back 60 s, as of 180 s ago, and wave staging soaks for 2m',
  ],
  [
    'a window beside PromQL',
    { metric: { source: 'prod', query: 'up', window: '1m' }, failBelow: 1 },
    {},
    'GATE_INVALID /gates/g/metric/window: a query of prometheus says itself how far it looks back',
  ],
  [
    'a time of a store that has one',
    { metric: { source: 'prod', query: 'up', time: '/at' }, failBelow: 1 },
    {},
    'GATE_INVALID /gates/g/metric/time: a store of prometheus tells the age',
  ],
  [
    'a path that is no pointer',
    { metric: { source: 'prod', query: 'errors' }, failBelow: 1 },
    { json: 'https://a.example.com/' },
    'GATE_INVALID /gates/g/metric/query: the query is no place in a document',
  ],
  [
    'readings too far apart',
    { metric: { source: 'prod', query: 'rate(x)', window: '61s' }, failBelow: 1 },
    { scrape: 'https://a.example.com/' },
    'GATE_INVALID /gates/g/metric/window: two readings would be 61s apart',
  ],
  [
    'the worst of two counts',
    { metric: { source: 'prod', errors: 'e', requests: 'r' }, failAbove: 0.1 },
    { pods: { app: 'a' }, port: 1, join: 'worst' },
    'GATE_INVALID /gates/g/metric/source: the worst of several pods is of one value',
  ],
  [
    'metrics of an Alertmanager',
    { metric: { source: 'prod', query: 'up' }, failBelow: 1 },
    { alertmanager: 'https://a.example.com' },
    'GATE_INVALID /gates/g/metric/source: the store prod has alerts and no metrics',
  ],
  [
    'alerts of a store without any',
    { alerts: { source: 'prod', labels: {} } },
    { json: 'https://a.example.com/' },
    'GATE_INVALID /gates/g/alerts/source: the store prod is of json, which has no alerts; expected a store of prometheus, alertmanager, influxdb2, cloudwatch',
  ],
  [
    'a heartbeat of Prometheus',
    { alerts: { source: 'prod', labels: {}, heartbeat: { a: 'b' } } },
    {},
    'GATE_INVALID /gates/g/alerts/heartbeat',
  ],
  [
    'a count that no wave waits for',
    { metric: { source: 'prod', query: 'up' }, failBelow: 1, interval: '30s', count: 1_000 },
    {},
    'GATE_INVALID /gates/g/count: 1000 measurements every 30s take longer than wave',
  ],
  [
    'a baseline of a store that knows only now',
    { metric: { source: 'prod', query: '/a' }, failBelow: 1, baseline: 'before' },
    { json: 'https://a.example.com/' },
    'GATE_INVALID /gates/g/baseline: a baseline is asked for another time than now, and prod is of json',
  ],
  ['alerts without labels', { alerts: { source: 'prod' } }, {}, 'MISSING_FIELD /gates/g/alerts/labels'],
  ['a test of alerts', { alerts: { source: 'prod', labels: {} }, failAbove: 1 }, {}, '/gates/g/failAbove'],
  [
    'counts over several windows that name none',
    { budget: { objective: 0.999, source: 'prod', errors: 'sum(increase(e[{window}]))', requests: 'sum(r)' } },
    {},
    'GATE_INVALID /gates/g/budget/requests: the query is asked over several windows and names none; expected {window} where its window goes',
  ],
  [
    'counts over hours of a store that keeps none',
    { metric: { source: 'prod', errors: 'e', requests: 'r' }, failAbove: 0.1, test: 'burn' },
    { scrape: 'https://a.example.com/' },
    'GATE_INVALID /gates/g/metric/source: a store of scrape keeps no counts for hours and days',
  ],
  [
    'a window in the query of a store that is asked for a time',
    { budget: { objective: 0.999, source: 'prod', errors: 'e over {window}', requests: 'r' } },
    { cloudwatch: 'us-east-1' },
    'GATE_INVALID /gates/g/budget/errors: a store of cloudwatch is asked for a time beside the query',
  ],
  [
    'a budget of a store that is not there',
    { budget: { objective: 0.999, source: 'prd', errors: 'e[{window}]', requests: 'r[{window}]' } },
    {},
    'UNKNOWN_METRICS /gates/g/budget/source: there is no metric store "prd"; expected a name of metrics; did you mean prod?',
  ],
  [
    'a budget by a query that is none',
    {
      budget: {
        objective: 0.999,
        source: 'prod',
        errors: 'sum(increase(e[{window}])',
        requests: 'sum(increase(r[{window}]))',
      },
    },
    {},
    'GATE_INVALID /gates/g/budget/errors: the query is no PromQL',
  ],
  [
    'a budget of probes that are none',
    { budget: { objective: 0.999, probe: 'h' } },
    {},
    'UNKNOWN_GATE /gates/g/budget/probe: there is no gate "h"',
  ],
  [
    'a burn rate whose shortest window is longer than the soak',
    {
      metric: { source: 'prod', errors: 'sum(increase(e[{window}]))', requests: 'sum(increase(r[{window}]))' },
      failAbove: 0.1,
      test: 'burn',
    },
    {},
    'GATE_INVALID /gates/g/metric/errors: it looks back 300 s, and wave staging soaks for 2m',
  ],
  [
    'a window of a gate that has one only',
    { metric: { source: 'prod', query: 'up{cluster="{window}"}' }, failAbove: 1 },
    {},
    'PLACEHOLDER /gates/g/metric/query: nothing is known to fill in for {window}',
  ],
  [
    'a placeholder of an alert that is not known',
    { alerts: { source: 'prod', labels: { cluster: '{targt}' } } },
    {},
    'PLACEHOLDER /gates/g/alerts/labels/cluster: nothing is known to fill in for {targt}',
  ],
  [
    'a placeholder of an address that a target lacks',
    { metric: { source: 'prod', query: '/a' }, failBelow: 1 },
    { json: 'https://{label.zone}.example.com/' },
    'PLACEHOLDER /gates/g/metric/source: {label.zone} has no value for target aws-staging',
  ],
];

describe('check finds', () => {
  test.each(mistakes)('%s', async (_, gate, store, problem) => {
    const config = {
      ...soundConfig,
      gates: { g: gate },
      metrics: { prod: Object.keys(store).length === 0 ? { prometheus: 'https://p.example.com' } : store },
      waves: [
        { ...soundConfig.waves[0], gates: ['g'] },
        { ...soundConfig.waves[1], gates: [] },
      ],
    };
    const said = (await problemsOf('tidegate.json', JSON.stringify(config))).map((each) =>
      each.replace(/ \S+:\d+:\d+ /, ' '),
    );
    expect(said.join('\n')).toContain(problem);
    expect(said.length).toBe(1);
  });
});

test('check finds a budget of scheduled probes for longer than they are kept, or for part of a day', async () => {
  for (const window of ['36h', '31d']) {
    const gates = { ...soundConfig.gates, slo: { budget: { objective: 0.999, probe: 'api-up', window } } };
    expect(await problemsOf('tidegate.json', JSON.stringify({ ...soundConfig, gates }))).toEqual([
      expect.stringMatching(
        /GATE_INVALID .*\/gates\/slo\/budget\/window: scheduled probes are counted by day and kept for 30 days, and \d+[hd] is asked for; expected 1d to 30d$/,
      ),
    ]);
  }
});
