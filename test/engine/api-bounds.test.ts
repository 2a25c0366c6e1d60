import {
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  ListStateMachineAliasesCommand,
  PublishStateMachineVersionCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  UpdateMapRunCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { refusalOf } from './wire.ts';
import { ROLE, workbench } from './workbench.ts';

const MACHINE = 'arn:aws:states:us-east-1:111111111111:stateMachine:m';
const EXECUTION = 'arn:aws:states:us-east-1:111111111111:execution:m:e';
const machine = (states: object, more: object = {}) => ({
  ...{ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states },
  ...more,
});
const PASS = machine({ Only: { Type: 'Pass', End: true } });
const WAIT = machine({ Nap: { Type: 'Wait', Seconds: 60, Next: 'Done' }, Done: { Type: 'Succeed' } });

const refused = (request: Promise<unknown>): Promise<Record<string, unknown>> =>
  request.then(
    () => ({ name: 'accepted' }),
    (thrown: Record<string, unknown>) => thrown,
  );

const one = (what: string) => ['ValidationException', `1 validation error detected: ${what}`];

test.each([
  ['StartExecution', {}, one("Value null at 'stateMachineArn' failed to satisfy constraint: Member must not be null")],
  [
    'StartExecution',
    { stateMachineArn: MACHINE, name: 'n'.repeat(81) },
    one(
      `Value '${'n'.repeat(81)}' at 'name' failed to satisfy constraint: Member must have length less than or equal to 80`,
    ),
  ],
  [
    'StartExecution',
    { stateMachineArn: '', name: '', traceHeader: 'ä' },
    [
      'ValidationException',
      "3 validation errors detected: Value '' at 'stateMachineArn' failed to satisfy constraint: Member must have length " +
        "greater than or equal to 1; Value '' at 'name' failed to satisfy constraint: Member must have length greater than or " +
        "equal to 1; Value 'ä' at 'traceHeader' failed to satisfy constraint: Member must satisfy regular expression pattern: ^\\p{ASCII}*$",
    ],
  ],
  [
    'CreateStateMachine',
    { name: 'x', roleArn: ROLE, definition: 'd'.repeat(1_048_577) },
    one("Value at 'definition' failed to satisfy constraint: Member must have length less than or equal to 1048576"),
  ],
  [
    'CreateStateMachine',
    { name: 'x', roleArn: ROLE, definition: '{}', type: 'FAST' },
    one("Value 'FAST' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, EXPRESS]"),
  ],
  [
    'ListExecutions',
    { stateMachineArn: MACHINE, maxResults: 1001 },
    one("Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000"),
  ],
  [
    'ValidateStateMachineDefinition',
    { definition: '{}', maxResults: 101 },
    one("Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100"),
  ],
  [
    'StartExecution',
    { stateMachineArn: 7 },
    ['SerializationException', "'stateMachineArn' can not be converted to a String"],
  ],
  [
    'ListStateMachines',
    { maxResults: 1.5 },
    ['SerializationException', "'maxResults' can not be converted to an Integer"],
  ],
  ['DescribeExecution', { executionArn: 'none' }, ['InvalidArn', "Invalid Arn: 'Invalid ARN prefix: none'"]],
  [
    'DescribeExecution',
    { executionArn: MACHINE },
    ['InvalidArn', "Invalid Arn: 'Resource type not valid in this context: stateMachine'"],
  ],
  [
    'DescribeExecution',
    { executionArn: EXECUTION },
    ['ExecutionDoesNotExist', `Execution Does Not Exist: '${EXECUTION}'`],
  ],
  [
    'StartExecution',
    { stateMachineArn: `${MACHINE}/label` },
    ['ValidationException', 'This operation does not support labeled state machine ARNs'],
  ],
  [
    'CreateStateMachine',
    { name: 'x', roleArn: 'none', definition: JSON.stringify(PASS) },
    ['InvalidArn', "Invalid Role Arn: 'none'"],
  ],
  [
    'CreateStateMachine',
    { name: 'x', roleArn: ROLE, definition: JSON.stringify(PASS), versionDescription: 'first' },
    ['ValidationException', 'Version description can only be set when publish is true'],
  ],
  [
    'CreateStateMachine',
    { name: 'x', roleArn: ROLE, definition: JSON.stringify(PASS), loggingConfiguration: { level: 'ALL' } },
    ['InvalidLoggingConfiguration', 'Invalid Logging Configuration: Must specify exactly one Log Destination.'],
  ],
  [
    'CreateStateMachine',
    { name: 'x', roleArn: ROLE, definition: JSON.stringify(PASS), tracingConfiguration: { enabled: 'yes' } },
    ['InvalidTracingConfiguration', 'Invalid Tracing Configuration: enabled must be true or false.'],
  ],
  [
    'CreateStateMachine',
    { name: 'x', roleArn: ROLE, definition: JSON.stringify(PASS), encryptionConfiguration: { type: 'MINE' } },
    [
      'InvalidEncryptionConfiguration',
      'Invalid Encryption Configuration: type must be AWS_OWNED_KEY or CUSTOMER_MANAGED_KMS_KEY.',
    ],
  ],
  ['ListExecutions', {}, ['ValidationException', 'You must specify a stateMachineArn or a mapRunArn']],
  [
    'ListExecutions',
    { stateMachineArn: MACHINE, statusFilter: 'PENDING_REDRIVE' },
    ['ValidationException', 'The statusFilter PENDING_REDRIVE needs a mapRunArn'],
  ],
  [
    'RedriveExecution',
    { executionArn: EXECUTION, clientToken: 'with space' },
    one(
      "Value 'with space' at 'clientToken' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[!-~]+$",
    ),
  ],
  ['SendTaskSuccess', { taskToken: 'forged', output: '1' }, ['InvalidToken', "Invalid Token: 'Invalid token'"]],
  [
    'UpdateStateMachine',
    { stateMachineArn: MACHINE, roleArn: ROLE },
    ['StateMachineDoesNotExist', `State Machine Does Not Exist: '${MACHINE}'`],
  ],
] as const)('%s with %j is refused as AWS does: %#', async (operation, body, expected) => {
  expect(await refusalOf(workbench(), operation, body)).toEqual(expected);
});

describe('tokens of pages', () => {
  test('are good for the same list for a day, whatever comes in between', async () => {
    const bench = workbench();
    const stateMachineArn = await bench.create('m', PASS);
    for (const name of ['a', 'b', 'c']) await bench.start('m', {}, name);
    const list = (nextToken?: string, more: object = {}) =>
      bench.client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 2, nextToken, ...more }));
    const { executions, nextToken } = await list();
    await bench.start('m', {}, 'd');
    const rest = await list(nextToken, { maxResults: 5 });
    expect([executions, rest.executions].map((page) => page?.map(({ name }) => name))).toEqual([['c', 'b'], ['a']]);
    expect(rest.nextToken).toBe(undefined);
    expect((await refused(list(nextToken, { statusFilter: 'RUNNING' }))).name).toBe('InvalidToken');
    expect((await refused(list('forged'))).name).toBe('InvalidToken');
    bench.clock.after(86_400_000, () => {});
    await bench.clock.run();
    expect((await refused(list(nextToken))).name).toBe('InvalidToken');
  });
});

test('a machine that is deleted goes with its last execution, which ends at its next transition', async () => {
  const bench = workbench();
  const stateMachineArn = await bench.create('m', WAIT);
  const executionArn = await bench.start('m');
  await bench.client.send(new DeleteStateMachineCommand({ stateMachineArn }));
  const described = await bench.client.send(new DescribeStateMachineCommand({ stateMachineArn }));
  expect([described.status, (await bench.describe(executionArn)).status]).toEqual(['DELETING', 'RUNNING']);
  const definition = JSON.stringify(PASS);
  const requests = [
    bench.start('m'),
    bench.create('m', WAIT),
    bench.client.send(new UpdateStateMachineCommand({ stateMachineArn, definition })),
    bench.client.send(new PublishStateMachineVersionCommand({ stateMachineArn })),
  ];
  for (const request of requests) expect((await refused(request)).name).toBe('StateMachineDeleting');
  await bench.clock.run();
  expect((await bench.describe(executionArn)).status).toBe('ABORTED');
  expect((await refused(bench.client.send(new DescribeStateMachineCommand({ stateMachineArn })))).name).toBe(
    'StateMachineDoesNotExist',
  );
  expect(await bench.create('m', PASS)).toBe(stateMachineArn);
});

test('creating again with another role or other tags is creating once; with other settings it is refused', async () => {
  const { client } = workbench();
  const create = (more: object) =>
    client.send(new CreateStateMachineCommand({ name: 'm', definition: JSON.stringify(PASS), roleArn: ROLE, ...more }));
  const logging = {
    level: 'ALL' as const,
    destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: 'arn:aws:logs:us-east-1:1:log-group:g:*' } }],
  };
  await create({ loggingConfiguration: logging });
  const again = { roleArn: `${ROLE}2`, tags: [{ key: 'k', value: 'v' }], loggingConfiguration: logging };
  expect((await refused(create(again))).name).toBe('accepted');
  expect((await refused(create({}))).name).toBe('StateMachineAlreadyExists');
  const described = await client.send(new DescribeStateMachineCommand({ stateMachineArn: MACHINE }));
  expect([described.roleArn, described.loggingConfiguration]).toEqual([
    ROLE,
    { includeExecutionData: false, ...logging },
  ]);
  await client.send(
    new UpdateStateMachineCommand({ stateMachineArn: MACHINE, tracingConfiguration: { enabled: true } }),
  );
  const updated = await client.send(new DescribeStateMachineCommand({ stateMachineArn: MACHINE }));
  expect([updated.tracingConfiguration, updated.loggingConfiguration?.level]).toEqual([{ enabled: true }, 'ALL']);
});

test('metadata only leaves data and definition out', async () => {
  const bench = workbench();
  const { executionArn } = await bench.execute(PASS, { secret: 1 });
  const data = { includedData: 'METADATA_ONLY' as const };
  const execution = await bench.client.send(new DescribeExecutionCommand({ executionArn, ...data }));
  expect([execution.input, execution.output, execution.inputDetails, execution.outputDetails]).toEqual([
    ...[undefined, undefined, { included: false }, { included: false }],
  ]);
  const own = await bench.client.send(new DescribeStateMachineForExecutionCommand({ executionArn, ...data }));
  expect(own.definition).toBe('{}');
});

test('an execution tells the trace it was started with, and its first event by which alias and version', async () => {
  const bench = workbench();
  const stateMachineArn = await bench.create('m', PASS);
  const { stateMachineVersionArn = '' } = await bench.client.send(
    new PublishStateMachineVersionCommand({ stateMachineArn }),
  );
  const alias = (name: string) =>
    bench.client.send(
      new CreateStateMachineAliasCommand({ name, routingConfiguration: [{ stateMachineVersionArn, weight: 100 }] }),
    );
  await alias('A');
  await alias('B');
  const listed = await bench.client.send(new ListStateMachineAliasesCommand({ stateMachineArn, maxResults: 1 }));
  const { nextToken } = listed;
  const rest = await bench.client.send(
    new ListStateMachineAliasesCommand({ stateMachineArn, maxResults: 1, nextToken }),
  );
  expect([...(listed.stateMachineAliases ?? []), ...(rest.stateMachineAliases ?? [])]).toMatchObject([
    { stateMachineAliasArn: `${MACHINE}:B` },
    { stateMachineAliasArn: `${MACHINE}:A` },
  ]);
  const { executionArn } = await bench.client.send(
    new StartExecutionCommand({ stateMachineArn: `${stateMachineArn}:A`, traceHeader: 'Root=1-2-3' }),
  );
  expect((await bench.describe(executionArn ?? '')).traceHeader).toBe('Root=1-2-3');
  const { events } = await bench.client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1 }));
  expect(events?.[0]?.executionStartedEventDetails).toEqual({
    ...{ input: '{}', inputDetails: { truncated: false }, roleArn: ROLE },
    ...{ stateMachineAliasArn: `${MACHINE}:A`, stateMachineVersionArn: `${MACHINE}:1` },
  });
});

test('a redrive with the same client token is one redrive', async () => {
  const bench = workbench();
  const { executionArn = '' } = await bench.execute(machine({ Bad: { Type: 'Fail', Error: 'Bad' } }));
  const redrive = (clientToken: string) =>
    bench.client.send(new RedriveExecutionCommand({ executionArn, clientToken }));
  const first = await redrive('once');
  await bench.clock.run();
  expect((await redrive('once')).redriveDate).toEqual(first.redriveDate);
  const described = await bench.describe(executionArn);
  expect([described.redriveCount, described.redriveDate]).toEqual([1, first.redriveDate]);
  await redrive('twice');
  await bench.clock.run();
  expect((await bench.describe(executionArn)).redriveCount).toBe(2);
});

test('children of a Map Run say which Map state they are of, and what they read', async () => {
  const bench = workbench();
  const stateMachineArn = await bench.create(
    'm',
    machine({
      Fan: {
        ...{ Type: 'Map', Items: [1, 2], Label: 'fan', Output: '{% $n & $count($states.result) %}', End: true },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          ...{ StartAt: 'Only', States: { Only: { Type: 'Pass', End: true } } },
        },
      },
    }),
  );
  const executionArn = await bench.start('m');
  await bench.clock.run();
  const { mapRuns } = await bench.client.send(new ListMapRunsCommand({ executionArn }));
  const mapRunArn = mapRuns?.[0]?.mapRunArn ?? '';
  const children = await bench.client.send(new ListExecutionsCommand({ mapRunArn, redriveFilter: 'NOT_REDRIVEN' }));
  expect(children.executions).toMatchObject([
    { stateMachineArn: `${MACHINE}/fan`, mapRunArn, itemCount: 1, redriveCount: 0 },
    { stateMachineArn: `${MACHINE}/fan`, mapRunArn, itemCount: 1, redriveCount: 0 },
  ]);
  const own = await bench.client.send(
    new DescribeStateMachineForExecutionCommand({ executionArn: children.executions?.[0]?.executionArn ?? '' }),
  );
  expect([own.label, own.mapRunArn, own.name]).toEqual(['fan', mapRunArn, 'm']);
  const labeled = await bench.client.send(new DescribeStateMachineCommand({ stateMachineArn: `${MACHINE}/fan` }));
  expect([labeled.label, JSON.parse(labeled.definition ?? '').StartAt]).toEqual(['fan', 'Only']);
  const whole = await bench.client.send(new DescribeStateMachineCommand({ stateMachineArn }));
  expect(whole.variableReferences).toEqual({ Fan: ['n'] });
  const late = await refused(bench.client.send(new UpdateMapRunCommand({ mapRunArn, maxConcurrency: 1 })));
  expect([late.name, late.reason]).toEqual(['ValidationException', 'CANNOT_UPDATE_COMPLETED_MAP_RUN']);
});
