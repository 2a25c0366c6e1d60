import { accessSync, closeSync, constants, openSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { assessFit } from '../../local/rehearsal/assess-fit.ts';
import { faultsByName } from '../../local/rehearsal/fault-names.ts';
import { measureRehearsal } from '../../local/rehearsal/measure-rehearsal.ts';
import { planStandIns } from '../../local/rehearsal/plan-stand-ins.ts';
import { NotRehearsable, readWritten } from '../../local/rehearsal/prepare-rehearsal.ts';
import { evaluateInWorker } from '../../shared/render/jsonnet-worker.ts';
import { numberOption } from '../alone.ts';
import { type Options, type Run, textOption } from '../command.ts';
import { readConfigFolder } from '../config-folder.ts';
import { exitCodes } from '../exit-codes.ts';
import { againCommand, cardLines, isAsExpected } from '../rehearsal-card.ts';
import { recordOf } from '../rehearsal-record.ts';
import { type RehearsalResult, runRehearsals } from '../rehearsal-runs.ts';
import { findScenario, type NamedScenario, shippedScenarios, shippedText } from '../rehearsal-scenarios.ts';
import { timelineLines } from '../rehearsal-timeline.ts';
import { badInput } from '../stop.ts';
import type { Style, Terminal } from '../terminal.ts';

/**
 * Scenarios over one's own config on a simulated fleet, in virtual time. Without a scenario, those that come with Tidegate and fit the config.
 * Exit 0 only when all that was expected came true, 3 otherwise. Nothing leaves this machine, and nothing but `--record` is written.
 */
export const run: Run = async (names, options, { terminal, json }) => {
  const evaluate = evaluateInWorker(terminal.clock);
  const shown = textOption(options, 'show');
  if (shown !== undefined) terminal.out(shippedText(shown).trimEnd());
  if (options.faults === true) listFaults(terminal, json);
  if (shown !== undefined || options.faults === true) return exitCodes.done;
  const written = textOption(options, 'config');
  const folder = folderOf(terminal, written);
  const standIns = planStandIns(await configOf(folder, evaluate));
  const asked =
    names.length === 0
      ? await shippedScenarios(evaluate)
      : await Promise.all(names.map((name) => findScenario(name, terminal.directory, evaluate)));
  const fits = asked.map((one) => ({ ...one, lacks: assessFit(one.scenario, standIns) }));
  if (options.list === true) {
    for (const one of fits) terminal.out(json ? JSON.stringify(listedOf(one)) : listedLine(one));
    return exitCodes.done;
  }
  for (const { named, lacks } of fits) {
    if (lacks.length === 0) continue;
    terminal.say(`${named}: ${lacks.join(', ')}; ${names.length === 0 ? 'not run' : 'what it expects may not come'}`);
  }
  const chosen = names.length === 0 ? fits.filter(({ lacks }) => lacks.length === 0) : fits;
  const runs = chosen.flatMap((one) => seedsOf(options).map((seed) => ({ ...one, seed })));
  terminal.say(
    terminal.style(
      'dim',
      `${folder.config}: SIMULATED fleet, virtual time; ${runs.length} ${runs.length === 1 ? 'rehearsal' : 'rehearsals'}`,
    ),
  );
  const record = textOption(options, 'record');
  const recordFile = record === undefined ? undefined : resolve(terminal.directory, record);
  if (recordFile !== undefined) checkWritable(recordFile);
  const results: RehearsalResult[] = [];
  await runRehearsals(runs, folder, terminal, (result) => {
    const named = runs[results.length]?.named ?? result.rehearsed.scenario;
    results.push(result);
    if (json) for (const line of jsonLines(result)) terminal.out(line);
    else print(result, againCommand(result, named, written), runs.length === 1, terminal);
  });
  if (recordFile !== undefined) writeRecord(recordFile, recordOf(results, folder.config));
  return conclude(results, fits.length - chosen.length, terminal);
};

type Fitting = NamedScenario & { readonly lacks: readonly string[] };

const folderOf = (terminal: Terminal, written = '.') => {
  const path = resolve(terminal.directory, written);
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  return isFile ? readConfigFolder(dirname(path), basename(path)) : readConfigFolder(path, undefined);
};

const configOf = async (
  { files, config }: ReturnType<typeof readConfigFolder>,
  evaluate: ReturnType<typeof evaluateInWorker>,
) => {
  try {
    return await readWritten(files, config, evaluate);
  } catch (error) {
    throw error instanceof NotRehearsable ? badInput(error.message) : error;
  }
};

/** `--seeds 20` is the seed of `--seed`, 1 where none is given, and the 19 after it. */
const seedsOf = (options: Options): readonly string[] => {
  const whole = { least: 1, whole: true };
  const first = numberOption(options, 'seed', '--seed', { ...whole, most: 1_000_000_000 }) ?? 1;
  const count = numberOption(options, 'seeds', '--seeds', { ...whole, most: 10_000 }) ?? 1;
  return Array.from({ length: count }, (_, number) => String(first + number));
};

const listFaults = (terminal: Terminal, json: boolean): void => {
  for (const [fault, says] of Object.entries(faultsByName)) {
    terminal.out(json ? JSON.stringify({ fault, says }) : `${fault.padEnd(17)}${says}`);
  }
};

const listedOf = ({ named, scenario, lacks }: Fitting) => ({
  scenario: named,
  shows: scenario.shows ?? '',
  fits: lacks.length === 0,
  lacks,
});

const listedLine = ({ named, scenario, lacks }: Fitting): string =>
  `${named.padEnd(24)}${scenario.shows ?? ''}${lacks.length === 0 ? '' : ` (does not fit: ${lacks.join(', ')})`}`;

const print = (result: RehearsalResult, again: string, alone: boolean, terminal: Terminal): void => {
  // What goes to stdout may be read by something else than a terminal.
  const paint = terminal.canRedraw ? terminal.style : (_: Style, text: string) => text;
  if (alone) {
    terminal.out('');
    for (const line of timelineLines(result.rehearsed, terminal.columns, paint)) terminal.out(line);
  }
  terminal.out('');
  for (const line of cardLines(result, terminal.columns, paint)) terminal.out(line);
  if (!isAsExpected(result)) terminal.out(`  again       ${again}`);
};

/** What happened, a line each, then what came of it. */
const jsonLines = (result: RehearsalResult): readonly string[] => {
  const { rehearsed, expectations } = result;
  const { scenario, seed, events, injected, acted, told, targets, ...rest } = rehearsed;
  const of = { scenario, seed };
  const all = [
    ...events.map((event) => ({ type: 'event', ...of, ...event })),
    ...injected.map((fault) => ({ type: 'fault', ...of, ...fault })),
    ...acted.map((one) => ({ type: 'people', ...of, ...one })),
    ...told.map((one) => ({ type: 'told', ...of, ...one })),
  ].toSorted((a, b) => a.at - b.at);
  const measures = measureRehearsal(rehearsed);
  const summary = { type: 'rehearsal', ...of, ...rest, asExpected: isAsExpected(result), expectations, measures };
  return [...all, ...targets.map((target) => ({ type: 'target', ...of, ...target })), summary].map((line) =>
    JSON.stringify(line),
  );
};

/** What a run of minutes could not be written to is found out before it. */
const checkWritable = (file: string): void => {
  try {
    if (statSync(file, { throwIfNoEntry: false }) === undefined) accessSync(dirname(file), constants.W_OK);
    else closeSync(openSync(file, 'r+'));
  } catch (error) {
    throw notWritable(file, error);
  }
};

const notWritable = (file: string, error: unknown) =>
  badInput(`--record ${file}: can not be written (${error instanceof Error ? error.message : String(error)})`);

const writeRecord = (file: string, text: string): void => {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw notWritable(file, error);
  }
};

const conclude = (results: readonly RehearsalResult[], notRun: number, terminal: Terminal) => {
  const odd = results.filter((result) => !isAsExpected(result));
  const of = new Set(odd.map(({ rehearsed }) => `${rehearsed.scenario} (seed ${rehearsed.seed})`));
  const told = odd.length === 0 ? 'all as expected' : `${odd.length} NOT as expected: ${[...of].join(', ')}`;
  const what = `${results.length} ${results.length === 1 ? 'rehearsal' : 'rehearsals'}, ${told}`;
  const rest = notRun === 0 ? '' : `; ${notRun} not run, as the config lacks what they are about`;
  terminal.say(`\n${terminal.style(odd.length === 0 ? 'green' : 'red', what)}${rest}`);
  return odd.length === 0 && results.length > 0 ? exitCodes.done : exitCodes.notGood;
};
