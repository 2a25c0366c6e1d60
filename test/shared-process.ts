import { type Source, sources, tests } from './architecture/sources.ts';

/** What belongs to a process and not to a file: what one test does to it the next would find. */
const OF_PROCESS =
  /\bprocess\.(?:env|on|once|exit|exitCode|chdir|argv|kill|stdout|stderr|stdin|umask|emit)\b|\bvi\.|\bglobalThis\b/;
const STATEFUL = /^node:(?:child_process|worker_threads|cluster|inspector|module|v8|vm)$/;

const byPath = new Map([...sources, ...tests].map((source) => [source.path, source]));

/** The source and all that it loads of the repository. */
const closureOf = (path: string): readonly Source[] => {
  const seen = new Map<string, Source>();
  const open = [path];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const source = byPath.get(next);
    if (source === undefined || seen.has(next)) continue;
    seen.set(next, source);
    for (const { from, isType } of source.imports) if (!isType) open.push(from);
  }
  return [...seen.values()];
};

/** Modules of the product hold no state; the two that replace the clock of a process do, and what tests do to it themselves. */
const holdsProcess = ({ path, code, imports }: Source): boolean =>
  path.startsWith('local/virtual/') ||
  (path.startsWith('test/') && (OF_PROCESS.test(code) || imports.some(({ from }) => STATEFUL.test(from))));

/**
 * Whether a test file can run in a process with others, one after the other: neither it nor what it loads reads or changes what belongs to
 * the process. Most are such, and a process and its modules cost more than they do.
 */
export const sharesProcess = (path: string): boolean => !closureOf(path).some(holdsProcess);

/** What puts a process into virtual mode for the journeys, and can begin again at the same moment. */
const STORIES = 'test/journeys/rehearsal.ts';

/** Whether all that a test file does to its process is to put it into the journeys' virtual mode: such files can run one after the other. */
const sharesVirtualTime = (path: string): boolean => {
  const holding = closureOf(path).filter((source) => holdsProcess(source) && !source.path.startsWith('local/virtual/'));
  return holding.length === 1 && holding[0]?.path === STORIES;
};

const files = tests.map(({ path }) => path).filter((path) => path.endsWith('.test.ts'));

/** Those of all test files that share a process, as paths from the repository's root. */
export const sharing: readonly string[] = files.filter(sharesProcess);

/** Those that share a process in virtual mode. */
export const sharingVirtualTime: readonly string[] = files.filter(sharesVirtualTime);
