import {
  CreateEventBusCommand,
  DisableRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { assessRules, type WantedRule } from '../../shared/doctor/assess-rules.ts';
import { readRules } from '../../shared/doctor/eventbridge.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import { settings } from '../console/story-console.ts';
import { describeWithMoto, type Moto, startMoto } from '../outside/moto.ts';

const functions = 'arn:aws:lambda:us-east-1:123456789012:function:tidegate-prod-';
const wanted: readonly WantedRule[] = [
  { function: 'sweepTurns', isSchedule: true },
  { function: 'receiveArtifact', bus: 'tidegate-prod', isSchedule: false },
];

describeWithMoto('rules of EventBridge', () => {
  let moto: Moto;
  let client: EventBridgeClient;
  beforeAll(async () => {
    moto = await startMoto();
    client = new EventBridgeClient(moto.client);
  });
  afterAll(() => moto.stop());

  const read = () => {
    const { port } = new URL(moto.client.endpoint);
    const http = socketHttp({ resolve: () => ({ address: '127.0.0.1', port: Number(port), plain: true }) });
    const outside = {
      http,
      identity: async () => moto.client.credentials,
      settings: { ...settings(), region: moto.client.region },
    };
    return readRules(wanted, { functions }, outside, new AbortController().signal);
  };
  const put = async (Name: string, what: object, called: string, on: object = {}): Promise<void> => {
    await client.send(new PutRuleCommand({ Name, ...what, ...on }));
    await client.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: '1', Arn: functions + called }], ...on }));
  };

  it('that are missing, switched off and there are told apart', async () => {
    expect(assessRules(wanted, await read())).toMatchObject({
      status: 'failed',
      all: ['no schedule calls sweepTurns', 'no rule on bus tidegate-prod calls receiveArtifact'],
    });

    await put('every-minute', { ScheduleExpression: 'rate(1 minute)' }, 'sweepTurns');
    await client.send(new CreateEventBusCommand({ Name: 'tidegate-prod' }));
    const bus = { EventBusName: 'tidegate-prod' };
    await put('artifacts', { EventPattern: '{"source":["ci"]}' }, 'receiveArtifact', bus);
    expect(assessRules(wanted, await read())).toEqual({
      status: 'ok',
      found: '2 functions are called by their schedules and rules',
    });

    await client.send(new DisableRuleCommand({ Name: 'every-minute' }));
    expect(assessRules(wanted, await read())).toMatchObject({
      status: 'failed',
      found: 'every-minute, which calls sweepTurns, is switched off',
    });
  });
});
