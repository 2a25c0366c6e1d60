/** One mistake in the config, with all that its author needs to mend it. */
export interface Problem {
  /** Stable name of the kind of mistake, in capitals: what a script may match on. */
  readonly code: string;
  /** Path in the config repository. */
  readonly file: string;
  /** Counted from 1. Absent where the place is not known, as for a value that jsonnet computed. */
  readonly line?: number;
  readonly column?: number;
  /** JSON pointer of the value; empty for the document as a whole. */
  readonly path: string;
  /** What is wrong. */
  readonly what: string;
  /** What would be right here. */
  readonly expected: string;
  /** The valid value that is nearest to what was written. */
  readonly nearest?: string;
  /** What to do about it, where that is more than writing what was expected. */
  readonly fix?: string;
}

/** A mistake before its place in the file is looked up; one that knows its line keeps it. */
export interface Finding extends Omit<Problem, 'file'> {
  /** Where it is not the config file itself. */
  readonly file?: string;
  /** Whether the key or the value is at fault; the value where nothing is said. */
  readonly at?: 'key' | 'value';
}

/** The most problems that are reported at once: whoever has more has one mistake many times. */
export const MOST_PROBLEMS = 50;

/** `CODE file:line:column pointer: what; expected …; did you mean …?; fix` on one line. */
export const printProblem = (problem: Problem): string => {
  const { code, file, line, column, path, what, expected, nearest, fix } = problem;
  const place = [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':');
  const sentences = [what, `expected ${expected}`];
  if (nearest !== undefined) sentences.push(`did you mean ${nearest}?`);
  if (fix !== undefined) sentences.push(fix);
  return `${code} ${path === '' ? place : `${place} ${path}`}: ${sentences.join('; ')}`;
};

/** In the order of the file, what has no line last, each problem once, and no more than `MOST_PROBLEMS`. */
export const orderProblems = (problems: readonly Problem[]): readonly Problem[] => {
  const line = (problem: Problem) => problem.line ?? Number.MAX_SAFE_INTEGER;
  const seen = new Set<string>();
  return problems
    .toSorted((a, b) => line(a) - line(b) || (a.column ?? 0) - (b.column ?? 0))
    .filter((problem) => {
      const printed = printProblem(problem);
      return !seen.has(printed) && seen.add(printed);
    })
    .slice(0, MOST_PROBLEMS);
};
