import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { measureAlerts } from '../../shared/analysis/alerts/measure-alerts.ts';
import { measureMetric } from '../../shared/analysis/measure-metric.ts';
import { cloudwatchQueries } from '../../shared/analysis/stores/cloudwatch-query.ts';
import type { StoreTools } from '../../shared/analysis/stores/store-tools.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import type { MetricGate } from '../../shared/rollout/gate.ts';
import { describeWithMoto, type Moto, startMoto } from '../outside/moto.ts';
import { never, noSecrets, noTools, targetNamed } from './asking.ts';

const tools: StoreTools = {
  ...noTools,
  awsIdentity: async () => async () => ({ accessKeyId: 'test', secretAccessKey: 'test' }),
};

describe('a query of CloudWatch', () => {
  const stat = (more: object = {}) => ({
    Metric: { Namespace: 'Shop', MetricName: 'Errors', Dimensions: [{ Name: 'Cluster', Value: 'a' }] },
    Stat: 'Sum',
    Period: 300,
    ...more,
  });
  test.each<readonly [string, string, object[]]>([
    [
      'an expression',
      ' SELECT SUM(Errors) FROM "Shop" ',
      [{ Id: 'q1', Expression: 'SELECT SUM(Errors) FROM "Shop"', Period: 300, ReturnData: true }],
    ],
    [
      'one metric',
      '{"Namespace": "Shop", "MetricName": "Errors", "Dimensions": {"Cluster": "a"}, "Stat": "Sum"}',
      [{ Id: 'q1', ReturnData: true, MetricStat: stat() }],
    ],
    [
      'a list, whose ids are put behind its own',
      JSON.stringify([
        { Id: 'e', MetricStat: stat({ Period: undefined }), ReturnData: false },
        { Id: 'r', Expression: "SEARCH('{Shop} e', 'Sum')", ReturnData: false },
        { Id: 'q', Expression: 'e / MAX(r)' },
      ]),
      [
        { Id: 'q1_e', ReturnData: false, MetricStat: stat() },
        { Id: 'q1_r', ReturnData: false, Expression: "SEARCH('{Shop} e', 'Sum')", Period: 300 },
        { Id: 'q1', ReturnData: true, Expression: 'q1_e / MAX(q1_r)', Period: 300 },
      ],
    ],
  ])('is %s', (_, query, queries) => expect(cloudwatchQueries(query, 'q1', 300)).toEqual(queries));

  test.each([
    ['', 'the query is empty'],
    ['{"Namespace": ', 'begins as JSON and is none'],
    ['{"Namespace": "Shop"}', 'MetricName'],
    ['[]', 'the query: '],
    ['[{"Id": "a", "Expression": "1"}, {"Id": "b", "Expression": "2"}]', '2 of the queries return data'],
    ['[{"Id": "A", "Expression": "1"}]', '0.Id'],
  ])('is not %s', (query, because) => expect(() => cloudwatchQueries(query, 'q1', 300)).toThrow(because));
});

describeWithMoto('CloudWatch as moto answers the real client', () => {
  let moto: Moto;
  /** A period of five minutes that ended more than three minutes ago. */
  const now = Math.floor(Date.now() / 300_000) * 300_000 + 200_000;
  const at = new Date(now - 200_000 - 150_000);
  beforeAll(async () => {
    moto = await startMoto();
    const client = new CloudWatchClient(moto.client);
    const datum = (MetricName: string, Value: number, cluster: string, Timestamp = at) => ({
      MetricName,
      Value,
      Timestamp,
      Unit: 'Count' as const,
      Dimensions: [{ Name: 'Cluster', Value: cluster }],
    });
    const MetricData = [
      datum('Errors', 3, 'bad'),
      datum('Requests', 400, 'bad'),
      datum('Requests', 600, 'bad', new Date(at.getTime() + 60_000)),
      datum('Requests', 5_000, 'good'),
      datum('Requests', 5_000, 'quiet', new Date(at.getTime() - 3_600_000)),
    ];
    await client.send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData }));
    for (const [AlarmName, StateValue] of [
      ['bad-errors', 'ALARM'],
      ['good-errors', 'OK'],
      ['quiet-errors', 'INSUFFICIENT_DATA'],
    ] as const) {
      const alarm = {
        Namespace: 'Shop',
        MetricName: 'Errors',
        Statistic: 'Sum' as const,
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
      };
      const Dimensions = [{ Name: 'Cluster', Value: AlarmName.replace('-errors', '') }];
      await client.send(
        new PutMetricAlarmCommand({ AlarmName, ComparisonOperator: 'GreaterThanThreshold', ...alarm, Dimensions }),
      );
      await client.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: `it is ${StateValue}` }));
    }
  });
  afterAll(() => moto?.stop());

  const source = () => ({ cloudwatch: 'us-east-1', endpoint: moto.client.endpoint, allow: ['127.0.0.1/32'] });
  const outside = { clock: { ...processClock, now: () => now }, http: socketHttp(), secrets: noSecrets };
  const metric = (MetricName: string, cluster: string) =>
    JSON.stringify({ Namespace: 'Shop', MetricName, Dimensions: { Cluster: cluster }, Stat: 'Sum' });
  const measure = (query: MetricGate['query'], more: Partial<MetricGate> = {}) => {
    const base = {
      kind: 'metric',
      source: 'aws',
      failAbove: 0.001,
      minRequests: 100,
      intervalMs: 1_000,
      maxAgeMs: 600_000,
    } as const;
    const order = { name: 'errors', gate: { ...base, query, ...more }, source: source(), target: targetNamed('t') };
    return measureMetric(order, outside, tools, never);
  };
  const counts = (cluster: string) => ({ errors: metric('Errors', cluster), requests: metric('Requests', cluster) });

  it('divides two counts of one closed period', async () => {
    const judgement = await measure(counts('bad'));
    expect(judgement).toMatchObject({
      verdict: 'fail',
      value: 0.003,
      samples: 1_000,
      source: 'aws (cloudwatch us-east-1)',
    });
    expect(judgement.window).toEqual({ from: now - 500_000, to: now - 200_000 });
  });

  it('does not take a metric without points for no errors, but where the gate says so', async () => {
    expect(await measure(counts('good'))).toMatchObject({ verdict: 'inconclusive' });
    const told = await measure(counts('good'), { errorsMayBeAbsent: true });
    expect(told).toMatchObject({
      verdict: 'pass',
      because: expect.stringContaining('which counts as 0 as the gate says'),
    });
    expect(await measure(counts('none'), { errorsMayBeAbsent: true })).toMatchObject({ verdict: 'inconclusive' });
  });

  it('has no value where the period has no points', async () => {
    expect(await measure({ value: metric('Requests', 'quiet') })).toMatchObject({
      verdict: 'inconclusive',
      because: expect.stringContaining('no series'),
    });
  });

  test.each<readonly [string, Readonly<Record<string, string>>, string, RegExp]>([
    ['that fires', { AlarmName: 'bad-errors' }, 'fail', /1 alert fires: alarm bad-errors \(it is ALARM\)/],
    ['that does not', { Cluster: 'good' }, 'pass', /no alert of 1 that could fire/],
    ['without data', { AlarmNamePrefix: 'quiet' }, 'inconclusive', /INSUFFICIENT_DATA/],
    ['that is not there', { Cluster: 'none' }, 'inconclusive', /nothing that could fire/],
  ])('knows an alarm %s', async (_, labels, verdict, because) => {
    const gate = { kind: 'alerts', source: 'aws', labels, intervalMs: 1_000, maxAgeMs: 60_000 } as const;
    const order = { name: 'alarms', gate, source: source(), target: targetNamed('t') };
    expect(await measureAlerts(order, outside, tools, never)).toMatchObject({
      verdict,
      because: expect.stringMatching(because),
    });
  });
});
