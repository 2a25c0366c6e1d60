import { TestStateCommand, type TestStateCommandInput } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { HandlerFailure } from './open-engine.ts';
import { refusalOf } from './wire.ts';
import { ROLE, type Workbench, workbench } from './workbench.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:111111111111:function:';

const functions = {
  double: (payload: unknown) => ({ n: (payload as { n: number }).n * 2 }),
  broken: () => {
    throw new HandlerFailure('Broken', 'it is');
  },
  never: () => new Promise(() => {}),
};

const tried = async (bench: Workbench, state: object, request: Partial<TestStateCommandInput> = {}) => {
  const command = { definition: JSON.stringify({ QueryLanguage: 'JSONata', ...state }), roleArn: ROLE, ...request };
  const asked = bench.client.send(new TestStateCommand(command));
  await bench.clock.run();
  const { $metadata: _, ...answer } = await asked;
  return answer;
};

const DEBUG = { inspectionLevel: 'DEBUG' } as const;
const call = (name: string, more: object = {}) => ({ Type: 'Task', Resource: `${FUNCTION}${name}`, ...more });

describe('a state without a mock', () => {
  test('is run: its output, where it goes and the variables after it', async () => {
    const state = { Type: 'Pass', Assign: { b: '{% $a + 1 %}' }, Output: '{% $a %}', Next: 'Elsewhere' };
    expect(await tried(workbench(), state, { ...DEBUG, input: '{ "x": 1 }', variables: '{"a":1}' })).toEqual({
      ...{ status: 'SUCCEEDED', output: '1', nextState: 'Elsewhere' },
      inspectionData: { input: '{ "x": 1 }', variables: '{"a":1,"b":2}' },
    });
  });

  test('is told without what is inside unless that is asked for', async () => {
    expect(await tried(workbench(), { Type: 'Succeed' }, { input: '{"x":1}' })).toEqual({
      status: 'SUCCEEDED',
      output: '{"x":1}',
    });
  });

  test('a Wait is left at once, by its Output', async () => {
    const wait = { Type: 'Wait', Seconds: 3600, Output: '{% $states.input.x %}', Next: 'After' };
    expect(await tried(workbench(), wait, { input: '{"x":7}' })).toEqual({
      ...{ status: 'SUCCEEDED', output: '7', nextState: 'After' },
    });
  });

  test('a Fail tells its error; an expression that fails tells why', async () => {
    expect(await tried(workbench(), { Type: 'Fail', Error: 'Mine', Cause: 'so' })).toEqual({
      ...{ status: 'FAILED', error: 'Mine', cause: 'so' },
    });
    expect(await tried(workbench(), { Type: 'Pass', Output: '{% $gone %}', End: true })).toEqual({
      ...{ status: 'FAILED', error: 'States.QueryEvaluationError' },
      cause:
        "An error occurred while executing the state 'StateName' (entered at the event id #0). The JSONata expression '$gone' " +
        "specified for the field 'Output' returned nothing (undefined).",
    });
  });

  test('a Task calls its function', async () => {
    const bench = workbench({ functions });
    const state = call('double', { Arguments: { n: '{% $states.input.n %}' }, End: true });
    expect(await tried(bench, state, { ...DEBUG, input: '{"n":21}' })).toEqual({
      ...{ status: 'SUCCEEDED', output: '{"n":42}' },
      inspectionData: { input: '{"n":21}', afterArguments: '{"n":21}', result: '{"n":42}' },
    });
    expect(bench.calls.map(({ functionArn, payload }) => [functionArn, payload])).toEqual([
      [`${FUNCTION}double`, { n: 21 }],
    ]);
  });

  test('a function that fails is retried or caught by what the state says, and told', async () => {
    const failed = { error: 'Broken', cause: '{"errorMessage":"it is","errorType":"Broken"}' };
    const Retry = [{ ErrorEquals: ['Other'] }, { ErrorEquals: ['Broken'], IntervalSeconds: 3, MaxAttempts: 2 }];
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Sorry' }];
    const state = call('broken', { Retry, Catch, End: true });
    const bench = workbench({ functions });
    const inspectionData = { input: '{}' };
    expect(await tried(bench, call('broken', { End: true }))).toEqual({ ...failed, status: 'FAILED' });
    expect(await tried(bench, state, DEBUG)).toEqual({
      ...{ ...failed, status: 'RETRIABLE' },
      inspectionData: { ...inspectionData, errorDetails: { retryIndex: 1, retryBackoffIntervalSeconds: 3 } },
    });
    const second = { ...DEBUG, stateConfiguration: { retrierRetryCount: 1 } };
    expect((await tried(bench, state, second)).inspectionData?.errorDetails).toEqual({
      ...{ retryIndex: 1, retryBackoffIntervalSeconds: 6 },
    });
    expect(await tried(bench, state, { ...DEBUG, stateConfiguration: { retrierRetryCount: 2 } })).toEqual({
      ...{ ...failed, status: 'CAUGHT_ERROR', nextState: 'Sorry' },
      output: JSON.stringify({ Error: failed.error, Cause: failed.cause }),
      inspectionData: { ...inspectionData, errorDetails: { catchIndex: 0 } },
    });
  });

  test('a Task starts an execution, which runs', async () => {
    const bench = workbench();
    const child = await bench.create('child', { StartAt: 'Only', States: { Only: { Type: 'Succeed' } } });
    const answer = await tried(bench, {
      ...{ Type: 'Task', Resource: 'arn:aws:states:::states:startExecution', End: true },
      ...{ Arguments: { StateMachineArn: child, Name: 'once' }, Output: '{% $states.result.ExecutionArn %}' },
    });
    const arn = `${child.replace('stateMachine', 'execution')}:once`;
    expect(answer).toEqual({ status: 'SUCCEEDED', output: `"${arn}"` });
    expect((await bench.describe(arn)).status).toBe('SUCCEEDED');
  });

  test.each([
    ['its own TimeoutSeconds', { TimeoutSeconds: 5 }, 5_000],
    ['five minutes', {}, 300_000],
  ])('a Task that does not come back fails after %s', async (_, limits, after) => {
    const bench = workbench({ functions });
    const started = bench.clock.now();
    expect(await tried(bench, call('never', { ...limits, End: true }))).toEqual({
      status: 'FAILED',
      error: 'States.Timeout',
    });
    expect(bench.clock.now() - started).toBe(after);
  });
});

const MAP = {
  ...{ Type: 'Map', End: true },
  ItemProcessor: {
    ...{ ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, StartAt: 'Each' },
    States: { Each: { Type: 'Pass', Output: '{% $states.context.Map.Item.Value.v %}', End: true } },
  },
};

describe('a mocked state', () => {
  test('calls nothing; its result goes through Output and Assign', async () => {
    const bench = workbench({ functions });
    const state = call('double', { Output: '{% $states.result.n + $more %}', Assign: { seen: true }, Next: 'On' });
    const request = { ...DEBUG, mock: { result: '{"n":1}' }, variables: '{"more":2}' };
    expect(await tried(bench, state, request)).toEqual({
      ...{ status: 'SUCCEEDED', output: '3', nextState: 'On' },
      inspectionData: { input: '{}', result: '{"n":1}', variables: '{"more":2,"seen":true}' },
    });
    expect(bench.calls).toEqual([]);
  });

  test('sees the Context object of the caller over its own', async () => {
    const Arguments = '{% [$states.context.Task.Token, $states.context.Execution.Name, $states.context.State.Name] %}';
    const Resource = 'arn:aws:states:::sqs:sendMessage.waitForTaskToken';
    const context = '{"Task":{"Token":"t"},"Execution":{"Name":"mine"}}';
    const request = { ...DEBUG, context, mock: { result: '1' } };
    const { inspectionData } = await tried(workbench(), { Type: 'Task', Resource, Arguments, End: true }, request);
    expect(inspectionData).toEqual({ input: '{}', afterArguments: '["t","mine","StateName"]', result: '1' });
  });

  test('a Map tells the inputs and batches of its iterations, and its limits', async () => {
    const state = {
      ...{ ...MAP, Items: '{% $states.input %}', ItemSelector: { v: '{% $states.context.Map.Item.Value * 10 %}' } },
      ...{ ItemBatcher: { MaxItemsPerBatch: 2 }, MaxConcurrency: 4, ToleratedFailurePercentage: 12.5 },
    };
    expect(await tried(workbench(), state, { ...DEBUG, input: '[1,2,3]', mock: { result: '[ 1 ]' } })).toEqual({
      ...{ status: 'SUCCEEDED', output: '[ 1 ]' },
      inspectionData: {
        ...{ input: '[1,2,3]', maxConcurrency: 4, toleratedFailurePercentage: 12.5 },
        afterItemSelector: '[{"v":10},{"v":20},{"v":30}]',
        afterItemBatcher: '[{"Items":[{"v":10},{"v":20}]},{"Items":[{"v":30}]}]',
      },
    });
  });

  test('a Map reads the data that its ItemReader would have found', async () => {
    const ItemReader = {
      ...{ Resource: 'arn:aws:states:::s3:getObject', Arguments: { Bucket: 'b', Key: 'k' } },
      ReaderConfig: { InputType: 'JSON', ItemsPointer: '/deep/list', MaxItems: 2 },
    };
    const state = { ...MAP, ItemReader, ItemSelector: '{% $states.context.Map.Item.Index %}' };
    const stateConfiguration = { mapItemReaderData: '{"deep":{"list":["a","b","c"]}}' };
    const { inspectionData } = await tried(workbench(), state, {
      ...{ ...DEBUG, stateConfiguration, mock: { result: '[]' } },
    });
    expect(inspectionData).toEqual({
      ...{ input: '{}', maxConcurrency: 0, afterItemsPointer: '["a","b"]', afterItemSelector: '[0,1]' },
    });
  });

  test.each([
    [{ ToleratedFailureCount: 1 }, 1, 'SUCCEEDED'],
    [{ ToleratedFailureCount: 1 }, 2, 'FAILED'],
    [{ ToleratedFailurePercentage: 34 }, 1, 'SUCCEEDED'],
    [{ ToleratedFailurePercentage: 33 }, 1, 'FAILED'],
    [{}, 1, 'FAILED'],
  ])('a Map with %j and %i failed iterations of 3 has %s', async (limits, mapIterationFailureCount, status) => {
    const request = { input: '[1,2,3]', stateConfiguration: { mapIterationFailureCount }, mock: { result: '[]' } };
    const answer = await tried(workbench(), { ...MAP, ...limits }, request);
    expect(answer).toEqual(
      status === 'SUCCEEDED'
        ? { status, output: '[]' }
        : {
            ...{ status, error: 'States.ExceedToleratedFailureThreshold' },
            cause: 'The specified tolerated failure threshold was exceeded',
          },
    );
  });

  test('a state inside a Map is found by its name and sees itself in the first iteration', async () => {
    const machine = { StartAt: 'Over', States: { Over: MAP } };
    expect(await tried(workbench(), machine, { stateName: 'Each', input: '{"v":"first"}' })).toEqual({
      status: 'SUCCEEDED',
      output: '"first"',
    });
  });
});

const PASS = '{"Type":"Pass","End":true}';
const TASK = JSON.stringify(call('double', { End: true }));
const INVOKE = '{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","QueryLanguage":"JSONata","End":true}';
const SYNC = INVOKE.replace('lambda:invoke', 'states:startExecution.sync:2');
const TWO = '{"Type":"Parallel","Branches":[{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}],"End":true}';
const PER_ITEM = JSON.stringify({ QueryLanguage: 'JSONata', ...MAP });
const NEEDS_MOCK =
  'TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]';
const SCHEMA = 'Mock result schema validation error:';

test.each([
  [{ definition: PER_ITEM }, 'InvalidDefinition', NEEDS_MOCK],
  [{ definition: TWO }, 'InvalidDefinition', NEEDS_MOCK],
  [{ definition: TASK }, 'ValidationException', 'RoleArn must be specified when testing a Task state'],
  [
    { definition: SYNC, roleArn: ROLE },
    'ValidationException',
    "A mock must be specified when testing a Task state with the Resource 'arn:aws:states:::states:startExecution.sync:2'",
  ],
  [
    { definition: PASS, mock: { result: '1' } },
    'ValidationException',
    "State type 'Pass' is not supported when a mock is specified",
  ],
  [
    { definition: TASK, mock: { result: '1', errorOutput: { error: 'E' } } },
    'ValidationException',
    'A test mock should have only one of the following fields: [result, errorOutput].',
  ],
  [
    { definition: TASK, mock: {} },
    'ValidationException',
    'A test mock should have one of the following fields: [result, errorOutput].',
  ],
  [{ definition: TASK, mock: { result: '{' } }, 'ValidationException', 'Mocked result must be valid JSON'],
  [
    { definition: TASK, mock: { result: '1' }, revealSecrets: true },
    'ValidationException',
    'TestState does not support RevealSecrets when a mock is specified.',
  ],
  [
    { definition: INVOKE, mock: { result: '{"StatusCode":"200"}' } },
    'ValidationException',
    `${SCHEMA} Field 'StatusCode' must be a number`,
  ],
  [
    { definition: SYNC, mock: { result: '{"Status":"SUCCEEDED"}' } },
    'ValidationException',
    `${SCHEMA} Required field 'ExecutionArn' is missing`,
  ],
  [
    { definition: SYNC, mock: { result: '{"Status":"OVER"}', fieldValidationMode: 'PRESENT' } },
    'ValidationException',
    `${SCHEMA} Field 'Status' is not an expected value`,
  ],
  [{ definition: PER_ITEM, mock: { result: '{}' } }, 'ValidationException', 'Mocked result must be an array.'],
  [{ definition: TWO, mock: { result: '{}' } }, 'ValidationException', 'Mocked result must be an array.'],
  [
    { definition: TWO, mock: { result: '[1,2]' } },
    'ValidationException',
    'Mocked result must have one element for each of the 1 branches, and has 2.',
  ],
  [
    {
      ...{ definition: PER_ITEM, input: '[1]', mock: { result: '[]' } },
      stateConfiguration: { mapIterationFailureCount: 2 },
    },
    'ValidationException',
    'mapIterationFailureCount is 2, and the Map state has 1 items',
  ],
  [
    { definition: PASS, stateConfiguration: { mapIterationFailureCount: 1 } },
    'ValidationException',
    'mapIterationFailureCount can only be given together with a mock',
  ],
  [
    { definition: PASS, stateConfiguration: { retrierRetryCount: -1 } },
    'ValidationException',
    "1 validation error detected: Value '-1' at 'stateConfiguration.retrierRetryCount' failed to satisfy constraint: Member must " +
      'have value greater than or equal to 0',
  ],
  [
    {
      ...{ definition: PER_ITEM, mock: { errorOutput: { error: 'E' } } },
      stateConfiguration: { errorCausedByState: 'Nobody' },
    },
    'ValidationException',
    "errorCausedByState: the state has no state 'Nobody' in it",
  ],
  [
    { definition: PASS, context: '{}' },
    'ValidationException',
    'context: a Context object can only be given together with a mock',
  ],
  [{ definition: TASK, context: '[]', mock: { result: '1' } }, 'ValidationException', 'context must be a JSON object'],
  [{ definition: PASS, variables: '1' }, 'ValidationException', 'variables must be a JSON object'],
  [{ definition: PASS, input: '{' }, 'ValidationException', 'input is not JSON'],
  [
    { definition: '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}', stateName: 'B' },
    'ValidationException',
    'State not found in definition',
  ],
])('%j is refused', async (request, error, message) => {
  expect(await refusalOf(workbench({ functions }), 'TestState', request)).toEqual([error, message]);
});

test('the strictness of a mocked result can be lowered', async () => {
  const request = (fieldValidationMode: 'PRESENT' | 'NONE', result: string) => ({
    mock: { result, fieldValidationMode },
  });
  const sync = JSON.parse(SYNC);
  expect(await tried(workbench(), sync, request('PRESENT', '{"Status":"FAILED"}'))).toEqual({
    ...{ status: 'SUCCEEDED', output: '{"Status":"FAILED"}' },
  });
  expect(await tried(workbench(), sync, request('NONE', '{"Status":1}'))).toEqual({
    ...{ status: 'SUCCEEDED', output: '{"Status":1}' },
  });
});
