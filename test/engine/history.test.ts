import { GetExecutionHistoryCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { HandlerFailure } from './open-engine.ts';
import { workbench } from './workbench.ts';

const machine = (states: object, more: object = {}) => ({
  ...{ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states },
  ...more,
});
const scope = (states: object) => ({ StartAt: Object.keys(states)[0], States: states });
const PASS = { Type: 'Pass', End: true };
const BOOM = { Type: 'Fail', Error: 'Boom', Cause: 'my cause' };
const LOST = { Type: 'Pass', Output: { v: '{% $states.input.missing %}' }, End: true };
const LONG = { Type: 'Wait', Seconds: 20, End: true };
const call = (FunctionName: string, more: object = { End: true }) => ({
  ...{ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName } },
  ...more,
});
const slowBoom = { Pause: { Type: 'Wait', Seconds: 1, Next: 'Boom' }, Boom: BOOM };

const functions = {
  fail: () => {
    throw new HandlerFailure('Broken', 'on purpose');
  },
  never: () => new Promise(() => {}),
};

/** Each event as `type < id of the one it follows`. */
const chain = async (definition: object, input: unknown = { x: 'a' }): Promise<readonly string[]> => {
  const bench = workbench({ functions });
  const { executionArn = '' } = await bench.execute(definition, input);
  return (await bench.history(executionArn)).map(({ type, previousEventId }) => `${type} < ${previousEventId}`);
};

// Chains that AWS was seen to give: github.com/floci-io/floci issues 2733, 2734, 2868, 2965 and pull request 3167.
describe('events follow each other as in AWS', () => {
  test('branches each have a line of their own, and what succeeded is passed by', async () => {
    const found = await chain(
      machine({
        P: { Type: 'Parallel', Branches: [scope({ A: PASS }), scope({ B: PASS })], Next: 'After' },
        After: PASS,
      }),
    );
    expect(found).toEqual([
      ...['ExecutionStarted < 0', 'ParallelStateEntered < 0', 'ParallelStateStarted < 2', 'PassStateEntered < 3'],
      ...['PassStateExited < 4', 'PassStateEntered < 3', 'PassStateExited < 6', 'ParallelStateSucceeded < 7'],
      ...['ParallelStateExited < 7', 'PassStateEntered < 9', 'PassStateExited < 10', 'ExecutionSucceeded < 11'],
    ]);
  });

  test('an inline Map over nothing', async () => {
    expect(
      await chain(machine({ M: { Type: 'Map', Items: [], ItemProcessor: scope({ I: PASS }), End: true } })),
    ).toEqual([
      ...['ExecutionStarted < 0', 'MapStateEntered < 0', 'MapStateStarted < 2', 'MapStateSucceeded < 3'],
      ...['MapStateExited < 3', 'ExecutionSucceeded < 5'],
    ]);
  });

  test('a distributed Map tells of its run only', async () => {
    const ItemProcessor = {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      ...scope({ I: PASS }),
    };
    expect(await chain(machine({ D: { Type: 'Map', Items: [1, 2], ItemProcessor, End: true } }))).toEqual([
      ...['ExecutionStarted < 0', 'MapStateEntered < 0', 'MapStateStarted < 2', 'MapRunStarted < 3'],
      ...['MapRunSucceeded < 4', 'MapStateSucceeded < 5', 'MapStateExited < 4', 'ExecutionSucceeded < 7'],
    ]);
  });

  test('a Parallel that is tried again fails once', async () => {
    const Retry = [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }];
    expect(await chain(machine({ P: { Type: 'Parallel', Branches: [scope({ B: BOOM })], Retry, End: true } }))).toEqual(
      [
        ...['ExecutionStarted < 0', 'ParallelStateEntered < 0', 'ParallelStateStarted < 2', 'FailStateEntered < 3'],
        ...['ParallelStateStarted < 4', 'FailStateEntered < 5', 'ParallelStateFailed < 6', 'ExecutionFailed < 7'],
      ],
    );
  });

  test('a task that ends its branch by failing is told to be aborted', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Handled' }];
    const states = {
      P: { Type: 'Parallel', Branches: [scope({ T: call('fail') })], Catch, End: true },
      Handled: PASS,
    };
    expect(await chain(machine(states))).toEqual([
      ...['ExecutionStarted < 0', 'ParallelStateEntered < 0', 'ParallelStateStarted < 2', 'TaskStateEntered < 3'],
      ...['TaskScheduled < 4', 'TaskStarted < 5', 'TaskFailed < 6', 'TaskStateAborted < 7', 'ParallelStateFailed < 7'],
      ...['ParallelStateExited < 9', 'PassStateEntered < 10', 'PassStateExited < 11', 'ExecutionSucceeded < 12'],
    ]);
  });

  test('a failing iteration fails the Map after itself', async () => {
    const states = {
      M: { Type: 'Map', Items: [1, 2], MaxConcurrency: 1, ItemProcessor: scope({ I: LOST }), End: true },
    };
    expect(await chain(machine(states))).toEqual([
      ...['ExecutionStarted < 0', 'MapStateEntered < 0', 'MapStateStarted < 2', 'MapIterationStarted < 3'],
      ...['PassStateEntered < 4', 'EvaluationFailed < 5', 'MapIterationFailed < 6', 'MapStateFailed < 6'],
      'ExecutionFailed < 8',
    ]);
  });

  test('branches that are cut are told before the state fails', async () => {
    const Branches = [scope(slowBoom), scope({ Long: LONG }), scope({ T: call('never') }), scope({ Done: PASS })];
    const found = await chain(machine({ P: { Type: 'Parallel', Branches, End: true } }));
    expect(found.slice(-5)).toEqual([
      ...['FailStateEntered < 11', 'WaitStateAborted < 12', 'TaskStateAborted < 12'],
      ...['ParallelStateFailed < 12', 'ExecutionFailed < 15'],
    ]);
  });

  test('iterations that are cut are told with the state they were in', async () => {
    const Route = {
      Type: 'Choice',
      Choices: [
        { Condition: "{% $states.input = 'fail' %}", Next: 'Pause' },
        { Condition: "{% $states.input = 'done' %}", Next: 'Done' },
      ],
      Default: 'Long',
    };
    const ItemProcessor = scope({ Route, ...slowBoom, Long: LONG, Done: PASS });
    const Items = ['wait', 'fail', 'done'];
    const found = await chain(machine({ M: { Type: 'Map', Items, ItemProcessor, End: true } }));
    const at = found.findIndex((event) => event.startsWith('FailStateEntered')) + 1;
    expect(found.slice(at)).toEqual([
      ...[`MapIterationAborted < ${at}`, `WaitStateAborted < ${at}`, `MapIterationFailed < ${at}`],
      ...[`MapStateFailed < ${at}`, `ExecutionFailed < ${at + 4}`],
    ]);
  });

  test('an ItemSelector that fails does so before its iteration begins', async () => {
    const M = {
      ...{ Type: 'Map', Items: [1], ItemSelector: '{% $states.input.missing %}', End: true },
      ItemProcessor: scope({ I: PASS }),
    };
    expect(await chain(machine({ M }))).toEqual([
      ...['ExecutionStarted < 0', 'MapStateEntered < 0', 'MapStateStarted < 2', 'EvaluationFailed < 3'],
      ...['MapStateFailed < 4', 'ExecutionFailed < 5'],
    ]);
  });

  test('a catcher whose own Output fails is told from before the state failed', async () => {
    const Catch = [
      { ErrorEquals: ['Other'], Next: 'Done' },
      { ErrorEquals: ['States.ALL'], Output: { v: '{% $states.input.missing %}' }, Next: 'Done' },
    ];
    const states = { P: { Type: 'Parallel', Branches: [scope({ B: BOOM })], Catch, Next: 'Done' }, Done: PASS };
    const bench = workbench();
    const { executionArn = '', cause } = await bench.execute(machine(states), {});
    const events = await bench.history(executionArn);
    expect(events.map(({ type, previousEventId }) => `${type} < ${previousEventId}`).slice(3)).toEqual([
      ...['FailStateEntered < 3', 'ParallelStateFailed < 4', 'EvaluationFailed < 4', 'ParallelStateFailed < 6'],
      'ExecutionFailed < 7',
    ]);
    expect(events[5]?.evaluationFailedEventDetails).toEqual({
      error: 'States.QueryEvaluationError',
      cause,
      location: 'Catch[1]/Output/v',
      state: 'P',
    });
  });

  test('a failed expression is told at every attempt', async () => {
    const Retry = [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }];
    const T = call('fail', { Arguments: { FunctionName: '{% $states.input.missing %}' }, Retry, End: true });
    expect(await chain(machine({ T }))).toEqual([
      ...['ExecutionStarted < 0', 'TaskStateEntered < 0', 'EvaluationFailed < 2', 'EvaluationFailed < 3'],
      'ExecutionFailed < 4',
    ]);
  });

  test('States.Runtime ends the execution at once, whoever would catch it', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL', 'States.Runtime'].slice(1), Next: 'Done' }];
    const T = call('fail', { Arguments: {}, End: true });
    const states = { P: { Type: 'Parallel', Branches: [scope({ T }), scope({ Long: LONG })], Catch, Next: 'Done' } };
    expect((await chain(machine({ ...states, Done: PASS }))).slice(3)).toEqual([
      'TaskStateEntered < 3',
      'ExecutionFailed < 4',
    ]);
  });

  test('what ends an execution from outside follows nothing, and describes no error but the one given', async () => {
    const bench = workbench();
    const timed = await bench.execute(machine({ A: LONG }, { TimeoutSeconds: 3 }));
    expect([timed.status, timed.error, timed.cause]).toEqual(['TIMED_OUT', undefined, undefined]);
    expect((await bench.history(timed.executionArn ?? '')).at(-1)).toEqual({
      ...{ id: 3, previousEventId: 0, type: 'ExecutionTimedOut', timestamp: new Date('2026-01-01T00:00:03Z') },
      executionTimedOutEventDetails: { error: 'States.Timeout' },
    });
    const executionArn = await bench.start(await bench.create('long', machine({ A: LONG })));
    await bench.client.send(new StopExecutionCommand({ executionArn }));
    expect((await bench.history(executionArn)).at(-1)).toEqual({
      ...{ id: 3, previousEventId: 0, type: 'ExecutionAborted', timestamp: new Date('2026-01-01T00:00:03Z') },
      executionAbortedEventDetails: {},
    });
  });
});

test('without execution data the details stay and the data goes', async () => {
  const bench = workbench();
  const { executionArn } = await bench.execute(machine({ A: PASS }), { secret: 2 });
  const { events } = await bench.client.send(
    new GetExecutionHistoryCommand({ executionArn, includeExecutionData: false }),
  );
  expect(events?.[1]?.stateEnteredEventDetails).toEqual({ name: 'A' });
});

test('a child execution whose parent no longer waits is stopped for that reason', async () => {
  const bench = workbench();
  await bench.create('child', machine({ A: LONG }));
  const T = {
    ...{ Type: 'Task', Resource: 'arn:aws:states:::states:startExecution.sync:2', End: true },
    Arguments: { StateMachineArn: '{% $states.input %}', Name: 'nested' },
  };
  const Branches = [scope(slowBoom), scope({ T })];
  const parent = machine({ P: { Type: 'Parallel', Branches, End: true } });
  const { executionArn } = await bench.execute(parent, 'arn:aws:states:us-east-1:111111111111:stateMachine:child');
  const child = await bench.describe('arn:aws:states:us-east-1:111111111111:execution:child:nested');
  expect([child.status, child.error, child.cause]).toEqual([
    'ABORTED',
    undefined,
    `The Task state in AWS Step Functions execution [${executionArn}] which was managing this resource was aborted`,
  ]);
});
