import { type AloneLine, type AloneSummary, isGood, summarise } from '../../shared/apply/alone-words.ts';
import { type AloneResult, applyAlone } from '../../shared/apply/apply-alone.ts';
import { spoken } from '../../shared/apply/object-id.ts';
import { collectObjects } from '../../shared/render/collect-objects.ts';
import { describeProblem, listProblems } from '../../shared/render/render-failed.ts';
import type { RenderedObject } from '../../shared/rollout/release.ts';
import { type Options, type Run, textOption } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { openNamedCluster } from '../kubeconfig.ts';
import { readObjectFiles } from '../object-files.ts';
import { badInput, Stop } from '../stop.ts';
import type { Terminal } from '../terminal.ts';

/** How long all of the work may take, beside the waiting. */
const workMs = 15 * 60_000;
/** What is under way when it is interrupted may end; then it is cut off. */
const graceMs = 5000;

/**
 * Applies files and folders to the one cluster of a kubeconfig, and removes what the set had before. One line per object as it ends, a
 * summary as the last; exit 0 when all is as asked for, 3 when something is not, 2 for bad input, of which nothing is applied, 130 when
 * it was interrupted.
 */
export const run: Run = async (paths, options, { terminal, json }) => {
  try {
    return await apply(paths, options, terminal, json);
  } catch (error) {
    if (!json || !(error instanceof Stop)) throw error;
    // The last line is a summary whatever happens, so that whoever reads lines finds one.
    const { code, message } = error;
    terminal.out(JSON.stringify({ summary: { ...summarise([]), kept: [] }, error: { code, message } }));
    terminal.say(`${terminal.style('red', 'tidegate:')} ${message}`);
    return error.exitCode;
  }
};

const apply = async (
  paths: readonly string[],
  options: Options,
  terminal: Terminal,
  json: boolean,
): Promise<ExitCode> => {
  const { clock, interrupted } = terminal;
  const patienceMs = patienceOf(options);
  const set = setOf(options);
  const named = namespaceOf(options);
  const objects = readObjects(terminal, paths);
  const { cluster, namespace } = await openNamedCluster(
    terminal,
    textOption(options, 'kubeconfig'),
    textOption(options, 'context'),
  );
  const dryRun = options.dryRun === true;
  const prune = options.prune !== false;
  const wait = options.wait !== false && !dryRun;
  const result = await applyAlone(
    { set, namespace: named ?? namespace, objects, dryRun, prune, wait, patienceMs },
    { cluster, clock, interrupted },
    { signal: cutOff(terminal), deadline: clock.now() + workMs + patienceMs },
    {
      line: (line) => {
        terminal.out(json ? JSON.stringify(line) : spokenLine(line, terminal));
        if (json) return;
        for (const warning of line.warnings ?? []) terminal.say(`warning: ${spoken(line.identity)}: ${warning}`);
      },
      say: (sentence) => terminal.say(sentence),
    },
  );
  conclude(result, terminal, json);
  if (interrupted.aborted) return exitCodes.interrupted;
  return isGood(result.summary) ? exitCodes.done : exitCodes.notGood;
};

const cutOff = ({ clock, interrupted }: Terminal): AbortSignal => {
  const controller = new AbortController();
  const cut = () => void clock.after(graceMs, () => controller.abort(interrupted.reason));
  if (interrupted.aborted) cut();
  else interrupted.addEventListener('abort', cut, { once: true });
  return controller.signal;
};

const setOf = (options: Options): string => {
  const set = textOption(options, 'set');
  if (set === undefined) throw badInput('--set is missing: name the set that these objects are, as --set web');
  // With its prefix it is the name of a ConfigMap.
  if (/^[a-z0-9]([a-z0-9.-]{0,200}[a-z0-9])?$/.test(set)) return set;
  throw badInput(
    `--set ${set}: expected lower-case letters, digits, - and ., beginning and ending with a letter or digit`,
  );
};

const namespaceOf = (options: Options): string | undefined => {
  const namespace = textOption(options, 'namespace');
  if (namespace === undefined || /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace)) return namespace;
  throw badInput(`--namespace ${namespace}: expected up to 63 lower-case letters, digits and -`);
};

const unitMs = { s: 1000, m: 60_000, h: 3_600_000 } as const;

const patienceOf = (options: Options): number => {
  const text = textOption(options, 'timeout') ?? '5m';
  const [, amount, unit] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  if (amount !== undefined && (unit === 's' || unit === 'm' || unit === 'h')) return Number(amount) * unitMs[unit];
  throw badInput(`--timeout ${text}: expected a duration like 90s, 10m or 1h`);
};

const readObjects = (terminal: Terminal, paths: readonly string[]): readonly RenderedObject[] => {
  const { documents, problems } = readObjectFiles(terminal.directory, paths, 'strict');
  const collected = documents.map(({ value, source }) => collectObjects(value, source));
  const mistakes = [...problems, ...collected.flatMap((each) => each.problems.map(describeProblem))];
  if (mistakes.length > 0) throw badInput(`nothing was applied:\n${listProblems(mistakes)}`);
  // What was to be rendered and was not looks the same as a set that shall be empty, and would be removed as a whole.
  if (documents.length === 0) {
    throw badInput(
      `${paths.join(', ')}: no object is in there; to remove all of the set apply a List of nothing, {apiVersion: v1, kind: List, items: []}`,
    );
  }
  return collected.flatMap((each) => each.objects);
};

const colours = {
  ready: 'green',
  'in-progress': 'yellow',
  failed: 'red',
  terminating: 'yellow',
  unknown: 'red',
} as const;

const spokenLine = ({ identity, action, reason, status }: AloneLine, { style }: Terminal): string => {
  const isBad = ['conflict', 'refused', 'failed', 'skipped'].includes(action);
  const word = style(isBad ? 'red' : action === 'unchanged' ? 'dim' : 'green', action.padEnd(9));
  const state = status === undefined ? '' : ` ${style(colours[status], status)}`;
  return `${word} ${spoken(identity)}${state}${reason === '' ? '' : `: ${reason}`}`;
};

const conclude = ({ summary, kept }: AloneResult, terminal: Terminal, json: boolean): void => {
  if (json) {
    terminal.out(JSON.stringify({ summary: { ...summary, kept } }));
    return;
  }
  for (const id of kept)
    terminal.say(`${spoken(id)} left the set and stays: it holds state, has an owner, asks for it or is still read`);
  const counts = Object.entries(summary satisfies AloneSummary).filter(([, count]) => count > 0);
  terminal.out(
    counts.map(([word, count]) => `${count} ${word === 'notReady' ? 'not ready' : word}`).join(', ') || 'nothing to do',
  );
};
