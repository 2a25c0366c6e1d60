/** Why something could not be rendered. Closed list; the code decides what is advised, the text says what was found. */
export type RenderCode =
  | 'RENDER_LIMIT'
  | 'IMPORT_DENIED'
  | 'JSONNET_ERROR'
  | 'SOURCE_MISSING'
  | 'NOT_UTF8'
  | 'YAML_ERROR'
  | 'JSON_ERROR'
  | 'DUP_KEY'
  | 'YAML_ALIASES'
  | 'NUMBER_UNSAFE'
  | 'KEY_FORBIDDEN'
  | 'TOO_DEEP'
  | 'OBJECT_INVALID'
  | 'OBJECT_LIMIT'
  | 'IDENTITY_COLLISION'
  | 'DEPENDENCY_CYCLE'
  | 'DEPENDENCY_UNKNOWN'
  | 'IMAGE_UNUSED';

export interface RenderProblem {
  readonly code: RenderCode;
  /** `services/storage.jsonnet:12:3`, as exact as it is known. */
  readonly source: string;
  /** What is wrong and what was expected, in one line without control characters. */
  readonly what: string;
}

/** Which bound a RENDER_LIMIT ran into. */
export type RenderLimit = 'time' | 'memory' | 'stack' | 'output' | 'objects';

/** How many problems a message lists; the rest are counted. */
const LISTED = 50;

/** Nothing was rendered. Holds every problem found, in the order of the sources; the message lists the first 50. */
export class RenderFailed extends Error {
  override readonly name = 'RenderFailed';
  readonly problems: readonly RenderProblem[];
  constructor(problems: readonly RenderProblem[]) {
    super(listProblems(problems.map(describeProblem)));
    this.problems = problems;
  }
}

/** One line each, the first 50; the rest are counted. */
export const listProblems = (described: readonly string[]): string =>
  [
    ...described.slice(0, LISTED),
    ...(described.length > LISTED ? [`… and ${described.length - LISTED} more`] : []),
  ].join('\n');

/** `CODE file:line:column: what is wrong`. */
export const describeProblem = (problem: RenderProblem): string => `${problem.code} ${problem.source}: ${problem.what}`;

/** One problem. Control characters of the text are replaced, so that a hostile file cannot write to a terminal or a log. */
export const problemAt = (code: RenderCode, source: string, what: string): RenderProblem => ({
  code,
  source: printable(source),
  what: printable(what),
});

/** A RENDER_LIMIT: `what` begins with the bound that was reached. */
export const limitReached = (limit: RenderLimit, source: string, what: string): RenderProblem =>
  problemAt('RENDER_LIMIT', source, `${limit}: ${what}`);

/** Whether evaluation was ended at its deadline. */
export const isOutOfTime = ({ code, what }: RenderProblem): boolean =>
  code === 'RENDER_LIMIT' && what.startsWith('time: ');

const LONGEST = 1_000;

const printable = (text: string): string => {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}…`;
};
