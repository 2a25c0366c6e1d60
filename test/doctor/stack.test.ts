import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  DisableRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { assessRules, type WantedRule } from '../../shared/doctor/assess-rules.ts';
import { assessStream } from '../../shared/doctor/assess-stream.ts';
import { readRules } from '../../shared/doctor/eventbridge.ts';
import { readStreams } from '../../shared/doctor/lambda-streams.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import { settings } from '../console/story-console.ts';
import { describeWithMoto, type Moto, startMoto } from '../outside/moto.ts';

const functions = 'arn:aws:lambda:us-east-1:123456789012:function:tidegate-prod-';
const wanted: readonly WantedRule[] = [
  { function: 'sweepTurns', isSchedule: true },
  { function: 'receiveArtifact', bus: 'tidegate-prod', isSchedule: false },
];

describeWithMoto('of what calls the functions of the stack', () => {
  let moto: Moto;
  let client: EventBridgeClient;
  beforeAll(async () => {
    moto = await startMoto();
    client = new EventBridgeClient(moto.client);
  });
  afterAll(() => moto.stop());

  const { signal } = new AbortController();
  const outside = () => {
    const { port } = new URL(moto.client.endpoint);
    const http = socketHttp({ resolve: () => ({ address: '127.0.0.1', port: Number(port), plain: true }) });
    return {
      http,
      identity: async () => moto.client.credentials,
      settings: { ...settings(), region: moto.client.region },
    };
  };
  /** By its wire: nothing else of ours asks IAM for anything. */
  const makeRole = (name: string) =>
    socketHttp()(moto.client.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization:
          'AWS4-HMAC-SHA256 Credential=test/20261129/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0',
      },
      body: `Action=CreateRole&Version=2010-05-08&RoleName=${name}&AssumeRolePolicyDocument={}`,
      allow: ['127.0.0.1/32'],
    });
  const read = () => readRules(wanted, { functions }, outside(), signal);
  const put = async (Name: string, what: object, called: string, on: object = {}): Promise<void> => {
    await client.send(new PutRuleCommand({ Name, ...what, ...on }));
    await client.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: '1', Arn: functions + called }], ...on }));
  };

  it('rules that are missing, switched off and there are told apart', async () => {
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

  it('a stream that is missing, calls another function, is switched off and is there is told apart', async () => {
    const lambda = new LambdaClient(moto.client);
    const assess = async () => assessStream(await readStreams(`${functions}sendNotices`, outside(), signal));
    const missing = expect.stringMatching(/^no stream calls sendNotices: people are told up to a minute late/);
    const Role = 'arn:aws:iam::123456789012:role/functions';
    await makeRole('functions');
    for (const name of ['sendNotices', 'sweepTurns']) {
      const FunctionName = `tidegate-prod-${name}`;
      const Code = { ZipFile: Buffer.from('nothing runs') };
      await lambda.send(
        new CreateFunctionCommand({ FunctionName, Role, Code, Runtime: 'nodejs22.x', Handler: 'x.handler' }),
      );
    }
    const table = await new DynamoDBClient(moto.client).send(
      new CreateTableCommand({
        ...{ TableName: 'ledger', BillingMode: 'PAY_PER_REQUEST' },
        KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
      }),
    );
    const EventSourceArn = table.TableDescription?.LatestStreamArn;
    const map = (FunctionName: string) =>
      lambda.send(new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn, StartingPosition: 'LATEST' }));
    expect(await assess()).toMatchObject({ status: 'warning', found: missing });
    await map('tidegate-prod-sweepTurns');
    expect(await assess()).toMatchObject({ status: 'warning', found: missing });
    const { UUID } = await map('tidegate-prod-sendNotices');
    expect(await assess()).toEqual({ status: 'ok', found: 'sendNotices is called with what people are told' });
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    expect(await assess()).toMatchObject({
      status: 'warning',
      found: expect.stringContaining('switched off (Disabled)'),
    });
  });
});
