import type { Check } from '../../shared/doctor/check.ts';
import type { Diagnosis } from '../../shared/doctor/diagnosis.ts';
import { type Run, textOption } from '../command.ts';
import { doctorLines, summaryOf } from '../doctor-lines.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { badInput } from '../stop.ts';

/**
 * Has the instance look at itself and go the way to each target, from the network it runs in; or to one of them. Each part is shown when it was
 * looked at. Exit 3 when something failed, 7 when something could not be found out.
 */
export const run: Run = async (_, options, { terminal, json, connect }) => {
  const client = await connect();
  const only = textOption(options, 'target');
  if (only === '') throw badInput('--target: expected the name of a target');
  const found: Check[] = [];
  const show = (place: string, checks: readonly Check[]): void => {
    found.push(...checks);
    if (json) for (const check of checks) terminal.out(JSON.stringify({ place, ...check }));
    else for (const line of doctorLines(place, checks, terminal.style)) terminal.out(line);
  };
  const ask = (fields: Readonly<Record<string, string>>): Promise<Diagnosis> => client.post('/diagnoses', fields);
  let targets = only === undefined ? [] : [only];
  if (only === undefined) {
    const installation = await ask({});
    show('installation', installation.checks);
    targets = [...installation.targets];
  }
  // One after the other: what is slow there is to be seen, and not to be made.
  for (const target of targets) show(target, (await ask({ target })).checks);
  if (!json) terminal.say(summaryOf(found, targets.length));
  return exitOf(found);
};

const exitOf = (checks: readonly Check[]): ExitCode => {
  if (checks.some(({ status }) => status === 'failed')) return exitCodes.notGood;
  return checks.some(({ status }) => status === 'unknown') ? exitCodes.partial : exitCodes.done;
};
