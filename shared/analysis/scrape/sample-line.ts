import { ExpositionUnreadable } from './exposition.ts';

/** What differs between the two text formats on a line of a sample. */
export interface LineFormat {
  /** Text 0.0.4 bears any blanks between tokens, OpenMetrics exactly one space and none inside braces. */
  readonly blanks: 'any' | 'single';
  /** Milliseconds of a written timestamp. */
  readonly timestamp: (text: string) => number | undefined;
  readonly exemplars: boolean;
}

export interface SampleLine {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly at?: number;
  readonly hasExemplar: boolean;
}

const NAME = /[A-Za-z_:][A-Za-z0-9_:]*/y;
const LABEL = /[A-Za-z_][A-Za-z0-9_]*/y;
const BLANK = /[ \t]*/y;
/** As Go's ParseFloat reads them, without hexadecimal ones and underscores, which no client library writes. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const ESCAPED: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

/** A number of an exposition; `undefined` for text that is none. */
export const numberOf = (text: string): number | undefined => {
  if (/^nan$/i.test(text)) return Number.NaN;
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return NUMBER.test(text) ? Number(text) : undefined;
};

/**
 * Reads `name{label="value"} value [timestamp] [# {exemplar} value [timestamp]]`; a name outside of the old alphabet stands in quotes
 * as the first thing in the braces. Throws `ExpositionUnreadable`.
 */
export const readSampleLine = (line: string, number: number, format: LineFormat): SampleLine => {
  const cursor = { text: line, at: 0, number, format };
  let name = format.blanks === 'any' ? take(skip(cursor), NAME) : take(cursor, NAME);
  if (format.blanks === 'any') skip(cursor);
  let labels: Readonly<Record<string, string>> = {};
  if (line[cursor.at] === '{') {
    const braces = readBraces(cursor, name === '');
    labels = braces.labels;
    name = braces.name ?? name;
  }
  if (name === '') throw fail(cursor, 'no name of a metric');
  const [body = '', ...exemplar] = splitExemplar(line.slice(cursor.at), format);
  const [value = '', timestamp, ...rest] = wordsOf(body, cursor);
  if (rest.length > 0) throw fail(cursor, `${rest.length} more words than a value and a timestamp`);
  const found = numberOf(value);
  if (found === undefined) throw fail(cursor, `${JSON.stringify(value.slice(0, 40))} is no number`);
  const at = timestamp === undefined ? undefined : format.timestamp(timestamp);
  if (timestamp !== undefined && at === undefined)
    throw fail(cursor, `${JSON.stringify(timestamp.slice(0, 40))} is no timestamp`);
  if (exemplar.length > 0) checkExemplar(exemplar.join(' # '), cursor);
  return { name, labels, value: found, ...(at === undefined ? {} : { at }), hasExemplar: exemplar.length > 0 };
};

interface Cursor {
  readonly text: string;
  at: number;
  readonly number: number;
  readonly format: LineFormat;
}

const fail = ({ number }: Cursor, because: string): ExpositionUnreadable => new ExpositionUnreadable(number, because);

const take = (cursor: Cursor, token: RegExp): string => {
  token.lastIndex = cursor.at;
  const [found = ''] = token.exec(cursor.text) ?? [];
  cursor.at += found.length;
  return found;
};

const skip = (cursor: Cursor): Cursor => {
  if (cursor.format.blanks === 'any') take(cursor, BLANK);
  return cursor;
};

/** Labels in braces. With `isNamed`, a quoted text without a value is the metric's name. */
const readBraces = (cursor: Cursor, isNameless: boolean) => {
  const labels: Record<string, string> = {};
  let name: string | undefined;
  cursor.at += 1;
  for (let first = true; ; first = false) {
    skip(cursor);
    if (cursor.text[cursor.at] === '}') break;
    const isQuoted = cursor.text[cursor.at] === '"';
    const label = isQuoted ? readQuoted(cursor) : take(cursor, LABEL);
    if (label === '') throw fail(cursor, 'no name of a label');
    skip(cursor);
    if (isQuoted && first && isNameless && cursor.text[cursor.at] !== '=') name = label;
    else {
      if (cursor.text[cursor.at] !== '=') throw fail(cursor, `no = after label ${label.slice(0, 40)}`);
      cursor.at += 1;
      skip(cursor);
      if (Object.hasOwn(labels, label)) throw fail(cursor, `label ${label.slice(0, 40)} is there twice`);
      Object.defineProperty(labels, label, { value: readQuoted(cursor), enumerable: true });
    }
    skip(cursor);
    if (cursor.text[cursor.at] === ',') cursor.at += 1;
    else if (cursor.text[cursor.at] !== '}') throw fail(cursor, 'no , or } after a label');
  }
  cursor.at += 1;
  return { labels, name };
};

const readQuoted = (cursor: Cursor): string => {
  const { text } = cursor;
  if (text[cursor.at] !== '"') throw fail(cursor, 'no " where text begins');
  let found = '';
  for (let at = cursor.at + 1; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '"') {
      cursor.at = at + 1;
      return found;
    }
    if (sign !== '\\') found += sign;
    else {
      const pair = text.slice(at, at + 2);
      // What is no escape stands for itself (Prometheus, "Exposition formats").
      found += ESCAPED[pair] ?? pair;
      at += 1;
    }
  }
  throw fail(cursor, 'text in quotes does not end');
};

const splitExemplar = (rest: string, { exemplars }: LineFormat): readonly string[] =>
  exemplars ? rest.split(' # ') : [rest];

/** What follows the labels: blanks, a value, a timestamp. */
const wordsOf = (body: string, cursor: Cursor): readonly string[] => {
  if (cursor.format.blanks === 'any') return body.split(/[ \t]+/).filter((word) => word !== '');
  if (!body.startsWith(' ') || body.endsWith(' ') || /[ \t]{2}|\t/.test(body))
    throw fail(cursor, 'expected exactly one space before the value and the timestamp, and none behind');
  return body.slice(1).split(' ');
};

const checkExemplar = (text: string, cursor: Cursor): void => {
  const exemplar: Cursor = { ...cursor, text, at: 0 };
  if (text[0] !== '{') throw fail(cursor, 'an exemplar has no labels');
  const { labels } = readBraces(exemplar, false);
  // OpenMetrics 1.0, "Exemplars": 128 characters at most for all names and values.
  if ([...Object.entries(labels).flat().join('')].length > 128)
    throw fail(cursor, 'the labels of an exemplar have more than 128 characters');
  const [value = '', timestamp] = wordsOf(text.slice(exemplar.at), cursor);
  if (numberOf(value) === undefined) throw fail(cursor, 'an exemplar has no value');
  if (timestamp !== undefined && cursor.format.timestamp(timestamp) === undefined)
    throw fail(cursor, 'an exemplar has a timestamp that is none');
};
