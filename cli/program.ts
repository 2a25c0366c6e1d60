import { Command as Commander, CommanderError } from 'commander';
import type { Cli, Command, Options } from './command.ts';
import { commands } from './command-table.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { Stop } from './stop.ts';
import type { Terminal } from './terminal.ts';

const exitCodeHelp = `
Exit codes: 0 done, 1 our error, 2 usage or bad input, 3 outcome not good, 4 sign in, 5 refused, 6 still running at
time-out, 7 inconclusive or partial, 10 differences (only with --exit-code), 130 Ctrl-C, which never stops a rollout.`;

/** Runs one command line. Never throws: what goes wrong is said on stderr, and in the exit code. */
export const runCli = async (args: readonly string[], terminal: Terminal): Promise<ExitCode> => {
  let exitCode: ExitCode = exitCodes.done;
  const program = buildProgram(terminal, async (command, given, options) => {
    const { run } = await command.load();
    exitCode = await run(given, options, cliOf(terminal, options));
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return conclude(error, terminal, args.includes('--json'));
  }
};

/** The commands as commander knows them; `run` is called with the one that was asked for. */
const buildProgram = (
  terminal: Terminal,
  run: (command: Command, args: readonly string[], options: Options) => Promise<void>,
): Commander => {
  const program = new Commander('tidegate')
    .description(
      'Rolls releases out to Kubernetes clusters in waves, and opens the gate to the next wave only on evidence.',
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.say(text.trimEnd()),
    })
    .showHelpAfterError('(see --help)')
    .addHelpText('after', exitCodeHelp);
  for (const command of commands) {
    const added = program.command(`${command.name}${command.args === undefined ? '' : ` ${command.args}`}`);
    added.description(command.summary);
    for (const [flags, description] of command.options ?? []) added.option(flags, description);
    added.option('--json', 'one object per line on stdout, and nothing else there');
    if (command.offline !== true)
      added.option('--url <address>', 'the instance to talk to (TIDEGATE_URL; the one of this folder)');
    added.addHelpText(
      'after',
      `\nExamples:\n${command.examples.map(([line, why]) => `  ${line}\n      ${why}`).join('\n')}`,
    );
    added.action(async (...given: unknown[]) => {
      const args = added.args;
      await run(command, args, given.at(-2) as Options);
    });
  }
  return program;
};

const cliOf = (terminal: Terminal, options: Options): Cli => ({
  terminal,
  json: options.json === true,
  connect: async () => {
    const { findConnection } = await import('./connection.ts');
    const { createClient } = await import('./fetch.ts');
    const url = typeof options.url === 'string' ? options.url : undefined;
    return createClient(findConnection(terminal, url), terminal.interrupted);
  },
});

const conclude = (error: unknown, terminal: Terminal, json: boolean): ExitCode => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
  if (terminal.interrupted.aborted) {
    terminal.say('stopped here; a rollout that an instance runs goes on');
    return exitCodes.interrupted;
  }
  const known = error instanceof Stop ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  if (json) terminal.out(JSON.stringify({ error: { code: known?.code ?? 'INTERNAL', message } }));
  terminal.say(`${terminal.style('red', 'tidegate:')} ${message}`);
  return known?.exitCode ?? exitCodes.ourError;
};
