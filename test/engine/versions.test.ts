import {
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  DeleteStateMachineAliasCommand,
  DeleteStateMachineVersionCommand,
  DescribeStateMachineAliasCommand,
  DescribeStateMachineCommand,
  ListExecutionsCommand,
  ListStateMachineAliasesCommand,
  ListStateMachineVersionsCommand,
  ListTagsForResourceCommand,
  PublishStateMachineVersionCommand,
  StartSyncExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateStateMachineAliasCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { nextRoute } from '../../local/engine/sqlite/aliases.ts';
import { ROLE, workbench } from './workbench.ts';

const saying = (word: string): string =>
  JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'Nap',
    States: { Nap: { Type: 'Wait', Seconds: 5, Next: 'Say' }, Say: { Type: 'Pass', Output: word, End: true } },
  });

const refusal = (request: Promise<unknown>): Promise<string> =>
  request.then(
    () => 'accepted',
    (thrown: Error) => thrown.name,
  );

/** A machine with versions 1 (says one) and 2 (says two) that now says three. */
const versioned = async () => {
  const bench = workbench();
  const { client } = bench;
  const created = await client.send(
    new CreateStateMachineCommand({ name: 'm', definition: saying('one'), roleArn: ROLE, publish: true }),
  );
  const stateMachineArn = created.stateMachineArn ?? '';
  await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition: saying('two'), publish: true }));
  await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition: saying('three') }));
  return { bench, client, stateMachineArn };
};

test('an execution stays on the version it was started by, whatever the machine becomes', async () => {
  const { bench, client, stateMachineArn } = await versioned();
  const arns = [];
  for (const arn of [`${stateMachineArn}:1`, `${stateMachineArn}:2`, stateMachineArn])
    arns.push(await bench.start(arn));
  await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition: saying('four') }));
  await client.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn: `${stateMachineArn}:1` }));
  await bench.clock.run();
  const ends = [];
  for (const arn of arns) {
    const { output, stateMachineArn: machine, stateMachineVersionArn } = await bench.describe(arn);
    ends.push([output, machine, stateMachineVersionArn]);
  }
  expect(ends).toEqual([
    ['"one"', stateMachineArn, `${stateMachineArn}:1`],
    ['"two"', stateMachineArn, `${stateMachineArn}:2`],
    ['"three"', stateMachineArn, undefined],
  ]);
  expect(await refusal(bench.start(`${stateMachineArn}:1`))).toBe('StateMachineDoesNotExist');
  const { stateMachineVersions } = await client.send(new ListStateMachineVersionsCommand({ stateMachineArn }));
  expect(stateMachineVersions?.map((version) => version.stateMachineVersionArn)).toEqual([`${stateMachineArn}:2`]);
});

test('a revision is published once, and the number of a deleted version is not given again', async () => {
  const { client, stateMachineArn } = await versioned();
  const publish = async (description?: string) =>
    (await client.send(new PublishStateMachineVersionCommand({ stateMachineArn, ...(description && { description }) })))
      .stateMachineVersionArn;
  expect([await publish('third'), await publish('third')]).toEqual([`${stateMachineArn}:3`, `${stateMachineArn}:3`]);
  expect(await refusal(publish('another'))).toBe('ConflictException');
  await client.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn: `${stateMachineArn}:3` }));
  expect(await publish()).toBe(`${stateMachineArn}:4`);
  const described = await client.send(new DescribeStateMachineCommand({ stateMachineArn: `${stateMachineArn}:2` }));
  expect([described.stateMachineArn, described.definition]).toEqual([`${stateMachineArn}:2`, saying('two')]);
});

test('an alias leads to its version, is moved to another, and protects what it names', async () => {
  const { bench, client, stateMachineArn } = await versioned();
  const route = (version: number, weight = 100) => ({
    stateMachineVersionArn: `${stateMachineArn}:${version}`,
    weight,
  });
  const { stateMachineAliasArn = '' } = await client.send(
    new CreateStateMachineAliasCommand({ name: 'PROD', description: 'live', routingConfiguration: [route(1)] }),
  );
  expect(stateMachineAliasArn).toBe(`${stateMachineArn}:PROD`);
  const before = await bench.start(stateMachineAliasArn, {}, 'before');
  await client.send(new UpdateStateMachineAliasCommand({ stateMachineAliasArn, routingConfiguration: [route(2)] }));
  const after = await bench.start(stateMachineAliasArn, {}, 'after');
  await bench.clock.run();
  const ends = [];
  for (const arn of [before, after]) {
    const described = await bench.describe(arn);
    ends.push([described.output, described.stateMachineVersionArn, described.stateMachineAliasArn]);
  }
  expect(ends).toEqual([
    ['"one"', `${stateMachineArn}:1`, stateMachineAliasArn],
    ['"two"', `${stateMachineArn}:2`, stateMachineAliasArn],
  ]);
  const listed = await client.send(new ListExecutionsCommand({ stateMachineArn: stateMachineAliasArn }));
  expect(listed.executions?.map(({ name }) => name)).toEqual(['after', 'before']);
  const { name, description, routingConfiguration } = await client.send(
    new DescribeStateMachineAliasCommand({ stateMachineAliasArn }),
  );
  expect({ name, description, routingConfiguration }).toEqual({
    ...{ name: 'PROD', description: 'live', routingConfiguration: [route(2)] },
  });
  const drop = (version: number) =>
    client.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn: `${stateMachineArn}:${version}` }));
  expect([await refusal(drop(2)), await refusal(drop(1))]).toEqual(['ConflictException', 'accepted']);
  await client.send(new DeleteStateMachineAliasCommand({ stateMachineAliasArn }));
  expect((await client.send(new ListStateMachineAliasesCommand({ stateMachineArn }))).stateMachineAliases).toEqual([]);
  expect(await refusal(bench.start(stateMachineAliasArn))).toBe('StateMachineDoesNotExist');
});

test.each([
  ['weights that do not make 100', 'ok', [{ version: 1, weight: 90 }], 'ValidationException'],
  ['no route', 'ok', [], 'ValidationException'],
  ['one version twice', 'ok', [1, 1].map((version) => ({ version, weight: 50 })), 'ValidationException'],
  ['a version that is not there', 'ok', [{ version: 9, weight: 100 }], 'ResourceNotFound'],
  ['a name that is a number', '7', [{ version: 1, weight: 100 }], 'ValidationException'],
  ['two versions that make 100', 'ok', [1, 2].map((version) => ({ version, weight: 50 })), 'accepted'],
])('an alias with %s is answered', async (_, name, routes, answer) => {
  const { client, stateMachineArn } = await versioned();
  const routingConfiguration = routes.map(({ version, weight }) => ({
    ...{ stateMachineVersionArn: `${stateMachineArn}:${version}`, weight },
  }));
  expect(await refusal(client.send(new CreateStateMachineAliasCommand({ name, routingConfiguration })))).toBe(answer);
});

test.each([
  [0, 'a'],
  [0.099, 'a'],
  [0.1, 'b'],
  [0.999, 'b'],
])('with weights 10 and 90 a draw of %d falls on %s', (draw, version) => {
  const routes = [
    { stateMachineVersionArn: 'a', weight: 10 },
    { stateMachineVersionArn: 'b', weight: 90 },
  ];
  expect(nextRoute(routes, draw)).toBe(version);
});

test('tags are put, replaced, taken away, and at most 50', async () => {
  const { client, stateMachineArn: resourceArn } = await versioned();
  const tags = async () => (await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags;
  await client.send(
    new TagResourceCommand({
      resourceArn,
      tags: [
        { key: 'b', value: '1' },
        { key: 'a', value: '' },
      ],
    }),
  );
  await client.send(new TagResourceCommand({ resourceArn, tags: [{ key: 'b', value: '2' }] }));
  expect(await tags()).toEqual([
    { key: 'a', value: '' },
    { key: 'b', value: '2' },
  ]);
  await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a', 'none'] }));
  expect(await tags()).toEqual([{ key: 'b', value: '2' }]);
  const many = Array.from({ length: 50 }, (_, at) => ({ key: `k${at}`, value: 'v' }));
  expect(await refusal(client.send(new TagResourceCommand({ resourceArn, tags: many })))).toBe('TooManyTags');
  const unknown = client.send(new ListTagsForResourceCommand({ resourceArn: `${resourceArn}-none` }));
  expect(await refusal(unknown)).toBe('ResourceNotFound');
});

const sync = (client: ReturnType<typeof workbench>['client'], stateMachineArn: string | undefined, name?: string) =>
  client.send(new StartSyncExecutionCommand({ stateMachineArn, ...(name !== undefined && { name }) }));

test('an EXPRESS execution answers when it ends, at the latest after five minutes, and leaves nothing', async () => {
  const bench = workbench();
  const express = async (name: string, seconds: number) => {
    const States = { Nap: { Type: 'Wait', Seconds: seconds, Next: 'End' }, End: { Type: 'Fail', Error: 'Bad' } };
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Nap', States });
    const created = await bench.client.send(
      new CreateStateMachineCommand({ name, definition, roleArn: ROLE, type: 'EXPRESS' }),
    );
    const answer = sync(bench.client, created.stateMachineArn, 'run');
    await bench.clock.run();
    const { status, error, startDate, stopDate, billingDetails, executionArn } = await answer;
    expect(executionArn).toMatch(
      new RegExp(`^arn:aws:states:us-east-1:111111111111:express:${name}:run:[0-9a-f-]{36}$`),
    );
    const list = bench.client.send(new ListExecutionsCommand({ stateMachineArn: created.stateMachineArn }));
    expect([await refusal(list), await refusal(bench.describe(executionArn ?? ''))]).toEqual([
      'StateMachineTypeNotSupported',
      'InvalidArn',
    ]);
    const took = (stopDate?.getTime() ?? 0) - (startDate?.getTime() ?? 0);
    return { status, error, took, billed: billingDetails?.billedDurationInMilliseconds };
  };
  expect([await express('short', 2), await express('long', 3600)]).toEqual([
    { status: 'FAILED', error: 'Bad', took: 2000, billed: 2000 },
    { status: 'TIMED_OUT', error: 'States.Timeout', took: 300_000, billed: 300_000 },
  ]);
  const standard = await bench.create('standard', saying('x'));
  expect(await refusal(sync(bench.client, standard))).toBe('StateMachineTypeNotSupported');
});

test('an EXPRESS machine that waits for a token, a child or a distributed Map is refused', async () => {
  const { client } = workbench();
  const create = (state: object) =>
    client.send(
      new CreateStateMachineCommand({
        ...{ name: 'e', roleArn: ROLE, type: 'EXPRESS' },
        definition: JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'A', States: { A: { ...state, End: true } } }),
      }),
    );
  const inner = { StartAt: 'B', States: { B: { Type: 'Pass', End: true } } };
  const mode = { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' };
  const states = [
    { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' },
    { Type: 'Task', Resource: 'arn:aws:states:::states:startExecution.sync:2' },
    { Type: 'Map', ItemProcessor: { ...inner, ProcessorConfig: mode } },
    { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke' },
  ];
  const answers = [];
  for (const state of states) answers.push(await refusal(create(state)));
  expect(answers).toEqual(['InvalidDefinition', 'InvalidDefinition', 'InvalidDefinition', 'accepted']);
});

test('a stopped engine tells who waits for an EXPRESS execution', async () => {
  const bench = workbench();
  const definition = saying('x');
  const { stateMachineArn } = await bench.client.send(
    new CreateStateMachineCommand({ name: 'e', definition, roleArn: ROLE, type: 'EXPRESS' }),
  );
  const answer = refusal(sync(bench.client, stateMachineArn));
  await bench.clock.run(() => true);
  await bench.engine.stop();
  expect(await answer).toBe('ServiceUnavailable');
});
