import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Served, serve } from '../../local/engine/alone/serve.ts';
import { seededRandom } from '../../shared/outside/random.ts';
import { post } from './wire.ts';
import { ROLE, workbench } from './workbench.ts';

const bench = workbench();
let served: Served;
beforeAll(async () => {
  served = await serve(bench.engine.handle, 0);
});
afterAll(() => served.close());

/** Bytes as they are, on a connection of their own; what came back until it was closed. */
const send = (bytes: Buffer): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
    const parts: Buffer[] = [];
    socket.on('data', (part) => parts.push(Buffer.from(part)));
    socket.on('error', () => resolve(Buffer.concat(parts).toString()));
    socket.on('close', () => resolve(Buffer.concat(parts).toString()));
    socket.end(bytes);
  });

interface Sent {
  readonly method?: string;
  readonly host?: string;
  readonly path?: string;
  readonly target?: string;
  readonly type?: string;
  readonly body?: string | Buffer;
}

const request = ({ method = 'POST', host = '127.0.0.1', path = '/', target, type, body = '{}' }: Sent): Buffer =>
  Buffer.concat([
    Buffer.from(
      `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n` +
        `${target === undefined ? '' : `x-amz-target: ${target}\r\n`}` +
        `content-type: ${type ?? 'application/x-amz-json-1.0'}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`,
    ),
    Buffer.from(body),
  ]);

/** Status, and the name of the error or the body. */
const told = async (bytes: Buffer): Promise<readonly [number, unknown]> => {
  const answer = await send(bytes);
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
  const json = /\{.*\}/s.exec(answer.split('\r\n\r\n').slice(1).join(''))?.[0];
  const body = json === undefined ? undefined : JSON.parse(json);
  return [status, body?.__type?.split('#').at(-1) ?? body];
};

const LIST = 'AWSStepFunctions.ListStateMachines';
const UNKNOWN = [400, 'UnknownOperationException'];
const NOTHING = [200, { stateMachines: [] }];

describe('a request over the wire', () => {
  test.each([
    ['as it should be', { target: LIST }, NOTHING],
    ['without a body', { target: LIST, body: '' }, NOTHING],
    ['of another content type', { target: LIST, type: 'text/plain' }, NOTHING],
    ['of another path', { target: LIST, path: '//evil/..%00?x#y' }, NOTHING],
    ['of another address', { target: LIST, path: 'http://evil.example/' }, NOTHING],
    ['to the host that clients make of ours', { target: LIST, host: 'sync-127.0.0.1:4' }, NOTHING],
    ['to a name of this machine', { target: LIST, host: 'sync-states.localhost' }, NOTHING],
    ['of another method', { target: LIST, method: 'PUT' }, UNKNOWN],
    ['that asks what a page may do', { method: 'OPTIONS', body: '' }, UNKNOWN],
    ['without a target', {}, UNKNOWN],
    ['of another service', { target: 'DynamoDB_20120810.ListTables' }, UNKNOWN],
    ['named as objects have members', { target: 'AWSStepFunctions.constructor' }, UNKNOWN],
    ['that is no JSON', { target: LIST, body: '{' }, [400, 'SerializationException']],
    ['that is an array', { target: LIST, body: '[]' }, [400, 'SerializationException']],
    ['that is nested without end', { target: LIST, body: '['.repeat(600_000) }, [400, 'SerializationException']],
    [
      'that is nested too deep',
      { target: LIST, body: `{"a":${'['.repeat(1000)}${']'.repeat(1000)}}` },
      [400, 'SerializationException'],
    ],
    [
      'that is longer than 1 MB',
      { target: LIST, body: `{"a":"${'x'.repeat(1_200_000)}"}` },
      [400, 'ValidationException'],
    ],
    [
      'of bytes that are no text',
      { target: LIST, body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) },
      NOTHING,
    ],
    ['to a foreign host', { target: LIST, host: 'evil.example' }, [403, undefined]],
    ['to a host that looks like ours', { target: LIST, host: 'localhost.evil.example' }, [403, undefined]],
  ] as const)('%s', async (_, sent, expected) => {
    expect(await told(request(sent))).toEqual(expected);
  });

  test('that never ends is refused before it is read', async () => {
    expect((await told(request({ target: LIST, body: 'x'.repeat(3_000_000) })))[0]).toBe(413);
  });

  test('that is no HTTP is answered and forgotten', async () => {
    expect((await told(Buffer.from('\u0000 nonsense\r\n\r\n')))[0]).toBe(400);
    expect(await told(request({ target: LIST }))).toEqual(NOTHING);
  });
});

test('input that is nested deeper than AWS reads is refused, and that which is not comes through', async () => {
  const machine = { QueryLanguage: 'JSONata', StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
  const own = workbench();
  const stateMachineArn = await own.create('deep', machine);
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const refused = await post(own, 'StartExecution', { stateMachineArn, input: nested(1001) });
  expect([refused.status, String(refused.body.__type).split('#')[1]]).toEqual([400, 'InvalidExecutionInput']);
  const begun = await post(own, 'StartExecution', { stateMachineArn, input: nested(1000) });
  await own.clock.run();
  expect((await own.describe(String(begun.body.executionArn))).output).toBe(nested(1000));
});

const OPERATIONS = [
  ...['CreateStateMachine', 'UpdateStateMachine', 'DescribeStateMachine', 'DeleteStateMachine', 'ListStateMachines'],
  ...['DescribeStateMachineForExecution', 'ValidateStateMachineDefinition', 'PublishStateMachineVersion'],
  ...['ListStateMachineVersions', 'DeleteStateMachineVersion', 'CreateStateMachineAlias', 'UpdateStateMachineAlias'],
  ...['DescribeStateMachineAlias', 'ListStateMachineAliases', 'DeleteStateMachineAlias', 'StartExecution'],
  ...['StartSyncExecution', 'StopExecution', 'DescribeExecution', 'ListExecutions', 'GetExecutionHistory'],
  ...['RedriveExecution', 'SendTaskSuccess', 'SendTaskFailure', 'SendTaskHeartbeat', 'DescribeMapRun', 'ListMapRuns'],
  ...['UpdateMapRun', 'TagResource', 'UntagResource', 'ListTagsForResource', 'TestState'],
];

const MEMBERS = [
  ...['name', 'definition', 'roleArn', 'stateMachineArn', 'executionArn', 'mapRunArn', 'taskToken', 'output', 'error'],
  ...['input', 'cause', 'nextToken', 'maxResults', 'statusFilter', 'routingConfiguration', 'tags', 'tagKeys', 'type'],
  ...['stateMachineAliasArn', 'stateMachineVersionArn', 'resourceArn', 'mock', 'stateConfiguration', 'stateName'],
  ...['loggingConfiguration', 'tracingConfiguration', 'encryptionConfiguration', 'publish', 'reverseOrder', 'context'],
  ...['inspectionLevel', 'toleratedFailurePercentage', 'maxConcurrency', 'revisionId', 'description', 'variables'],
];

const ARN = 'arn:aws:states:us-east-1:111111111111:stateMachine:fuzzed';
const DEFINITION = '{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Wait","Seconds":9,"End":true}}}';
const VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    '',
    ' ',
    '{}',
    '[]',
    '{',
    'x'.repeat(3000),
    '\u0000',
    '\ud800',
    '💥',
    [],
    {},
    [null],
  ],
  ...[ARN, `${ARN}:1`, `${ARN}:live`, `${ARN}/label`, ARN.replace('stateMachine', 'execution').concat(':e')],
  ...[ARN.replace('stateMachine', 'mapRun').concat('/l:r'), ROLE, DEFINITION, DEFINITION.replace('Wait', 'Pass')],
  ...[
    'fuzzed',
    'STANDARD',
    'EXPRESS',
    'SUCCEEDED',
    'DEBUG',
    '__proto__',
    '../..',
    "'; DROP TABLE executions; --",
    99999999,
  ],
  ...[[{ key: 'k', value: 'v' }], [{ stateMachineVersionArn: `${ARN}:1`, weight: 100 }], { result: '{}' }],
  ...[{ errorOutput: { error: 'E' } }, { retrierRetryCount: 1 }, { includeExecutionData: 1, level: 'ALL' }],
];

test.each(['one', 'two', 'three'])(
  'no request of any shape makes the engine fail: seed %s',
  async (seed) => {
    const random = seededRandom(seed);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random.fraction() * from.length)] as T;
    const own = workbench({ seed });
    await own.create('fuzzed', DEFINITION);
    const bad: unknown[] = [];
    let accepted = 0;
    for (let round = 0; round < 1500; round++) {
      const operation = pick(OPERATIONS);
      // Half of the members are what the operation asks for, so that requests come past the first check.
      const likely = operation.includes('Execution') || operation.includes('Machine') ? { stateMachineArn: ARN } : {};
      const members = Array.from({ length: Math.floor(random.fraction() * 5) }, () => [pick(MEMBERS), pick(VALUES)]);
      const input = {
        name: `n${round % 7}`,
        definition: DEFINITION,
        roleArn: ROLE,
        ...likely,
        ...Object.fromEntries(members),
      };
      const asked = post(own, operation, input);
      // Time passes only for what waits for it: StartSyncExecution.
      let isAnswered = false;
      void asked.then(() => {
        isAnswered = true;
      });
      await own.clock.run(() => isAnswered);
      const answer = await asked;
      if (answer.status === 200) accepted += 1;
      if (answer.status !== 200 && answer.status !== 400) bad.push([operation, input, answer]);
    }
    expect(bad).toEqual([]);
    expect(accepted).toBeGreaterThan(200);
    await own.clock.run();
    expect((await post(own, 'ListStateMachines', {})).status).toBe(200);
  },
  300_000,
);
