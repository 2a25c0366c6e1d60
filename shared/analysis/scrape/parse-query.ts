import { type LabelMatcher, patternFault } from './label-matcher.ts';

/** A query of a scrape. `rangeMs`: the time between the two readings, where the query says it. */
export type ScrapeQuery =
  | { readonly kind: 'series'; readonly selector: ScrapeSelector }
  | {
      readonly kind: 'change';
      /** `second`: a rate; `reading`: an increase. */
      readonly per: 'second' | 'reading';
      readonly selector: ScrapeSelector;
      readonly rangeMs?: number;
    }
  | { readonly kind: 'quantile'; readonly quantile: number; readonly of: ScrapeQuery }
  | { readonly kind: Aggregation; readonly of: ScrapeQuery };

export type Aggregation = 'sum' | 'max' | 'min' | 'avg' | 'count';

export interface ScrapeSelector {
  readonly name: string;
  readonly matchers: readonly LabelMatcher[];
}

/** Text that is no query of a scrape. */
export class ScrapeQueryUnreadable extends Error {
  override readonly name = 'ScrapeQueryUnreadable';
  constructor(because: string) {
    super(
      `${because}; expected name{label="x"}, rate(…), increase(…), histogram_quantile(0.99, …), or one of them in sum(…), max(…), min(…), avg(…), count(…)`,
    );
  }
}

const TOKEN =
  /\s+|(?<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)|(?<word>[A-Za-z_:][\w:]*)|(?<number>\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)|(?<sign>=~|!~|!=|[=(){},[\]])|(?<other>.)/gsu;

interface Token {
  readonly kind: 'text' | 'word' | 'number' | 'sign' | 'end';
  readonly text: string;
}

const AGGREGATIONS: readonly Aggregation[] = ['sum', 'max', 'min', 'avg', 'count'];

/**
 * Reads the small language that scrapes are asked in, a part of PromQL:
 * ```
 * query    = selector | ("rate" | "increase") "(" selector [ "[" duration "]" ] ")"
 *          | "histogram_quantile" "(" number "," query ")"
 *          | ("sum" | "max" | "min" | "avg" | "count") [ "by" "(" "le" ")" ] "(" query ")"
 * selector = name [ "{" [ label ("=" | "!=" | "=~" | "!~") text { "," … } ] "}" ] | "{" text [ "," … ] "}"
 * ```
 * Throws `ScrapeQueryUnreadable`.
 */
export const parseScrapeQuery = (text: string): ScrapeQuery => {
  const reader = readTokens(text);
  const query = readQuery(reader, 0);
  reader.expect('end', '');
  return query;
};

/** Milliseconds between the two readings that a query asks for; `undefined` where one reading is enough. */
export const readingsApart = (query: ScrapeQuery, otherwiseMs: number): number | undefined => {
  if (query.kind === 'series') return undefined;
  if (query.kind === 'change') return query.rangeMs ?? otherwiseMs;
  return readingsApart(query.of, otherwiseMs);
};

/** The selector that a query reads. */
export const selectorOf = (query: ScrapeQuery): ScrapeSelector =>
  'selector' in query ? query.selector : selectorOf(query.of);

interface Tokens {
  peek(): Token;
  next(): Token;
  /** Takes a token of that kind and, where it is not empty, that text. */
  expect(kind: Token['kind'], text: string): Token;
  takes(sign: string): boolean;
}

const readTokens = (text: string): Tokens => {
  const tokens = [...text.matchAll(TOKEN)].flatMap(({ groups = {} }): readonly Token[] => {
    if (groups.other !== undefined)
      throw new ScrapeQueryUnreadable(`${JSON.stringify(groups.other)} is not understood`);
    const found = Object.entries(groups).find(([, each]) => each !== undefined);
    return found === undefined ? [] : [{ kind: found[0] as Token['kind'], text: String(found[1]) }];
  });
  let at = 0;
  const peek = (): Token => tokens[at] ?? { kind: 'end', text: '' };
  const next = (): Token => {
    const token = peek();
    at += 1;
    return token;
  };
  return {
    peek,
    next,
    expect: (kind, expected) => {
      const token = next();
      if (token.kind === kind && (expected === '' || token.text === expected)) return token;
      const found = token.kind === 'end' ? 'the end' : JSON.stringify(token.text.slice(0, 40));
      throw new ScrapeQueryUnreadable(`found ${found} where ${expected === '' ? `a ${kind}` : expected} was expected`);
    },
    takes: (sign) => {
      if (peek().text !== sign || peek().kind !== 'sign') return false;
      at += 1;
      return true;
    },
  };
};

const readQuery = (tokens: Tokens, depth: number): ScrapeQuery => {
  if (depth > 8) throw new ScrapeQueryUnreadable('more than 8 parentheses deep');
  if (tokens.peek().kind !== 'word') return { kind: 'series', selector: readSelector(tokens, undefined) };
  const { text: word } = tokens.next();
  const aggregation = AGGREGATIONS.find((each) => each === word);
  if (aggregation !== undefined) {
    if (tokens.peek().text === 'by') readByLe(tokens, aggregation);
    if (tokens.takes('(')) {
      const of = readQuery(tokens, depth + 1);
      tokens.expect('sign', ')');
      return { kind: aggregation, of };
    }
  }
  if ((word === 'rate' || word === 'increase') && tokens.takes('(')) {
    const selector = readSelector(tokens, tokens.peek().kind === 'word' ? tokens.next().text : undefined);
    const rangeMs = tokens.takes('[') ? readRange(tokens) : undefined;
    tokens.expect('sign', ')');
    const per = word === 'rate' ? 'second' : 'reading';
    return { kind: 'change', per, selector, ...(rangeMs === undefined ? {} : { rangeMs }) };
  }
  if (word === 'histogram_quantile' && tokens.takes('(')) {
    const quantile = Number(tokens.expect('number', '').text);
    if (!(quantile >= 0 && quantile <= 1)) throw new ScrapeQueryUnreadable(`quantile ${quantile} is not from 0 to 1`);
    tokens.expect('sign', ',');
    const of = readQuery(tokens, depth + 1);
    tokens.expect('sign', ')');
    return { kind: 'quantile', quantile, of };
  }
  if (tokens.peek().text === '(') throw new ScrapeQueryUnreadable(`there is no function ${word.slice(0, 40)}`);
  return { kind: 'series', selector: readSelector(tokens, word) };
};

/** Buckets are added up by their bound in any case: it may be said, as PromQL must. */
const readByLe = (tokens: Tokens, aggregation: Aggregation): void => {
  tokens.next();
  tokens.expect('sign', '(');
  const { text } = tokens.expect('word', '');
  if (aggregation !== 'sum' || text !== 'le')
    throw new ScrapeQueryUnreadable(`${aggregation} by (${text.slice(0, 40)}) gives several series`);
  tokens.expect('sign', ')');
};

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

const readRange = (tokens: Tokens): number => {
  const count = Number(tokens.expect('number', '').text);
  const unit = UNIT_MS[tokens.expect('word', '').text];
  if (unit === undefined) throw new ScrapeQueryUnreadable('a range has another unit than ms, s or m');
  tokens.expect('sign', ']');
  return count * unit;
};

const readSelector = (tokens: Tokens, word: string | undefined): ScrapeSelector => {
  const matchers: LabelMatcher[] = [];
  let name = word;
  if (tokens.takes('{')) {
    while (!tokens.takes('}')) {
      if (name === undefined && tokens.peek().kind === 'text') name = unquoted(tokens.next().text);
      else matchers.push(readMatcher(tokens));
      if (!tokens.takes(',') && tokens.peek().text !== '}') tokens.expect('sign', '}');
    }
  }
  const named = matchers.find(({ label, op }) => label === '__name__' && op === '=');
  const metric = name ?? named?.value;
  if (metric === undefined) throw new ScrapeQueryUnreadable('the query names no metric');
  return { name: metric, matchers: matchers.filter((each) => each !== named) };
};

const readMatcher = (tokens: Tokens): LabelMatcher => {
  const token = tokens.next();
  if (token.kind !== 'word' && token.kind !== 'text') throw new ScrapeQueryUnreadable('the name of a label is missing');
  const op = tokens.expect('sign', '').text;
  if (op !== '=' && op !== '!=' && op !== '=~' && op !== '!~')
    throw new ScrapeQueryUnreadable(`${JSON.stringify(op)} stands where =, !=, =~ or !~ was expected`);
  const value = unquoted(tokens.expect('text', '').text);
  const fault = op.includes('~') ? patternFault(value) : undefined;
  if (fault !== undefined) throw new ScrapeQueryUnreadable(fault);
  return { label: token.kind === 'text' ? unquoted(token.text) : token.text, op, value };
};

const SIGNS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

const unquoted = (text: string): string => {
  const inner = text.slice(1, -1);
  if (text.startsWith('`')) return inner;
  return inner.replace(/\\(?:x([0-9A-Fa-f]{2})|(.))/gs, (_, hex: string | undefined, sign: string | undefined) =>
    hex === undefined ? (SIGNS[sign ?? ''] ?? sign ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  );
};
