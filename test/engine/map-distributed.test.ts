import {
  DescribeMapRunCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  UpdateMapRunCommand,
} from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { exceedsTolerance } from '../../local/engine/states/map-distributed.ts';
import { HandlerFailure } from './open-engine.ts';
import { workbench } from './workbench.ts';

const machine = (map: object, states: object = { Child: { Type: 'Pass', End: true } }) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'Fan',
  States: {
    Fan: {
      Type: 'Map',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Child',
        States: states,
      },
      End: true,
      ...map,
    },
  },
});

const CALL = (FunctionName: string) => ({
  Child: {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName, Payload: '{% $states.input %}' },
    Output: '{% $states.result.Payload %}',
    End: true,
  },
});

const reader = (Key: string, ReaderConfig: object) => ({
  ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig, Arguments: { Bucket: 'in', Key } },
});

test.each([
  ['a JSON array', '[1,{"a":2}]', { InputType: 'JSON' }, [1, { a: 2 }]],
  ['a part of JSON', '{"list":[1,2,3]}', { InputType: 'JSON', ItemsPointer: '/list', MaxItems: 2 }, [1, 2]],
  ['lines of JSON', '{"a":1}\n{"a":2}\n', { InputType: 'JSONL' }, [{ a: 1 }, { a: 2 }]],
  [
    'CSV with a header',
    'name,note\r\n"a, b","say ""x"""\nc,\n',
    { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
    [
      { name: 'a, b', note: 'say "x"' },
      { name: 'c', note: '' },
    ],
  ],
  [
    'CSV with given names',
    '1|2\n',
    { InputType: 'CSV', CSVHeaderLocation: 'GIVEN', CSVHeaders: ['x', 'y'], CSVDelimiter: 'PIPE' },
    [{ x: '1', y: '2' }],
  ],
])('items are read from %s', async (_, content, config, items) => {
  const bench = workbench({ objects: new Map([['in/items', new TextEncoder().encode(content)]]) });
  const { status, output } = await bench.execute(machine(reader('items', config)));
  expect({ status, items: JSON.parse(output ?? 'null') }).toEqual({ status: 'SUCCEEDED', items });
});

test('items that can not be read fail the state by name', async () => {
  const {
    status,
    error,
    cause,
    executionArn = '',
  } = await workbench().execute(machine(reader('gone', { InputType: 'JSON' })));
  expect({ status, error, cause }).toEqual({
    status: 'FAILED',
    error: 'States.ItemReaderFailed',
    cause: 'no object in/gone',
  });
  expect(executionArn).not.toBe('');
});

test('the events of a Map Run are those of AWS, and its counts can be asked for', async () => {
  const bench = workbench();
  const { executionArn = '' } = await bench.execute(machine({ Items: [1, 2, 3], Label: 'fan' }));
  expect(await bench.types(executionArn)).toEqual([
    ...[
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunSucceeded',
      'MapStateSucceeded',
    ],
    ...['MapStateExited', 'ExecutionSucceeded'],
  ]);
  const { mapRuns = [] } = await bench.client.send(new ListMapRunsCommand({ executionArn }));
  const mapRunArn = mapRuns[0]?.mapRunArn ?? '';
  expect(mapRunArn).toMatch(/^arn:aws:states:us-east-1:111111111111:mapRun:machine-[^/]+\/fan:[0-9a-f-]{36}$/);
  const run = await bench.client.send(new DescribeMapRunCommand({ mapRunArn }));
  expect({ status: run.status, counts: run.itemCounts, concurrency: run.maxConcurrency }).toEqual({
    status: 'SUCCEEDED',
    counts: {
      pending: 0,
      running: 0,
      succeeded: 3,
      failed: 0,
      timedOut: 0,
      aborted: 0,
      total: 3,
      failuresNotRedrivable: 0,
      pendingRedrive: 0,
      resultsWritten: 3,
    },
    concurrency: 2_147_483_647,
  });
  const { executions = [] } = await bench.client.send(new ListExecutionsCommand({ mapRunArn }));
  expect(executions.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
});

test('no more children run at once than MaxConcurrency, which may be an expression', async () => {
  let running = 0;
  let most = 0;
  const bench = workbench({
    functions: {
      work: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => void bench.clock.after(1000, resolve));
        running -= 1;
        return null;
      },
    },
  });
  const { status, stopDate } = await bench.execute(
    machine({ Items: '{% [1..10] %}', MaxConcurrency: '{% $states.input.most %}' }, CALL('work')),
    { most: 3 },
  );
  expect({ status, most, stopDate }).toEqual({
    status: 'SUCCEEDED',
    most: 3,
    stopDate: new Date('2026-01-01T00:00:04Z'),
  });
});

test('the concurrency of a run can be raised while it runs, and not after', async () => {
  const bench = workbench();
  await bench.create(
    'fan',
    machine({ Items: '{% [1..6] %}', MaxConcurrency: 1 }, { Child: { Type: 'Wait', Seconds: 10, End: true } }),
  );
  const executionArn = await bench.start('fan');
  const raise = async () => {
    const { mapRuns = [] } = await bench.client.send(new ListMapRunsCommand({ executionArn }));
    const mapRunArn = mapRuns[0]?.mapRunArn;
    await bench.client.send(new UpdateMapRunCommand({ mapRunArn, maxConcurrency: 5 }));
    return (await bench.client.send(new DescribeMapRunCommand({ mapRunArn }))).maxConcurrency;
  };
  let raised: number | undefined;
  bench.clock.after(15_000, () => bench.clock.hold(raise().then((concurrency) => (raised = concurrency))));
  await bench.clock.run();
  const { status, stopDate } = await bench.describe(executionArn);
  expect({ status, stopDate, raised }).toEqual({
    status: 'SUCCEEDED',
    stopDate: new Date('2026-01-01T00:00:25Z'),
    raised: 5,
  });
  await expect(raise()).rejects.toThrow('has ended and can not be updated');
});

test('items are selected, and batched with what they share', async () => {
  const { output } = await workbench().execute(
    machine({
      Items: [1, 2, 3],
      ItemSelector: { v: '{% $states.context.Map.Item.Value %}', i: '{% $states.context.Map.Item.Index %}' },
      ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { by: '{% $states.input.by %}' } },
    }),
    { by: 'me' },
  );
  expect(JSON.parse(output ?? '')).toEqual([
    {
      BatchInput: { by: 'me' },
      Items: [
        { v: 1, i: 0 },
        { v: 2, i: 1 },
      ],
    },
    { BatchInput: { by: 'me' }, Items: [{ v: 3, i: 2 }] },
  ]);
});

const fussy = {
  functions: {
    fussy: (payload: unknown) => {
      if ((payload as number) % 2 === 0) throw new HandlerFailure('Even', `${payload} is even`);
      return payload;
    },
  },
};

test('failed children within the tolerance are left out, and beyond it the run fails', async () => {
  const within = await workbench(fussy).execute(machine({ Items: [1, 2, 3], ToleratedFailureCount: 1 }, CALL('fussy')));
  expect({ status: within.status, output: within.output }).toEqual({ status: 'SUCCEEDED', output: '[1,3]' });
  const bench = workbench(fussy);
  const beyond = await bench.execute(machine({ Items: [1, 2, 3, 4], ToleratedFailurePercentage: 25 }, CALL('fussy')));
  expect({ status: beyond.status, error: beyond.error, cause: beyond.cause }).toEqual({
    status: 'FAILED',
    error: 'States.ExceedToleratedFailureThreshold',
    cause: 'The specified tolerated failure threshold was exceeded',
  });
  expect((await bench.types(beyond.executionArn ?? '')).slice(-3)).toEqual([
    'MapRunFailed',
    'MapStateFailed',
    'ExecutionFailed',
  ]);
});

test('when the run fails its other children are stopped', async () => {
  const bench = workbench(fussy);
  const states = {
    Pick: { Type: 'Choice', Choices: [{ Condition: '{% $states.input = 2 %}', Next: 'Child' }], Default: 'Long' },
    Long: { Type: 'Wait', Seconds: 1000, End: true },
    ...CALL('fussy'),
  };
  const definition = machine({ Items: [1, 2] }, states);
  definition.States.Fan.ItemProcessor.StartAt = 'Pick';
  const { executionArn, stopDate } = await bench.execute(definition);
  expect(stopDate).toEqual(new Date('2026-01-01T00:00:00Z'));
  const { mapRuns = [] } = await bench.client.send(new ListMapRunsCommand({ executionArn }));
  const { executions = [] } = await bench.client.send(new ListExecutionsCommand({ mapRunArn: mapRuns[0]?.mapRunArn }));
  expect(executions.map(({ status }) => status)).toEqual(['FAILED', 'ABORTED']);
});

test('results are written with a manifest, and the state returns where', async () => {
  const bench = workbench(fussy);
  const { output } = await bench.execute(
    machine(
      {
        Items: [1, 2, 3],
        ToleratedFailureCount: 1,
        ResultWriter: {
          Resource: 'arn:aws:states:::s3:putObject',
          Arguments: { Bucket: 'out', Prefix: '{% $states.input.where %}' },
        },
      },
      CALL('fussy'),
    ),
    { where: 'runs' },
  );
  const result: { MapRunArn: string; ResultWriterDetails: { Bucket: string; Key: string } } = JSON.parse(output ?? '');
  const folder = `runs/${result.MapRunArn.split(':').at(-1)}`;
  expect(result.ResultWriterDetails).toEqual({ Bucket: 'out', Key: `${folder}/manifest.json` });
  const stored = (key: string) => JSON.parse(new TextDecoder().decode(bench.objects.get(`out/${key}`)));
  const manifest = stored(`${folder}/manifest.json`);
  expect(
    Object.entries(manifest.ResultFiles).map(([status, files]) => [
      status,
      (files as { Key: string }[]).map(({ Key }) => Key),
    ]),
  ).toEqual([
    ['FAILED', [`${folder}/FAILED_0.json`]],
    ['PENDING', []],
    ['SUCCEEDED', [`${folder}/SUCCEEDED_0.json`]],
  ]);
  const outcome = ({ Input, Output, Status, Error: error }: Record<string, unknown>) => ({
    Input,
    Output,
    Status,
    error,
  });
  expect(stored(`${folder}/SUCCEEDED_0.json`).map(outcome)).toEqual([
    { Input: '1', Output: '1', Status: 'SUCCEEDED' },
    { Input: '3', Output: '3', Status: 'SUCCEEDED' },
  ]);
  expect(stored(`${folder}/FAILED_0.json`).map(outcome)).toEqual([{ Input: '2', Status: 'FAILED', error: 'Even' }]);
});

test.each([
  [{ failed: 1, total: 10 }, true],
  [{ failed: 1, total: 10, toleratedCount: 1 }, false],
  [{ failed: 2, total: 10, toleratedCount: 1 }, true],
  [{ failed: 1, total: 10, toleratedPercentage: 10 }, false],
  [{ failed: 2, total: 10, toleratedPercentage: 10 }, true],
  [{ failed: 2, total: 10, toleratedCount: 5, toleratedPercentage: 10 }, true],
  [{ failed: 0, total: 0 }, false],
])('the tolerance over %j is passed: %s', (run, passed) => {
  expect(exceedsTolerance(run)).toBe(passed);
});
