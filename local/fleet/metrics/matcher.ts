import type { Labels } from './series.ts';
import type { Matcher } from './syntax.ts';

/** Flags at the front hold for the whole pattern; JavaScript writes them as a group. */
const LEADING_FLAGS = /^\(\?([ims]+)\)/;

/** RE2 as Prometheus uses it: anchored at both ends, `.` matches line breaks too. */
const regexOf = (pattern: string): RegExp => {
  const flags = LEADING_FLAGS.exec(pattern)?.[1];
  const body = flags === undefined ? pattern : `(?${flags}:${pattern.replace(LEADING_FLAGS, '')})`;
  return new RegExp(`^(?:${body})$`, 's');
};

/** Why a pattern is none that RE2 takes and JavaScript reads the same way. `undefined`: it is one. */
export const patternFault = (pattern: string): string | undefined => {
  if (/\(\?(?:[=!]|<[=!])/.test(pattern)) return 'invalid or unsupported Perl syntax: lookaround';
  if (/\\[1-9]/.test(pattern)) return 'invalid escape sequence: backreference';
  try {
    regexOf(pattern);
    return undefined;
  } catch {
    return `cannot read ${JSON.stringify(pattern)}`;
  }
};

/** The test a matcher makes of a label's value; a label that is not there has the value "". */
export const valueTest = ({ op, value }: Matcher): ((found: string) => boolean) => {
  if (op === '=') return (found) => found === value;
  if (op === '!=') return (found) => found !== value;
  const pattern = regexOf(value);
  return op === '=~' ? (found) => pattern.test(found) : (found) => !pattern.test(found);
};

/** A test of a series by all of a selector's matchers. */
export const labelsTest = (matchers: readonly Matcher[]): ((labels: Labels) => boolean) => {
  const tests = matchers.map((matcher) => ({ label: matcher.label, test: valueTest(matcher) }));
  return (labels) => tests.every(({ label, test }) => test(labels[label] ?? ''));
};
