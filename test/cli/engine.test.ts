import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';

const MAIN = new URL('../../cli/main.ts', import.meta.url).pathname;
const ROLE = 'arn:aws:iam::222222222222:role/engine';

interface Started {
  readonly url: string;
  /** Sends the signal; resolves with the exit code, or null for an end by the signal itself. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** What it said on stderr when it ended by itself, and its exit code. */
  ended(): Promise<readonly [number | null, string]>;
}

const COMMAND = [process.execPath, '--disable-warning=ExperimentalWarning', MAIN, 'engine'];

const start = (...args: readonly string[]): Promise<Started> => startBy([...COMMAND, ...args]);

const startBy = ([command = '', ...args]: readonly string[]): Promise<Started> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args);
    const said: string[] = [];
    const exit = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
    child.stderr.on('data', (text) => said.push(String(text)));
    child.stdout.on('data', (text) => {
      const url = /^ready (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(String(text))?.[1];
      if (url === undefined) reject(new Error(`unexpected line: ${String(text)}`));
      else
        resolve({
          url,
          end: (signal) => {
            child.kill(signal);
            return exit;
          },
          ended: async () => [await exit, said.join('')],
        });
    });
    void exit.then((code) => reject(new Error(`ended with ${code}: ${said.join('')}`)));
  });

const clientOf = (endpoint: string): SFNClient =>
  new SFNClient({
    ...{ endpoint, region: 'eu-west-1', maxAttempts: 1, disableHostPrefix: true },
    credentials: { accessKeyId: '222222222222', secretAccessKey: 'SIMULATED' },
  });

const ended = async (client: SFNClient, executionArn: string): Promise<DescribeExecutionCommandOutput> => {
  for (;;) {
    const described = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (described.status !== 'RUNNING') return described;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const task = (name: string, going: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: {
    FunctionName: `arn:aws:lambda:ap-south-1:333333333333:function:${name}:live`,
    Payload: '{% $states.input %}',
  },
  Output: '{% $states.result.Payload %}',
  ...going,
});

const machine = (states: object): string =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'First', States: states });

const inFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  try {
    writeFileSync(
      join(folder, 'add.mjs'),
      'export const handler = ({ n }, { functionName }) => ({ n: n + 1, functionName });',
    );
    writeFileSync(join(folder, 'bad.mjs'), 'export const handler = () => { throw new TypeError("on purpose"); };');
    writeFileSync(join(folder, 'empty.mjs'), 'export const other = 1;');
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

test('the engine alone runs machines of any account and region with the functions of a folder, and ends with 0', () =>
  inFolder(async (folder) => {
    const engine = await start('--functions', folder);
    const client = clientOf(engine.url);
    const execute = async (name: string) => {
      const definition = machine({ First: task(name, { End: true }) });
      const { stateMachineArn } = await client.send(new CreateStateMachineCommand({ name, definition, roleArn: ROLE }));
      expect(stateMachineArn).toBe(`arn:aws:states:eu-west-1:222222222222:stateMachine:${name}`);
      const { executionArn = '' } = await client.send(new StartExecutionCommand({ stateMachineArn, input: '{"n":1}' }));
      const { status, output, error } = await ended(client, executionArn);
      return { status, output, error };
    };
    expect([await execute('add'), await execute('bad'), await execute('empty'), await execute('none')]).toEqual([
      { status: 'SUCCEEDED', output: '{"n":2,"functionName":"add"}', error: undefined },
      { status: 'FAILED', output: undefined, error: 'TypeError' },
      { status: 'FAILED', output: undefined, error: 'Runtime.HandlerNotFound' },
      { status: 'FAILED', output: undefined, error: 'Lambda.ResourceNotFoundException' },
    ]);
    expect(await engine.end('SIGTERM')).toBe(0);
  }));

test('an EXPRESS machine answers in the same request', () =>
  inFolder(async (folder) => {
    const engine = await start('--functions', folder);
    const client = clientOf(engine.url);
    const definition = machine({ First: task('add', { End: true }) });
    const { stateMachineArn } = await client.send(
      new CreateStateMachineCommand({ name: 'quick', type: 'EXPRESS', definition, roleArn: ROLE }),
    );
    const answer = await client.send(
      new StartSyncExecutionCommand({ stateMachineArn, input: '{"n":41}', name: 'one' }),
    );
    expect({ status: answer.status, output: answer.output, name: answer.name }).toEqual({
      ...{ status: 'SUCCEEDED', output: '{"n":42,"functionName":"add"}', name: 'one' },
    });
    expect(await engine.end('SIGTERM')).toBe(0);
  }));

test('killed while it waits, it goes on with its file', () =>
  inFolder(async (folder) => {
    const args = ['--functions', folder, '--data', join(folder, 'engine.sqlite')];
    const first = await start(...args);
    const definition = machine({
      First: { Type: 'Wait', Seconds: 1, Next: 'Second' },
      Second: task('add', { End: true }),
    });
    const { stateMachineArn } = await clientOf(first.url).send(
      new CreateStateMachineCommand({ name: 'kept', definition, roleArn: ROLE }),
    );
    const { executionArn = '' } = await clientOf(first.url).send(
      new StartExecutionCommand({ stateMachineArn, input: '{"n":1}' }),
    );
    expect(await first.end('SIGKILL')).toBe(null);
    const second = await start(...args);
    const { status, output } = await ended(clientOf(second.url), executionArn);
    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: '{"n":2,"functionName":"add"}' });
    const { stateMachines } = await clientOf(second.url).send(new ListStateMachinesCommand({}));
    expect(stateMachines?.map(({ name }) => name)).toEqual(['kept']);
    expect(await second.end('SIGTERM')).toBe(0);
  }));

test('a file that can not grow any more ends it with one sentence, and what it had taken goes on', () =>
  inFolder(async (folder) => {
    const args = ['--functions', folder, '--data', join(folder, 'engine.sqlite')];
    // No file of this process and its children grows beyond 512 kB.
    const first = await startBy(['bash', '-c', 'ulimit -f 512; exec "$@"', 'bash', ...COMMAND, ...args]);
    const client = clientOf(first.url);
    const definition = machine({
      First: { Type: 'Wait', Seconds: 30, Next: 'Second' },
      Second: task('add', { End: true }),
    });
    const { stateMachineArn } = await client.send(
      new CreateStateMachineCommand({ name: 'kept', definition, roleArn: ROLE }),
    );
    const begin = (name: string, input: string) =>
      client.send(new StartExecutionCommand({ stateMachineArn, name, input })).catch((refused: Error) => refused);
    await begin('small', '{"n":1}');
    expect(await begin('large', JSON.stringify('x'.repeat(200_000)))).toMatchObject({ name: 'ServiceUnavailable' });
    expect(await first.ended()).toEqual([
      1,
      `tidegate: --data ${args[3]}: the engine could not go on with it: disk I/O error; what was running goes on when it is started again with it\n`,
    ]);
    const second = await start(...args);
    const { executions } = await clientOf(second.url).send(new ListExecutionsCommand({ stateMachineArn }));
    expect(executions?.map(({ name, status }) => [name, status])).toEqual([['small', 'RUNNING']]);
    expect(await second.end('SIGTERM')).toBe(0);
  }));

test('what can not be worked with is refused in one sentence', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'foreign.sqlite');
    const foreign = new DatabaseSync(file);
    foreign.exec('CREATE TABLE t (a)');
    foreign.close();
    writeFileSync(join(folder, 'text.sqlite'), 'not a database at all');
    const used = join(folder, 'used.sqlite');
    const first = await start('--data', used);
    const port = new URL(first.url).port;
    const refusals: readonly (readonly [readonly string[], string])[] = [
      [['--data', file], 'it is a database of another program; expected one of this engine, or no file yet'],
      [['--data', join(folder, 'text.sqlite')], 'it is no database; expected one of this engine, or no file yet'],
      [['--data', folder], 'it can not be opened; expected a file, or none yet, in a folder that may be written'],
      [['--data', used], 'another process has it open, which an engine must not share'],
      [['--port', port], 'another process listens there; take another port, or 0 for a free one'],
      [
        ['--functions', join(folder, 'gone')],
        'there is no such folder; expected one with <name>.mjs for each function',
      ],
    ];
    for (const [args, because] of refusals)
      await expect(start(...args)).rejects.toThrow(`ended with 2: tidegate: ${args.join(' ')}: ${because}\n`);
    expect(await first.end('SIGTERM')).toBe(0);
  }));

test.each([
  ['70000', 'a port that is none'],
  ['x', 'a word for a port'],
])('--port %s is refused: %s', async (port) => {
  await expect(start('--port', port)).rejects.toThrow(/ended with 2: .*--port .*expected a number from 0 to 65535/s);
});
