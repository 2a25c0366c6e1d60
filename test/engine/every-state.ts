import { type Handler, HandlerFailure } from './open-engine.ts';

const lambda = (FunctionName: string, Payload: unknown) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName, Payload },
});

const double = (then: object) => ({
  ...lambda('double', '{% $states.input %}'),
  Output: '{% $states.result.Payload %}',
  ...then,
});

export const CHILD = {
  QueryLanguage: 'JSONata',
  StartAt: 'Nap',
  States: {
    Nap: { Type: 'Wait', Seconds: 7, Next: 'Add' },
    Add: { Type: 'Pass', Output: '{% $states.input.n + 1 %}', End: true },
  },
};

/** One machine with every type of state, retry, catch, token, nested execution and both kinds of Map. */
export const EVERY_STATE = {
  QueryLanguage: 'JSONata',
  StartAt: 'Prepare',
  TimeoutSeconds: 36_000,
  States: {
    Prepare: { Type: 'Pass', Assign: { n: '{% $states.input.n %}', seen: '{% $uuid() %}' }, Next: 'Decide' },
    Decide: {
      Type: 'Choice',
      Choices: [{ Condition: '{% $n > 1 %}', Assign: { chosen: 'many' }, Next: 'Work' }],
      Default: 'Lost',
    },
    Lost: { Type: 'Fail', Error: 'Lost', Cause: '{% "n was " & $string($n) %}' },
    Work: {
      ...lambda('flaky', { n: '{% $n %}', retry: '{% $states.context.State.RetryCount %}' }),
      Retry: [{ ErrorEquals: ['Flaky'], IntervalSeconds: 3, BackoffRate: 2, MaxAttempts: 2, JitterStrategy: 'FULL' }],
      Assign: { worked: '{% $states.result.Payload %}' },
      TimeoutSeconds: 60,
      Next: 'Pause',
    },
    Pause: { Type: 'Wait', Seconds: '{% $n * 10 %}', Next: 'Both' },
    Both: {
      Type: 'Parallel',
      Arguments: '{% $n %}',
      Branches: [
        { StartAt: 'Left', States: { Left: double({ Next: 'LeftAgain' }), LeftAgain: double({ End: true }) } },
        {
          StartAt: 'Right',
          States: {
            Right: { Type: 'Wait', Seconds: 5, Next: 'RightEnd' },
            RightEnd: { Type: 'Succeed', Output: '{% $chosen %}' },
          },
        },
      ],
      Assign: { both: '{% $states.result %}' },
      Next: 'Broken',
    },
    Broken: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'Break', States: { Break: { Type: 'Fail', Error: 'Broken', Cause: 'on purpose' } } },
        { StartAt: 'Idle', States: { Idle: { Type: 'Wait', Seconds: 1000, End: true } } },
      ],
      Catch: [{ ErrorEquals: ['States.ALL'], Assign: { broken: '{% $states.errorOutput %}' }, Next: 'Each' }],
      Next: 'Lost',
    },
    Each: {
      Type: 'Map',
      Items: '{% [1..4] %}',
      MaxConcurrency: 2,
      ItemSelector: { value: '{% $states.context.Map.Item.Value * $n %}', at: '{% $states.context.Map.Item.Index %}' },
      ItemProcessor: {
        StartAt: 'Triple',
        States: {
          Triple: { ...lambda('triple', '{% $states.input %}'), Output: '{% $states.result.Payload %}', End: true },
        },
      },
      Assign: { each: '{% $states.result %}' },
      Next: 'Fan',
    },
    Fan: {
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSON' },
        Arguments: { Bucket: 'in', Key: 'items.json' },
      },
      MaxConcurrency: '{% $n %}',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Child',
        States: {
          Child: { ...lambda('double', '{% $states.input.n %}'), Output: '{% $states.result.Payload %}', End: true },
        },
      },
      Assign: { fan: '{% $states.result %}' },
      Next: 'Nested',
    },
    Nested: {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: { StateMachineArn: '{% $states.context.StateMachine.Id & "-child" %}', Input: { n: '{% $n %}' } },
      Assign: { nested: '{% $states.result.Output %}' },
      Next: 'Ask',
    },
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: 'ask', Payload: { token: '{% $states.context.Task.Token %}' } },
      HeartbeatSeconds: 100,
      TimeoutSeconds: 1000,
      Assign: { asked: '{% $states.result.answer %}' },
      Next: 'Done',
    },
    Done: {
      Type: 'Succeed',
      Output: {
        ...{
          n: '{% $n %}',
          chosen: '{% $chosen %}',
          worked: '{% $worked %}',
          both: '{% $both %}',
          broken: '{% $broken %}',
        },
        ...{ each: '{% $each %}', fan: '{% $fan %}', nested: '{% $nested %}', asked: '{% $asked %}' },
      },
    },
  },
};

export const EVERY_STATE_OUTPUT = {
  n: 3,
  chosen: 'many',
  worked: 'worked after 1',
  both: [12, 'many'],
  broken: { Error: 'Broken', Cause: 'on purpose' },
  each: [9, 18, 27, 36],
  fan: [20, 40, 60, 80, 100],
  nested: 4,
  asked: 'yes',
};

export const ITEMS = new Map([
  ['in/items.json', new TextEncoder().encode(JSON.stringify([1, 2, 3, 4, 5].map((n) => ({ n: n * 10 }))))],
]);

/** The functions of `EVERY_STATE`; `ask` hands its token on. All may be called twice. */
export const functionsOf = (ask: (token: string) => void): Readonly<Record<string, Handler>> => ({
  double: (payload) => (payload as number) * 2,
  triple: (payload) => (payload as { value: number }).value * 3,
  flaky: (payload) => {
    const { retry } = payload as { retry: number };
    if (retry === 0) throw new HandlerFailure('Flaky', 'the first time fails');
    return `worked after ${retry}`;
  },
  ask: (payload) => {
    ask((payload as { token: string }).token);
    return null;
  },
});
