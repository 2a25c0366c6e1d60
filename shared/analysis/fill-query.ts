import { type Escape, fillPlaceholders } from '../rollout/placeholders.ts';
import type { Target } from '../rollout/target.ts';

/** The languages stores are asked in. `plain`: text that has no way to write some characters, so that they are refused. */
export type QueryLanguage = 'promql' | 'influxql' | 'flux' | 'sql' | 'plain' | 'pointer';

/** A value that can not be written where its placeholder stands without changing what the query means. */
export class PlaceholderRefused extends Error {
  override readonly name = 'PlaceholderRefused';
  constructor(value: string, because: string) {
    super(`placeholder: ${JSON.stringify(value.slice(0, 60))} can not be filled in: ${because}`);
  }
}

/**
 * A query with its placeholders filled in from a target, each written as the language writes such text at that place: in a string, in a
 * quoted name, or in a regular expression, where it stands for itself only. Throws `PlaceholderUnknown` and `PlaceholderRefused`.
 */
export const fillQuery = (query: string, target: Target, language: QueryLanguage): string =>
  fillPlaceholders(query, target, escapes[language]);

const asHex = (found: string): string =>
  [...Buffer.from(found)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
/** As text in a regular expression of RE2, which all of these languages have. */
const literally = (value: string): string => value.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');

/** Outside of quotes, and in comments, only what is one word in every language. */
const asWord: Escape = (value) => {
  if (/^[A-Za-z0-9_]+$/.test(value)) return value;
  throw new PlaceholderRefused(value, 'outside of quotes only letters, digits and _ are one word; put it in quotes');
};

/** What a placeholder stands in: the quote that is open before it, and whether a regular expression is asked for there. */
const openQuote = (before: string, whole: RegExp, opening: RegExp): { quote: string; isRegex: boolean } => {
  const rest = before.replace(whole, (found) => ' '.repeat(found.length));
  const found = opening.exec(rest);
  const quote = found?.[0] ?? '';
  const lead = before.slice(0, found?.index ?? before.length);
  return { quote, isRegex: quote !== '' && /[=!]~\s*$/.test(lead) };
};

/** `"` `'` with escapes and raw `` ` ``; hexadecimal escapes are the only ones that both quotes allow (Prometheus, "Querying basics"). */
const inPromql: Escape = (value, before) => {
  const whole = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|#[^\n]*\n/gs;
  const { quote, isRegex } = openQuote(before, whole, /["'`#]/);
  if (quote === '' || quote === '#') return asWord(value, before);
  const written = isRegex ? literally(value) : value;
  if (quote !== '`') return written.replace(/["'\\`\p{Cc}]/gu, asHex);
  if (/[`\p{Cc}]/u.test(written))
    throw new PlaceholderRefused(value, 'a raw string can not hold it; use double quotes');
  return written;
};

/** Strings in `'`, names in `"`, both with the escapes `\\`, `\'`, `\"` and `\n` only (influxql, scanner.go); `/` after `=~` and FROM. */
const inInfluxql: Escape = (value, before) => {
  const whole = /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|(?<=(?:[=!]~|\bfrom)\s*)\/(?:\\.|[^/\\])*\/|--[^\n]*\n/gis;
  const { quote } = openQuote(before, whole, /['"]|--|(?<=(?:[=!]~|\bfrom)\s*)\//i);
  if (quote === '' || quote === '--') return asWord(value, before);
  if (/[^\P{Cc}\n]/u.test(value)) throw new PlaceholderRefused(value, 'InfluxQL can not write its control characters');
  if (quote === '/') {
    if (value.includes('\n')) throw new PlaceholderRefused(value, 'a regular expression can not hold a line break');
    return literally(value).replaceAll('/', '\\/');
  }
  return value.replace(/[\\'"]/g, '\\$&').replaceAll('\n', '\\n');
};

/** `"` with escapes, where `${` begins an expression (Flux language specification, "String literals"); `/` after `=~`. */
const inFlux: Escape = (value, before) => {
  const whole = /"(?:\\.|[^"\\])*"|(?<=[=!]~\s*)\/(?:\\.|[^/\\])*\/|\/\/[^\n]*\n/gs;
  const { quote } = openQuote(before, whole, /"|\/\/|(?<=[=!]~\s*)\//);
  if (quote === '' || quote === '//') return asWord(value, before);
  if (quote === '"') return value.replace(/["\\$\p{Cc}]/gu, asHex);
  if (/\p{Cc}/u.test(value))
    throw new PlaceholderRefused(value, 'a regular expression can not hold control characters');
  return literally(value).replaceAll('/', '\\/');
};

/** Strings in `'`, names in `"`; a quote is written twice and nothing else is special (DataFusion). */
const inSql: Escape = (value, before) => {
  const { quote } = openQuote(before, /'(?:''|[^'])*'|"(?:""|[^"])*"|--[^\n]*\n/gs, /['"]|--/);
  if (quote === '' || quote === '--') return asWord(value, before);
  if (value.includes('\0')) throw new PlaceholderRefused(value, 'SQL can not write a NUL');
  return value.replaceAll(quote, quote + quote);
};

/** Tags, names and dimensions of queries that have no escapes: CloudWatch's and Datadog's. */
const inPlain: Escape = (value) => {
  if (/^[A-Za-z0-9][A-Za-z0-9._/@+-]*$/.test(value)) return value;
  throw new PlaceholderRefused(value, 'this language has no way to write it; expected letters, digits and . _ / @ + -');
};

const escapes: Readonly<Record<QueryLanguage, Escape>> = {
  promql: inPromql,
  influxql: inInfluxql,
  flux: inFlux,
  sql: inSql,
  plain: inPlain,
  pointer: (value) => value.replaceAll('~', '~0').replaceAll('/', '~1'),
};
