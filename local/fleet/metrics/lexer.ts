import { QueryUnreadable } from './syntax.ts';

export interface Token {
  readonly kind: 'name' | 'number' | 'duration' | 'string' | 'sign' | 'end';
  readonly text: string;
  /** Where it begins, from 0. */
  readonly at: number;
}

const SPACE = /(?:\s|#[^\n]*)*/y;
const PATTERNS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['duration', /(?:\d+(?:ms|[smhdwy]))+(?![\w.])/y],
  ['number', /(?:0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?![\w.])/iy],
  ['name', /[a-zA-Z_:][\w:]*/y],
  ['string', /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/y],
  ['sign', /=~|!~|==|!=|>=|<=|[-+*/%^=<>(){}[\],@]/y],
];

const matchAt = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
};

/** The tokens of a query, ended by one of kind `end`. Throws `QueryUnreadable`. */
export const tokensOf = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  let at = matchAt(SPACE, text, 0)?.length ?? 0;
  while (at < text.length) {
    const token = tokenAt(text, at);
    tokens.push(token);
    at += token.text.length;
    at += matchAt(SPACE, text, at)?.length ?? 0;
  }
  return [...tokens, { kind: 'end', text: '', at }];
};

const tokenAt = (text: string, at: number): Token => {
  for (const [kind, pattern] of PATTERNS) {
    const found = matchAt(pattern, text, at);
    if (found !== undefined) return { kind, text: found, at };
  }
  const character = text.slice(at, at + 1);
  if (character === '"' || character === "'" || character === '`') {
    throw new QueryUnreadable(text, at, 'unterminated quoted string');
  }
  if (/\d/.test(character))
    throw new QueryUnreadable(text, at, `bad number or duration syntax: ${JSON.stringify(text.slice(at, at + 12))}`);
  throw new QueryUnreadable(text, at, `unexpected character: ${JSON.stringify(character)}`);
};

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** Milliseconds of a duration such as `1h30m`; `undefined` when it is none. */
export const durationMs = (text: string): number | undefined => {
  if (!/^(?:\d+(?:ms|[smhdwy]))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0),
    0,
  );
};

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

/** The value of a string token. */
export const stringValue = (literal: string): string => {
  const inner = literal.slice(1, -1);
  if (literal.startsWith('`')) return inner;
  return inner.replace(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|(.))/g, (_, hex, unicode, one) =>
    one === undefined ? String.fromCharCode(Number.parseInt(hex ?? unicode, 16)) : (ESCAPES[one] ?? one),
  );
};
