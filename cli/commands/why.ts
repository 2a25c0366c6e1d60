import { type Cause, causeOf } from '../../console/views/cause.ts';
import type { Run } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { printable } from '../printable.ts';
import type { Paint } from '../progress.ts';
import { newestRollout, readRollout } from './status.ts';

/** Why a rollout stands as it does: measured, limit, window, query, evidence, and where to read on. */
export const run: Run = async ([id], _, { terminal, json, connect }) => {
  const client = await connect();
  const rollout = id ?? (await newestRollout(client));
  const cause = causeOf(await readRollout(client, rollout));
  const link = `${client.connection.url}/rollouts/${rollout}`;
  if (json) terminal.out(JSON.stringify({ rollout, ...cause, link }));
  else for (const line of causeLines(cause, link, terminal.style)) terminal.out(line);
  return exitCodes.done;
};

/** A cause as lines of label and text. Pure. */
export const causeLines = (cause: Cause, link: string, paint: Paint): readonly string[] => {
  const at = cause.at === undefined ? '' : `  ${new Date(cause.at).toISOString()}`;
  const numbers = [
    ['measured', cause.measured],
    ['limit', cause.limit],
    ['window', cause.window === undefined ? undefined : `${Math.round(cause.window / 1000)} s`],
    ['samples', cause.samples === undefined ? undefined : String(Math.round(cause.samples))],
  ] as const;
  const measured = numbers.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`])).join('   ');
  const labelled = [
    ['because', cause.because],
    ['numbers', measured],
    ['source', cause.source],
    ['query', cause.query],
    ['others', cause.others],
    ['rule', cause.rule],
    ...cause.suspects.map((suspect) => ['suspect', suspect] as const),
    ...cause.problems.map((problem) => ['problem', problem] as const),
    ...cause.evidence.flatMap(({ target, objects }) =>
      objects.flatMap(({ because, events, logs }) => [
        ['evidence', `${target}: ${because}`] as const,
        ...events.map((event) => ['event', event] as const),
        ...logs.map((line) => ['log', line] as const),
      ]),
    ),
    ['page', link],
  ] as const;
  return [
    paint('bold', `${cause.subject}${at}`),
    ...labelled.flatMap(([label, text]) =>
      text === undefined || text === '' ? [] : [`  ${paint('dim', label.padEnd(9))} ${printable(text)}`],
    ),
  ];
};
