import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { newToken } from '../../local/engine/token.ts';
import { seededRandom } from '../../shared/outside/random.ts';
import { type Workbench, workbench } from './workbench.ts';

const ASK = {
  QueryLanguage: 'JSONata',
  StartAt: 'Ask',
  States: {
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: 'ask', Payload: '{% $states.context.Task.Token %}' },
      HeartbeatSeconds: 60,
      TimeoutSeconds: 150,
      Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Output: 'no heartbeat', Next: 'End' }],
      Next: 'End',
    },
    End: { Type: 'Succeed' },
  },
};

const asked = async (): Promise<{ bench: Workbench; arn: string; taskToken: string }> => {
  const tokens: string[] = [];
  const bench = workbench({ functions: { ask: (payload) => void tokens.push(payload as string) } });
  await bench.create('ask', ASK);
  const arn = await bench.start('ask');
  await bench.clock.run(() => tokens.length > 0);
  return { bench, arn, taskToken: tokens[0] ?? '' };
};

const answer = async (request: Promise<unknown>): Promise<string> => {
  try {
    await request;
    return 'taken';
  } catch (thrown) {
    return (thrown as Error).name;
  }
};

const success = (bench: Workbench, taskToken: string, output = '{"ok":true}') =>
  answer(bench.client.send(new SendTaskSuccessCommand({ taskToken, output })));

test('an answered token ends its task with the output, and a second answer finds nothing', async () => {
  const { bench, arn, taskToken } = await asked();
  expect(await success(bench, taskToken, 'not JSON')).toBe('InvalidOutput');
  expect(await success(bench, taskToken)).toBe('taken');
  expect(await success(bench, taskToken)).toBe('TaskDoesNotExist');
  await bench.clock.run();
  const { status, output } = await bench.describe(arn);
  expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: '{"ok":true}' });
  expect(await bench.types(arn)).toEqual([
    ...[
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
    ],
    ...['SucceedStateEntered', 'SucceedStateExited', 'ExecutionSucceeded'],
  ]);
});

test('a damaged token, an unknown one and one that came too late are told apart', async () => {
  const { bench, taskToken } = await asked();
  expect(await success(bench, `${taskToken.slice(0, -2)}AA`)).toBe('InvalidToken');
  expect(await success(bench, newToken(seededRandom('another engine')))).toBe('TaskDoesNotExist');
  await bench.clock.run();
  expect(await success(bench, taskToken)).toBe('TaskTimedOut');
});

test('a failure sent for a token fails the task', async () => {
  const { bench, arn, taskToken } = await asked();
  const sent = bench.client.send(new SendTaskFailureCommand({ taskToken, error: 'Refused', cause: 'by hand' }));
  expect(await answer(sent)).toBe('taken');
  await bench.clock.run();
  const { status, error, cause } = await bench.describe(arn);
  expect({ status, error, cause }).toEqual({ status: 'FAILED', error: 'Refused', cause: 'by hand' });
});

test('without a heartbeat the task times out after HeartbeatSeconds, by a name of its own in Catch', async () => {
  const { bench, arn } = await asked();
  await bench.clock.run();
  const { status, output, stopDate } = await bench.describe(arn);
  expect({ status, output, stopDate }).toEqual({
    status: 'SUCCEEDED',
    output: '"no heartbeat"',
    stopDate: new Date('2026-01-01T00:01:00Z'),
  });
});

test('heartbeats put the end off, but not past TimeoutSeconds', async () => {
  const { bench, arn, taskToken } = await asked();
  for (const at of [50_000, 100_000]) {
    bench.clock.after(at, () => bench.clock.hold(bench.client.send(new SendTaskHeartbeatCommand({ taskToken }))));
  }
  await bench.clock.run();
  const { status, error, stopDate } = await bench.describe(arn);
  expect({ status, error, stopDate }).toEqual({
    status: 'FAILED',
    error: 'States.Timeout',
    stopDate: new Date('2026-01-01T00:02:30Z'),
  });
});

test('the token of a stopped execution is refused', async () => {
  const { bench, arn, taskToken } = await asked();
  await bench.client.send(new StopExecutionCommand({ executionArn: arn }));
  expect(await success(bench, taskToken)).toBe('TaskTimedOut');
});
