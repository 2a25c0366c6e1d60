import type { StartResult } from '../shared/release/start-rollout.ts';
import { type Cli, type Options, textOption } from './command.ts';
import { readRollout } from './commands/status.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Client } from './fetch.ts';
import { badInput } from './stop.ts';
import { watchRollout } from './watch.ts';

/** Says what was started, and with `--wait` watches it to its end. Exit 6 when `--timeout` comes first; the rollout goes on. */
export const reportStart = async (
  { rollout, status }: StartResult,
  options: Options,
  client: Client,
  { terminal, json }: Cli,
): Promise<ExitCode> => {
  const timeout = textOption(options, 'timeout');
  const until = timeout === undefined ? undefined : terminal.clock.now() + durationMs(timeout);
  if (options.wait !== true) {
    if (json) terminal.out(JSON.stringify({ rollout, status }));
    else {
      terminal.out(rollout);
      terminal.say(status === 'started' ? 'started' : 'was started before; nothing was started now');
      terminal.say(`next: tidegate status ${rollout} --watch`);
    }
    return exitCodes.done;
  }
  const { view, exitCode } = await watchRollout(() => readRollout(client, rollout), terminal, json, until);
  if (!json) terminal.out(`${rollout} ${view.end?.outcome ?? 'still runs'}`);
  if (exitCode === exitCodes.stillRunning)
    terminal.say(`still runs after ${timeout}; tidegate status ${rollout} --watch`);
  return exitCode;
};

const units = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** `90s`, `30m`, `2h`. Throws `Stop`. */
const durationMs = (text: string): number => {
  const [, number, unit] = /^([0-9]{1,6})(s|m|h)$/.exec(text) ?? [];
  if (number === undefined || (unit !== 's' && unit !== 'm' && unit !== 'h')) {
    throw badInput(`--timeout ${text}: expected a duration like 90s, 30m or 2h`);
  }
  return Number(number) * units[unit];
};
