import {
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { serve } from '../../local/engine/alone/serve.ts';
import { ROLE, workbench } from './workbench.ts';

const PASS = { QueryLanguage: 'JSONata', StartAt: 'Only', States: { Only: { Type: 'Pass', End: true } } };
const WAIT = { QueryLanguage: 'JSONata', StartAt: 'Only', States: { Only: { Type: 'Wait', Seconds: 60, End: true } } };
const MACHINE = 'arn:aws:states:us-east-1:111111111111:stateMachine:';
const EXECUTION = 'arn:aws:states:us-east-1:111111111111:execution:';

const refusal = async (request: Promise<unknown>): Promise<string> => {
  try {
    await request;
    return 'accepted';
  } catch (thrown) {
    return (thrown as Error).name;
  }
};

test('creating a machine twice is creating it once, unless it differs', async () => {
  const bench = workbench();
  expect([await bench.create('one', PASS), await bench.create('one', PASS)]).toEqual([
    `${MACHINE}one`,
    `${MACHINE}one`,
  ]);
  expect(await refusal(bench.create('one', WAIT))).toBe('StateMachineAlreadyExists');
});

test.each([
  ['', 'ValidationException'],
  ['a'.repeat(80), 'accepted'],
  ['a'.repeat(81), 'ValidationException'],
  ['with space', 'InvalidName'],
  ['with*star', 'InvalidName'],
  ['with/slash', 'InvalidName'],
  ['with-dash_and.dot', 'accepted'],
])('the machine name %j is answered with %s', async (name, answer) => {
  expect(await refusal(workbench().create(name, PASS))).toBe(answer);
});

test('a machine is described, updated, listed and deleted', async () => {
  const bench = workbench();
  const stateMachineArn = await bench.create('one', PASS);
  const { $metadata: _1, ...described } = await bench.client.send(new DescribeStateMachineCommand({ stateMachineArn }));
  expect(described).toEqual({
    stateMachineArn,
    name: 'one',
    status: 'ACTIVE',
    type: 'STANDARD',
    definition: JSON.stringify(PASS),
    roleArn: ROLE,
    creationDate: new Date('2026-01-01T00:00:00Z'),
    loggingConfiguration: { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: { enabled: false },
    encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
  });
  const before = await bench.start(stateMachineArn, {}, 'before');
  await bench.client.send(new UpdateStateMachineCommand({ stateMachineArn, definition: JSON.stringify(WAIT) }));
  const own = await bench.client.send(new DescribeStateMachineForExecutionCommand({ executionArn: before }));
  expect(own.definition).toBe(JSON.stringify(PASS));
  const listed = await bench.client.send(new ListStateMachinesCommand({}));
  expect(listed.stateMachines?.map(({ name }) => name)).toEqual(['one']);
  await bench.client.send(new DeleteStateMachineCommand({ stateMachineArn }));
  expect(await refusal(bench.start(stateMachineArn))).toBe('StateMachineDoesNotExist');
});

test('one name starts one execution while it runs with the same input', async () => {
  const bench = workbench();
  await bench.create('one', WAIT);
  const arn = await bench.start('one', { a: 1, b: 2 }, 'release');
  expect(await bench.start('one', { a: 1, b: 2 }, 'release')).toBe(arn);
  expect(await refusal(bench.start('one', { a: 2 }, 'release'))).toBe('ExecutionAlreadyExists');
  await bench.clock.run();
  expect(await refusal(bench.start('one', { a: 1, b: 2 }, 'release'))).toBe('ExecutionAlreadyExists');
  expect((await bench.types(arn)).length).toBe(4);
});

test('an execution that is not there, and an ARN that is none, are told apart', async () => {
  const bench = workbench();
  expect(await refusal(bench.describe(`${EXECUTION}one:none`))).toBe('ExecutionDoesNotExist');
  expect(await refusal(bench.describe('none'))).toBe('InvalidArn');
});

test('input that is not JSON, or passes 262,144 bytes, starts nothing', async () => {
  const bench = workbench();
  await bench.create('one', PASS);
  const send = (body: object) =>
    bench.engine.handle(
      new Request('http://127.0.0.1/', {
        method: 'POST',
        headers: { 'x-amz-target': 'AWSStepFunctions.StartExecution' },
        body: JSON.stringify({ stateMachineArn: `${MACHINE}one`, ...body }),
      }),
    );
  const typeOf = async (body: object) => {
    const { __type: type } = (await (await send(body)).json()) as { __type?: string };
    return type?.split('#')[1];
  };
  expect(await typeOf({ input: '{' })).toBe('InvalidExecutionInput');
  expect(await typeOf({ input: JSON.stringify('x'.repeat(262_143)) })).toBe('ValidationException');
  expect(await typeOf({ input: JSON.stringify('ä'.repeat(131_072)) })).toBe('InvalidExecutionInput');
  expect(await typeOf({ input: JSON.stringify('x'.repeat(262_142)) })).toBe(undefined);
});

test('a stopped execution is aborted with the given error and does nothing more', async () => {
  const bench = workbench();
  await bench.create('one', WAIT);
  const executionArn = await bench.start('one');
  await bench.client.send(new StopExecutionCommand({ executionArn, error: 'Enough', cause: 'of this' }));
  await bench.clock.run();
  const { status, error, cause } = await bench.describe(executionArn);
  expect({ status, error, cause }).toEqual({ status: 'ABORTED', error: 'Enough', cause: 'of this' });
  expect(await bench.types(executionArn)).toEqual(['ExecutionStarted', 'WaitStateEntered', 'ExecutionAborted']);
});

test('the history is paged in both directions', async () => {
  const bench = workbench();
  await bench.create('one', PASS);
  const executionArn = await bench.start('one');
  await bench.clock.run();
  const pages: (number | undefined)[][] = [];
  for (const reverseOrder of [false, true]) {
    let nextToken: string | undefined;
    do {
      const page = await bench.client.send(
        new GetExecutionHistoryCommand({ executionArn, reverseOrder, maxResults: 3, ...(nextToken && { nextToken }) }),
      );
      pages.push(page.events?.map(({ id }) => id) ?? []);
      nextToken = page.nextToken;
    } while (nextToken);
  }
  expect(pages).toEqual([[1, 2, 3], [4], [4, 3, 2], [1]]);
  const foreign = bench.client.send(new GetExecutionHistoryCommand({ executionArn, nextToken: 'foreign' }));
  expect(await refusal(foreign)).toBe('InvalidToken');
});

test('executions are listed newest first, by status', async () => {
  const bench = workbench();
  const stateMachineArn = await bench.create('one', PASS);
  await bench.start('one', {}, 'a');
  await bench.start('one', {}, 'b');
  await bench.clock.run();
  const names = async (statusFilter: 'SUCCEEDED' | 'FAILED') =>
    (await bench.client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter }))).executions?.map(
      ({ name }) => name,
    );
  expect([await names('SUCCEEDED'), await names('FAILED')]).toEqual([['b', 'a'], []]);
});

test('an unknown operation is refused by its name', async () => {
  const request = new Request('http://127.0.0.1/', {
    method: 'POST',
    headers: { 'x-amz-target': 'AWSStepFunctions.Dance' },
    body: '{}',
  });
  const response = await workbench().engine.handle(request);
  expect([response.status, await response.json()]).toEqual([
    400,
    {
      __type: 'com.amazonaws.swf.service.v2.model#UnknownOperationException',
      message:
        "The operation 'Dance' is not known to this engine; a request is a POST with the header x-amz-target: AWSStepFunctions.<Operation>",
    },
  ]);
});

test('over a socket the same API answers, and a foreign Host is refused', async () => {
  const bench = workbench();
  const served = await serve(bench.engine.handle, 0);
  const post = (headers: Record<string, string>) =>
    fetch(served.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'AWSStepFunctions.ListStateMachines', ...headers },
      body: '{}',
    });
  try {
    const answered = await post({});
    expect([answered.status, await answered.json()]).toEqual([200, { stateMachines: [] }]);
    const { request } = await import('node:http');
    const status = await new Promise((resolve) => {
      request(served.url, { method: 'POST', headers: { host: 'evil.example.com' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end('{}');
    });
    expect(status).toBe(403);
  } finally {
    await served.close();
  }
});
