import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commands } from '../../cli/command-table.ts';
import { ran } from './recording-terminal.ts';

test.each(commands.map(({ name }) => name))('the help of %s shows an example of it', async (name) => {
  const { exitCode, out, said } = await ran([name, '--help']);
  expect([exitCode, said]).toEqual([0, []]);
  const help = out.join('\n');
  expect(help.slice(help.indexOf('\nExamples:\n'))).toContain(`tidegate ${name}`);
  expect(help).toContain('--json');
});

test('the help names every command and every exit code', async () => {
  const help = (await ran(['--help'])).out.join('\n');
  for (const { name } of commands) expect(help).toMatch(new RegExp(`^  ${name} `, 'm'));
  for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 10, 130]) expect(help).toContain(`${code} `);
});

test.each([
  [['relase'], /unknown command 'relase'/],
  [['release'], /missing required argument 'commit'/],
  [['status', '--wach'], /unknown option '--wach'/],
  [['release', 'main'], /expected the 40 hexadecimal digits/],
  [['rollback', 'ro-1', '--url', 'localhost'], /--url localhost: expected an address/],
  [['reject', 'ap-1', '--digest', 'sha256:1'], /--comment is missing/],
])('%o is exit 2, and says what was expected', async (args, message) => {
  const { exitCode, out, said } = await ran(args);
  expect([exitCode, out]).toEqual([2, []]);
  expect(said.join('\n')).toMatch(message);
});

test.each(['status', 'approve', 'why', 'plan'])(
  '%s without an instance is exit 2, and says how to start one',
  async (name) => {
    const { exitCode, said } = await ran([name], { directory: '/' });
    expect(exitCode).toBe(2);
    expect(said.join('\n')).toContain('tidegate start');
  },
);

test('with --json an error is one object on stdout, with its talk on stderr', async () => {
  const { out, said } = await ran(['status', '--json'], { directory: '/' });
  expect(out.map((line) => JSON.parse(line).error.code)).toEqual(['NO_INSTANCE']);
  expect(said).toHaveLength(1);
});

test('the process exits as the command says', () => {
  const main = new URL('../../cli/main.ts', import.meta.url).pathname;
  const { status, stderr } = spawnSync(process.execPath, [main, 'status', '--url', 'http://127.0.0.1:9'], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([2, expect.stringContaining('no instance answers at http://127.0.0.1:9')]);
});
