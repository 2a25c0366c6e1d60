import { describe, expect, test } from 'vitest';
import { answers } from '../../local/engine/failure.ts';
import { nextRetry, retryDelay } from '../../local/engine/recover.ts';
import { HandlerFailure } from './open-engine.ts';
import { workbench } from './workbench.ts';

const machine = (states: Record<string, object>, more: object = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
  ...more,
});

const output = async (template: unknown, input: unknown = {}): Promise<unknown> => {
  const described = await workbench().execute(machine({ Only: { Type: 'Pass', Output: template, End: true } }), input);
  return described.status === 'SUCCEEDED'
    ? JSON.parse(described.output ?? '')
    : `${described.error}: ${described.cause}`;
};

describe('expressions', () => {
  test.each([
    ['{% $states.input.a.b %}', 1],
    ['{% $partition([1,2,3], 2) %}', [[1, 2], [3]]],
    ['{% $range(0, 9, 3) %}', [0, 3, 6, 9]],
    ['{% $range(3, 1, -1) %}', [3, 2, 1]],
    ['{% $range(-1.7, 2.9, 1) %}', [-1, 0, 1, 2]],
    ['{% $range(4, 4, 1) %}', 4],
    ['{% $exists($range(1, 3)) or $exists($range(1, 3, -1)) or $exists($range(1, 3, 0)) %}', false],
    ['{% $partition([1,2,3], 2.9) %}', [[1, 2], [3]]],
    ['{% $exists($partition([], 2)) or $exists($partition([1], 0)) %}', false],
    ['{% [1/0, -1/0, 0/0] %}', ['Infinity', '-Infinity', 'NaN']],
    ['{% $count($range(1, 360145, 1)) %}', 360_145],
    ['{% $count([1..100000]) %}', 100_000],
    ['{% $random(1) %}', 0.7308781907032909],
    ['{% $random(42) %}', 0.7275636800328681],
    ['{% $hash("x", "SHA-256") %}', '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'],
    ['{% $hash("x", "MD5") %}', '9dd4e461268c8034f5c8564e155c67a6'],
    ['{% $parse("{\\"a\\":[1]}") %}', { a: [1] }],
    ['{% $random(7) = $random(7) %}', true],
    ['{% $length($uuid()) %}', 36],
    ['{% $now() %}', '2026-01-01T00:00:00.000Z'],
    ['{% $now("[Y]") %}', '2026'],
    ['{% $millis() %}', 1_767_225_600_000],
    ['{% $states.context.State.Name %}', 'Only'],
    ['{% $map([1,2], function($v) { $v * 2 }) %}', [2, 4]],
    [[{ deep: ['{% 1 + 1 %}', 'as is {% 1 %}'] }], [{ deep: [2, 'as is {% 1 %}'] }]],
  ])('%j is %j', async (template, value) => {
    expect(await output(template, { a: { b: 1 } })).toEqual(value);
  });

  const at = "An error occurred while executing the state 'Only' (entered at the event id #2). The JSONata expression";
  test.each([
    [
      '{% $states.input.none %}',
      `${at} '$states.input.none' specified for the field 'Output' returned nothing (undefined).`,
    ],
    [{ a: ['{% $none %}'] }, `${at} '$none' specified for the field 'Output/a[0]' returned nothing (undefined).`],
    [
      '{% "a" + 1 %}',
      `${at} '"a" + 1' specified for the field 'Output' threw an error during evaluation. T2001: The left side of the "+" operator must evaluate to a number`,
    ],
    [
      '{% $eval("1") %}',
      `${at} '$eval("1")' specified for the field 'Output' threw an error during evaluation. T1006: Attempted to invoke a non-function`,
    ],
    [
      '{% $hash(1, "MD5") %}',
      `${at} '$hash(1, "MD5")' specified for the field 'Output' threw an error during evaluation. T0410: Argument 1 of function "hash" does not match function signature`,
    ],
    [
      '{% $range(1, 360146, 1) %}',
      `${at} '$range(1, 360146, 1)' specified for the field 'Output' threw an error during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage`,
    ],
    ['{% $sum %}', `${at} '$sum' specified for the field 'Output' returned an unsupported result type.`],
  ])('%j fails with its field and reason', async (template, cause) => {
    expect(await output(template)).toBe(`States.QueryEvaluationError: ${cause}`);
  });

  test('a recursion without end is stopped', async () => {
    const endless = '{% ($f := function($n) { 1 + $f($n + 1) }; $f(1)) %}';
    expect(await output(endless)).toBe(
      `States.QueryEvaluationError: ${at} '${endless.slice(3, -3)}' specified for the field 'Output' threw an error during ` +
        'evaluation: Stack overflow error: Check for non-terminating recursive function. Consider rewriting as ' +
        'tail-recursive. Depth=101 max=100',
    );
  });
});

describe('variables', () => {
  test('Assign and Output see the same old values', async () => {
    const { output: text } = await workbench().execute(
      machine({
        A: { Type: 'Pass', Assign: { x: 1 }, Next: 'B' },
        B: { Type: 'Pass', Assign: { x: '{% $x + 1 %}', y: '{% $x %}' }, Output: '{% $x %}', Next: 'C' },
        C: { Type: 'Pass', Output: ['{% $states.input %}', '{% $x %}', '{% $y %}'], End: true },
      }),
    );
    expect(text).toBe('[1,2,1]');
  });

  test('what one Assign sets has 262,144 bytes at most, all variables together', async () => {
    const half = '{% $pad("", 131070, "x") %}';
    const assigned = async (Assign: object) => {
      const { status, error } = await workbench().execute(
        machine({ A: { Type: 'Pass', Assign, Output: 1, End: true } }),
      );
      return [status, error];
    };
    expect([await assigned({ a: half, b: half }), await assigned({ a: half, b: half, c: 1 })]).toEqual([
      ['SUCCEEDED', undefined],
      ['FAILED', 'States.DataLimitExceeded'],
    ]);
  });

  test('branches read the variables around them and keep their own', async () => {
    const branch = (name: string) => ({
      StartAt: `${name}1`,
      States: {
        [`${name}1`]: { Type: 'Pass', Assign: { own: `{% $outer & '${name}' %}` }, Next: `${name}2` },
        [`${name}2`]: { Type: 'Pass', Output: '{% $own %}', End: true },
      },
    });
    const described = await workbench().execute(
      machine({
        A: { Type: 'Pass', Assign: { outer: 'o' }, Next: 'P' },
        P: { Type: 'Parallel', Branches: [branch('a'), branch('b')], Next: 'After' },
        After: { Type: 'Pass', Output: ['{% $states.input %}', '{% $exists($own) %}'], End: true },
      }),
    );
    expect(described.output).toBe('[["oa","ob"],false]');
  });
});

describe('errors', () => {
  test.each([
    [['States.ALL'], { error: 'Mine' }, true],
    [['States.ALL'], { error: 'States.Timeout' }, true],
    [['States.ALL'], { error: 'States.DataLimitExceeded' }, false],
    [['States.ALL'], { error: 'States.Runtime' }, false],
    [['States.DataLimitExceeded'], { error: 'States.DataLimitExceeded' }, true],
    [['States.Runtime'], { error: 'States.Runtime' }, false],
    [['States.TaskFailed'], { error: 'Mine' }, true],
    [['States.TaskFailed'], { error: 'States.Timeout' }, false],
    [['States.Timeout'], { error: 'States.Timeout', heartbeat: true }, true],
    [['States.HeartbeatTimeout'], { error: 'States.Timeout', heartbeat: true }, true],
    [['States.HeartbeatTimeout'], { error: 'States.Timeout' }, false],
    [['Other', 'Mine'], { error: 'Mine' }, true],
    [['Other'], {}, false],
  ])('%j answers %j: %s', (names, detail, answered) => {
    expect(answers(names, detail)).toBe(answered);
  });

  test.each([
    [{}, 0, 1],
    [{}, 2, 4],
    [{ IntervalSeconds: 3, BackoffRate: 1.5 }, 1, 4.5],
    [{ IntervalSeconds: 10, BackoffRate: 10, MaxDelaySeconds: 60 }, 3, 60],
    [{ IntervalSeconds: 8, JitterStrategy: 'FULL' as const }, 0, 2],
  ])('retrier %j waits before retry %i for %d seconds', (retrier, attempt, seconds) => {
    const random = { bytes: () => new Uint8Array(), fraction: () => 0.25 };
    expect(retryDelay({ ErrorEquals: ['States.ALL'], ...retrier }, attempt, random)).toBe(seconds);
  });

  test('each retrier counts for itself, and MaxAttempts 0 is never', () => {
    const retriers = [
      { ErrorEquals: ['A'], MaxAttempts: 1 },
      { ErrorEquals: ['B'], MaxAttempts: 0 },
      { ErrorEquals: ['States.ALL'] },
    ];
    const next = (used: number[], error: string) => nextRetry(retriers, used, { error })?.index;
    expect([next([], 'A'), next([1, 0, 0], 'A'), next([], 'B'), next([1, 0, 2], 'C'), next([1, 0, 3], 'C')]).toEqual([
      0,
      undefined,
      undefined,
      2,
      undefined,
    ]);
  });

  const CALL = {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: 'fail', Payload: {} },
  };
  const failing = {
    functions: {
      fail: () => {
        throw new HandlerFailure('Boom', 'always');
      },
    },
  };

  test('a task is retried at growing distances, then caught', async () => {
    const bench = workbench(failing);
    const { output: text, stopDate } = await bench.execute(
      machine({
        Call: {
          ...CALL,
          Retry: [{ ErrorEquals: ['Boom'], IntervalSeconds: 10, MaxAttempts: 2, BackoffRate: 3 }],
          Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput.Error %}', Next: 'Caught' }],
          End: true,
        },
        Caught: { Type: 'Pass', End: true },
      }),
    );
    expect({ text, stopDate, calls: bench.calls.length }).toEqual({
      text: '"Boom"',
      stopDate: new Date('2026-01-01T00:00:40Z'),
      calls: 3,
    });
    expect(new Set(bench.calls.map(({ attemptId }) => attemptId)).size).toBe(3);
  });

  test('a failure no one catches inside goes to the state around', async () => {
    const bench = workbench(failing);
    const { executionArn = '', output: text } = await bench.execute(
      machine({
        Each: {
          Type: 'Map',
          Items: [1, 2],
          ItemProcessor: { StartAt: 'Call', States: { Call: { ...CALL, End: true } } },
          Catch: [{ ErrorEquals: ['Boom'], Next: 'Caught' }],
          End: true,
        },
        Caught: { Type: 'Pass', Output: '{% $states.input.Error %}', End: true },
      }),
    );
    expect(text).toBe('"Boom"');
    const types = await bench.types(executionArn);
    expect(types.slice(types.indexOf('TaskFailed'))).toEqual([
      ...[
        'TaskFailed',
        'TaskStateAborted',
        'MapIterationAborted',
        'TaskStateAborted',
        'MapIterationFailed',
        'MapStateFailed',
        'MapStateExited',
        'PassStateEntered',
        'PassStateExited',
      ],
      'ExecutionSucceeded',
    ]);
  });

  test('an output over 262,144 bytes fails by a name that States.ALL does not catch', async () => {
    const bench = workbench({ functions: { big: () => 'x'.repeat(300_000) } });
    const described = await bench.execute(
      machine({
        Call: {
          ...CALL,
          Arguments: { FunctionName: 'big' },
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
          End: true,
        },
        Caught: { Type: 'Pass', End: true },
      }),
    );
    expect([described.status, described.error]).toEqual(['FAILED', 'States.DataLimitExceeded']);
  });

  test('no rule that matches and no Default ends the execution, whoever would catch it', async () => {
    const pick = {
      StartAt: 'Pick',
      States: {
        Pick: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'End' }] },
        End: { Type: 'Succeed' },
      },
    };
    const { status, error, cause } = await workbench().execute(
      machine({
        Both: {
          Type: 'Parallel',
          Branches: [pick],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
          End: true,
        },
        Caught: { Type: 'Succeed' },
      }),
    );
    expect([status, error, cause]).toEqual([
      ...['FAILED', 'States.Runtime'],
      "An error occurred while executing the state 'Pick' (entered at the event id #4). " +
        'Failed to transition out of the state. The state does not point to a next state.',
    ]);
  });

  test("the machine's own TimeoutSeconds ends the execution", async () => {
    const described = await workbench().execute(
      machine({ A: { Type: 'Wait', Seconds: 100, End: true } }, { TimeoutSeconds: 30 }),
    );
    expect([described.status, described.stopDate]).toEqual(['TIMED_OUT', new Date('2026-01-01T00:00:30Z')]);
  });
});

describe('Wait', () => {
  test.each([
    [{ Seconds: '{% $states.input.s %}' }, '2026-01-01T00:00:05Z'],
    [{ Timestamp: '2026-01-01T01:00:00Z' }, '2026-01-01T01:00:00Z'],
    [{ Timestamp: '{% $states.input.t %}' }, '2026-01-01T02:00:00Z'],
    [{ Timestamp: '2020-01-01T00:00:00Z' }, '2026-01-01T00:00:00Z'],
    // 60 days: longer than one timer of the process can be.
    [{ Seconds: 5_184_000 }, '2026-03-02T00:00:00Z'],
  ])('%j ends at %s', async (wait, end) => {
    const described = await workbench().execute(machine({ A: { Type: 'Wait', ...wait, End: true } }), {
      s: 5,
      t: '2026-01-01T03:00:00+01:00',
    });
    expect(described.stopDate).toEqual(new Date(end));
  });
});

describe('executions started by a task', () => {
  const child = machine({
    Check: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.ok %}', Next: 'Good' }], Default: 'Bad' },
    Good: { Type: 'Wait', Seconds: 9, End: true },
    Bad: { Type: 'Fail', Error: 'Bad', Cause: 'child' },
  });
  const parent = (how: string, more: object = {}) =>
    machine({
      Start: {
        Type: 'Task',
        Resource: `arn:aws:states:::states:startExecution${how}`,
        Arguments: {
          StateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:child',
          Name: 'nested',
          Input: { ok: '{% $states.input.ok %}' },
        },
        Output: '{% $states.result %}',
        End: true,
        ...more,
      },
    });

  test.each([
    ['.sync:2', { ok: true }, { status: 'SUCCEEDED', seconds: 9, Status: 'SUCCEEDED', Output: { ok: true } }],
    ['.sync', { ok: true }, { status: 'SUCCEEDED', seconds: 9, Status: 'SUCCEEDED', Output: '{"ok":true}' }],
    ['', { ok: true }, { status: 'SUCCEEDED', seconds: 0, Status: undefined, Output: undefined }],
  ])('startExecution%s with %j', async (how, input, expected) => {
    const bench = workbench();
    await bench.create('child', child);
    const { status, output: text, stopDate } = await bench.execute(parent(how), input);
    const { Status, Output, ExecutionArn } = JSON.parse(text ?? '{}');
    const seconds = ((stopDate?.getTime() ?? 0) - Date.UTC(2026, 0, 1)) / 1000;
    expect({ status, seconds, Status, Output }).toEqual(expected);
    expect(ExecutionArn).toBe('arn:aws:states:us-east-1:111111111111:execution:child:nested');
  });

  test('a child that failed fails the task with what became of it', async () => {
    const bench = workbench();
    await bench.create('child', child);
    const { error, cause } = await bench.execute(parent('.sync:2'), { ok: false });
    const { Status, Error: childError } = JSON.parse(cause ?? '{}');
    expect([error, Status, childError]).toEqual(['States.TaskFailed', 'FAILED', 'Bad']);
  });

  test('a task that times out stops its child', async () => {
    const bench = workbench();
    await bench.create('child', child);
    const { error } = await bench.execute(parent('.sync:2', { TimeoutSeconds: 4 }), { ok: true });
    const { status, stopDate } = await bench.describe('arn:aws:states:us-east-1:111111111111:execution:child:nested');
    expect([error, status, stopDate]).toEqual(['States.Timeout', 'ABORTED', new Date('2026-01-01T00:00:04Z')]);
  });

  test('a machine that is not there fails the task by name', async () => {
    const { error } = await workbench().execute(parent('.sync:2'), { ok: true });
    expect(error).toBe('StepFunctions.StateMachineDoesNotExistException');
  });
});
