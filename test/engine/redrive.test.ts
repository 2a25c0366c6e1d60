import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { HandlerFailure } from './open-engine.ts';
import { workbench } from './workbench.ts';

const call = (FunctionName: string, going: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName, Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  ...going,
});

const MACHINE = {
  QueryLanguage: 'JSONata',
  StartAt: 'First',
  States: {
    First: { Type: 'Pass', Assign: { kept: 'kept' }, Output: 1, Next: 'Both' },
    Both: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'Good', States: { Good: call('good', { End: true }) } },
        {
          StartAt: 'Nap',
          States: { Nap: { Type: 'Wait', Seconds: 5, Next: 'Weak' }, Weak: call('weak', { End: true }) },
        },
      ],
      Output: ['{% $states.result %}', '{% $kept %}', '{% $states.context.Execution.RedriveCount %}'],
      End: true,
    },
  },
};

test('a redrive goes on at the branch that failed and keeps what was done', async () => {
  let broken = true;
  const bench = workbench({
    functions: {
      good: () => 'good',
      weak: () => {
        if (broken) throw new HandlerFailure('Weak', 'not yet');
        return 'strong';
      },
    },
  });
  await bench.create('machine', MACHINE);
  const executionArn = await bench.start('machine');
  await bench.clock.run();
  const before = await bench.describe(executionArn);
  expect([before.status, before.error, before.redriveStatus]).toEqual(['FAILED', 'Weak', 'REDRIVABLE']);

  broken = false;
  await bench.client.send(new RedriveExecutionCommand({ executionArn }));
  await bench.clock.run();
  const { status, output, redriveCount, error } = await bench.describe(executionArn);
  expect({ status, output, redriveCount, error }).toEqual({
    status: 'SUCCEEDED',
    output: '[["good","strong"],"kept",1]',
    redriveCount: 1,
    error: undefined,
  });
  expect(bench.calls.map(({ functionArn }) => functionArn.split(':').at(-1))).toEqual(['good', 'weak', 'weak']);
  const types = await bench.types(executionArn);
  expect(types.slice(types.indexOf('ExecutionFailed'))).toEqual([
    ...['ExecutionFailed', 'ExecutionRedriven', 'TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'TaskStateExited'],
    ...['ParallelStateSucceeded', 'ParallelStateExited', 'ExecutionSucceeded'],
  ]);
  await expect(bench.client.send(new RedriveExecutionCommand({ executionArn }))).rejects.toMatchObject({
    name: 'ExecutionNotRedrivable',
    message: 'Execution is SUCCEEDED and cannot be redriven',
  });
});

test('after 14 days an execution can not be redriven', async () => {
  const bench = workbench();
  const { executionArn } = await bench.execute({
    QueryLanguage: 'JSONata',
    StartAt: 'Bad',
    States: { Bad: { Type: 'Fail', Error: 'Bad' } },
  });
  bench.clock.after(15 * 86_400_000, () => {});
  await bench.clock.run();
  await expect(bench.client.send(new RedriveExecutionCommand({ executionArn }))).rejects.toMatchObject({
    name: 'ExecutionNotRedrivable',
  });
});
