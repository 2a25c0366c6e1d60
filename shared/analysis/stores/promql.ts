/** What a PromQL expression reads: a vector or range selector, without its range and offset. */
export interface Selector {
  /** As it was written: `http_requests_total{code="500"}`. */
  readonly text: string;
  /** The metric's name, where it is written as one. */
  readonly name?: string;
  /** The range it is read over, as `5m`, of a subquery its length. */
  readonly range?: string;
}

const TOKEN = /\s+|#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|\[[^\]]*\]|[A-Za-z_:][\w:]*|\.?\d[\w.]*|./gs;

/** Words that take a list of labels in parentheses. */
const LABEL_LISTS = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
/** Words that stand where a metric's name could. */
const WORDS = new Set(['and', 'or', 'unless', 'atan2', 'bool', 'offset', 'inf', 'nan', 'start', 'end']);

interface Token {
  readonly text: string;
  readonly start: number;
}

/**
 * The selectors of an expression, each once, in the order they are written. Reads tokens, not the grammar (Prometheus, "Querying
 * basics"): of text that is not PromQL it gives something, and the store refuses that text itself.
 */
export const selectorsOf = (expression: string): readonly Selector[] => {
  const tokens = [...expression.matchAll(TOKEN)]
    .map((match): Token => ({ text: match[0], start: match.index }))
    .filter(({ text }) => !/^[\s#]/.test(text));
  const found = new Map<string, Selector>();
  for (let at = 0; at < tokens.length; at += 1) {
    const { text = '', start = 0 } = tokens[at] ?? {};
    const next = tokens[at + 1]?.text.toLowerCase();
    if (LABEL_LISTS.has(text.toLowerCase())) {
      if (next === '(') at = closing(tokens, at + 1, ')');
    } else if (text === '{' || isMetric(text, next)) {
      const last = text === '{' ? closing(tokens, at, '}') : next === '{' ? closing(tokens, at + 1, '}') : at;
      const end = tokens[last];
      const written = expression.slice(start, end === undefined ? undefined : end.start + end.text.length);
      const [, range] = /^\[\s*([^\]:]*?)\s*[\]:]/.exec(tokens[last + 1]?.text ?? '') ?? [];
      found.set(written, {
        text: written,
        ...(text === '{' ? {} : { name: text }),
        ...(range === undefined || range === '' ? {} : { range }),
      });
      at = last;
    }
  }
  return [...found.values()];
};

/** A name that is neither a word of the language nor called, as functions and aggregations are. */
const isMetric = (text: string, next: string | undefined): boolean =>
  /^[A-Za-z_:]/.test(text) && !WORDS.has(text.toLowerCase()) && next !== '(' && next !== 'by' && next !== 'without';

const closing = (tokens: readonly Token[], from: number, close: string): number => {
  const at = tokens.findIndex(({ text }, index) => index > from && text === close);
  return at < 0 ? tokens.length - 1 : at;
};

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** Milliseconds of the longest range (`[5m]`) in an expression; 0 where there is none. */
export const longestRange = (expression: string): number => {
  const ranges = [...expression.matchAll(TOKEN)].map((match) => match[0]).filter((text) => text.startsWith('['));
  const lengths = ranges.map((range) => {
    const [length = ''] = range.slice(1, -1).split(':');
    const parts = [...length.matchAll(/(\d+)(ms|[smhdwy])/g)];
    return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNIT_MS[unit] ?? 0), 0);
  });
  return Math.max(0, ...lengths);
};
