import {
  CreateStateMachineCommand,
  ListExecutionsCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { ROLE, workbench } from './workbench.ts';

const output = (Output: string, more: object = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'Only',
  States: { Only: { Type: 'Pass', Output: `{% ${Output} %}`, End: true }, ...more },
});

const refusal = (request: Promise<unknown>): Promise<string> =>
  request.then(
    () => 'accepted',
    (thrown: Error) => thrown.name,
  );

const MEMORY = 'evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage';

test.each([
  [
    'a regular expression that backtracks without end',
    '$match($states.input.text, /^(a+)+$/)',
    'searched for more than',
  ],
  ['a recursion without end', '($f := function($n) { 1 + $f($n) }; $f(1))', 'evaluation: Stack overflow error'],
  [
    'a tail recursion without end',
    '($f := function($n) { $f($n + 1) }; $f(1))',
    'evaluation: Expression evaluation timeout',
  ],
  ['a text that doubles', '($f := function($s) { $f($s & $s) }; $f("xxxxxxxx"))', MEMORY],
  ['a text that is padded', '$pad("", 500000000)', MEMORY],
  ['a range of millions', '[1..9000000]', MEMORY],
  ['a range of millions by its function', '$range(1, 1000000000, 1)', MEMORY],
])('%s fails its state', async (_, expression, because) => {
  const { status, error, cause } = await workbench().execute(output(expression), { text: `${'a'.repeat(40)}b` });
  expect([status, error]).toEqual(['FAILED', 'States.QueryEvaluationError']);
  expect(cause).toContain(because);
});

test.each([
  ['$match("a1b22", /[0-9]+/).match', ['1', '22']],
  ['$replace("2026-01-31", /([0-9]+)-([0-9]+)-([0-9]+)/, "$3.$2.$1")', '31.01.2026'],
  ['$split("a, b;  c", /[,;]\\s*/)', ['a', 'b', 'c']],
  ['$contains("Wave", /^w[a-z]+e$/i)', true],
  ['[$pad("ab", 5, "-*"), $pad("ab", -4), $pad("abc", 2)]', ['ab-*-', '  ab', 'abc']],
])('what is bounded gives what JSONata gives: %s', async (expression, expected) => {
  const { output: text } = await workbench().execute(output(expression));
  expect(JSON.parse(text ?? 'null')).toEqual(expected);
});

test('ten thousand executions started at once all end, each once', { timeout: 60_000 }, async () => {
  const bench = workbench();
  await bench.create('many', output('$states.input.n + 1'));
  const stateMachineArn = 'arn:aws:states:us-east-1:111111111111:stateMachine:many';
  const starts = Array.from({ length: 10_000 }, (_, n) => {
    const body = JSON.stringify({ stateMachineArn, name: `run-${n}`, input: `{"n":${n}}` });
    const headers = { 'x-amz-target': 'AWSStepFunctions.StartExecution' };
    return bench.engine.handle(new Request('http://127.0.0.1/', { method: 'POST', headers, body }));
  });
  const running = Promise.all(starts).then((answers) => answers.filter(({ ok }) => ok).length);
  let done = false;
  void running.then(() => {
    done = true;
  });
  while (!done) await bench.clock.run();
  expect(await running).toBe(10_000);
  let succeeded = 0;
  let nextToken: string | undefined;
  do {
    const page = await bench.client.send(
      new ListExecutionsCommand({ stateMachineArn, maxResults: 1000, ...(nextToken !== undefined && { nextToken }) }),
    );
    succeeded += page.executions?.filter(({ status }) => status === 'SUCCEEDED').length ?? 0;
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  expect(succeeded).toBe(10_000);
});

test('a token is taken once; a forged or a damaged one is told from one that was used', async () => {
  let token = '';
  const keep = (given: string) => {
    token = given;
  };
  const bench = workbench({ functions: { ask: (payload) => keep((payload as { token: string }).token) } });
  const executionArn = await bench.start(
    await bench.create('ask', {
      QueryLanguage: 'JSONata',
      StartAt: 'Ask',
      States: {
        Ask: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
          Arguments: { FunctionName: 'ask', Payload: { token: '{% $states.context.Task.Token %}' } },
          End: true,
        },
      },
    }),
  );
  await bench.clock.run();
  const send = (taskToken: string) =>
    refusal(bench.client.send(new SendTaskSuccessCommand({ taskToken, output: '"yes"' })));
  const damaged = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
  expect([await send('forged'), await send(damaged), await send(token), await send(token)]).toEqual([
    ...['InvalidToken', 'InvalidToken', 'accepted', 'TaskDoesNotExist'],
  ]);
  expect(await refusal(bench.client.send(new SendTaskFailureCommand({ taskToken: token })))).toBe('TaskDoesNotExist');
  await bench.clock.run();
  expect((await bench.describe(executionArn)).output).toBe('"yes"');
});

test.each([
  ['{', 'SerializationException'],
  ['[]', 'SerializationException'],
  ['null', 'SerializationException'],
  [JSON.stringify({ definition: 'x'.repeat(1_200_000) }), 'ValidationException'],
])('a body that is no request is refused: %#', async (body, type) => {
  const headers = { 'x-amz-target': 'AWSStepFunctions.CreateStateMachine' };
  const response = await workbench().engine.handle(new Request('http://127.0.0.1/', { method: 'POST', headers, body }));
  const answer: unknown = await response.json();
  expect([response.status, answer]).toMatchObject([400, { __type: `com.amazonaws.swf.service.v2.model#${type}` }]);
});

test.each([
  [
    'definition',
    { definition: JSON.stringify(output('1', { Odd: { Type: 'Odd', End: true } })), name: 'm' },
    'InvalidDefinition',
  ],
  ['name', { definition: JSON.stringify(output('1')), name: 'n n' }, 'InvalidName'],
])('a machine with a bad %s is refused', async (_, request, answer) => {
  const { client } = workbench();
  expect(await refusal(client.send(new CreateStateMachineCommand({ ...request, roleArn: ROLE })))).toBe(answer);
});

test('the name of an execution has at most 80 characters, its input at most 262,144 bytes', async () => {
  const bench = workbench();
  const stateMachineArn = await bench.create('m', output('1'));
  const start = (name: string, input: string) =>
    refusal(bench.client.send(new StartExecutionCommand({ stateMachineArn, name, input })));
  expect([await start('n'.repeat(80), '1'), await start('n'.repeat(81), '1')]).toEqual([
    'accepted',
    'ValidationException',
  ]);
  expect(await start('long', JSON.stringify('x'.repeat(262_143)))).toBe('ValidationException');
});
