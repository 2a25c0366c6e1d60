import type { Command } from './command.ts';
import { exitCodes } from './exit-codes.ts';

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: 'done',
  ourError: 'a mistake of ours',
  badInput: 'usage, or input that is not right',
  notGood: 'the outcome is not good: failed, rolled back, rejected',
  signIn: 'sign in',
  refused: 'refused: not an approver, another plan, expired',
  stillRunning: 'still running at the time-out',
  partial: 'inconclusive, or some targets without the release',
  differences: 'differences found, only with `--exit-code`',
  interrupted: 'Ctrl-C, which stops watching and never a rollout',
};

const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

const sectionOf = ({ name, args, summary, options = [], examples }: Command): string =>
  [
    `## \`tidegate ${name}${args === undefined ? '' : ` ${args}`}\``,
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.`,
    ...(options.length === 0
      ? []
      : [['| option | |', '| --- | --- |', ...options.map(([flags, text]) => row([`\`${flags}\``, text]))].join('\n')]),
    ['```sh', ...examples.map(([line, why]) => `${line}   # ${why}`), '```'].join('\n'),
  ].join('\n\n');

/** The page of all commands, as `docs/cli.md` holds it: made from what `--help` is made from, so the two agree. */
export const commandPage = (commands: readonly Command[]): string =>
  `${[
    '# The command line',
    'Results go to stdout, talk to stderr. `--json` puts one object per line on stdout and nothing else there. Without a terminal nothing is asked: what is missing is named, with exit code 2. `NO_COLOR`, `TERM=dumb` and `ACCESSIBLE=1` are heeded.',
    'Commands that talk to an instance find it by `.tidegate/instance.json` in this folder or above it, by `TIDEGATE_HOME`, or by `--url` or `TIDEGATE_URL`: then as `tidegate login` has signed in there, or with the token in `TIDEGATE_TOKEN`.',
    [
      '| exit code | means |',
      '| --- | --- |',
      ...Object.entries(exitCodes).map(([name, code]) => row([String(code), meanings[name as keyof typeof exitCodes]])),
    ].join('\n'),
    ...commands.map(sectionOf),
  ].join('\n\n')}\n`;
