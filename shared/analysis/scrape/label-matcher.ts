/** What a label's value must be, as PromQL writes it. */
export interface LabelMatcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

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
export const valueTest = ({ op, value }: LabelMatcher): ((found: string) => boolean) => {
  if (op === '=') return (found) => found === value;
  if (op === '!=') return (found) => found !== value;
  const pattern = regexOf(value);
  return op === '=~' ? (found) => pattern.test(found) : (found) => !pattern.test(found);
};
