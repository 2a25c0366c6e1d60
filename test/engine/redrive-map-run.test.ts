import { DescribeMapRunCommand, ListMapRunsCommand, RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { HandlerFailure } from './open-engine.ts';
import { type Workbench, workbench } from './workbench.ts';

const machine = (more: object) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'Each',
  States: {
    Each: {
      Type: 'Map',
      Items: '{% [1..6] %}',
      MaxConcurrency: 2,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Do',
        States: {
          Do: {
            Type: 'Task',
            Resource: 'arn:aws:states:::lambda:invoke',
            Arguments: { FunctionName: 'work', Payload: '{% $states.input %}' },
            Output: '{% $states.result.Payload %}',
            End: true,
          },
        },
      },
      End: true,
      ...more,
    },
  },
});

const countsOf = async (bench: Workbench, executionArn: string) => {
  const { mapRuns = [] } = await bench.client.send(new ListMapRunsCommand({ executionArn }));
  const [run] = mapRuns;
  const { status, redriveCount, itemCounts, executionCounts } = await bench.client.send(
    new DescribeMapRunCommand({ mapRunArn: run?.mapRunArn }),
  );
  const short = (counts: typeof itemCounts) => [counts?.total, counts?.succeeded, counts?.failed, counts?.pending];
  return { runs: mapRuns.length, status, redriveCount, items: short(itemCounts), children: short(executionCounts) };
};

test('a redrive runs only the children that failed or never started, in the same Map Run', async () => {
  const worked: unknown[] = [];
  let broken = true;
  const bench = workbench({
    functions: {
      work: (payload) => {
        if (payload === 3 && broken) throw new HandlerFailure('Weak', 'not yet');
        worked.push(payload);
        return (payload as number) * 10;
      },
    },
  });
  const executionArn = await bench.start(await bench.create('machine', machine({})));
  await bench.clock.run();
  expect((await bench.describe(executionArn)).error).toBe('States.ExceedToleratedFailureThreshold');
  const before = await countsOf(bench, executionArn);
  expect({ ...before, items: before.items[0] }).toMatchObject({ runs: 1, status: 'FAILED', redriveCount: 0, items: 6 });

  broken = false;
  await bench.client.send(new RedriveExecutionCommand({ executionArn }));
  await bench.clock.run();
  const { status, output } = await bench.describe(executionArn);
  expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: '[10,20,30,40,50,60]' });
  expect(worked.toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
  expect(await countsOf(bench, executionArn)).toEqual({
    ...{ runs: 1, status: 'SUCCEEDED', redriveCount: 1, items: [6, 6, 0, 0], children: [6, 6, 0, 0] },
  });
  expect(await bench.types(executionArn)).toContain('MapRunRedriven');
});

test('items and the children that hold several of them are counted apart', async () => {
  const bench = workbench({ functions: { work: () => 1 } });
  const executionArn = await bench.start(
    await bench.create('machine', machine({ ItemBatcher: { MaxItemsPerBatch: 4 } })),
  );
  await bench.clock.run();
  expect(await countsOf(bench, executionArn)).toEqual({
    ...{ runs: 1, status: 'SUCCEEDED', redriveCount: 0, items: [6, 6, 0, 0], children: [2, 2, 0, 0] },
  });
});
