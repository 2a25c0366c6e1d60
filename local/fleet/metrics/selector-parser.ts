import { patternFault, valueTest } from '../../../shared/analysis/scrape/label-matcher.ts';
import { durationMs, stringValue } from './lexer.ts';
import type { Matcher, Selector } from './syntax.ts';
import type { TokenReader } from './token-reader.ts';

/** Reads what follows a metric's name, or a selector without one: matchers, range, offset. */
export const parseSelector = (reader: TokenReader, name: string | undefined): Selector => {
  const start = reader.peek();
  const matchers: Matcher[] = name === undefined ? [] : [{ label: '__name__', op: '=', value: name }];
  if (reader.take('{')) {
    while (!reader.take('}')) {
      matchers.push(parseMatcher(reader));
      if (reader.peek().text !== '}') reader.expect(',', 'label matching');
    }
  }
  // Otherwise it selects everything there is, which no one means.
  if (matchers.every((matcher) => valueTest(matcher)(''))) {
    reader.refuse(start, 'vector selector must contain at least one non-empty matcher');
  }
  const range = reader.take('[') ? parseRange(reader) : undefined;
  if (reader.peek().text === '@') reader.refuse(reader.peek(), '@ is not simulated');
  const offset = reader.take('offset') ? parseOffset(reader) : 0;
  return { node: 'selector', matchers, offset, ...(range !== undefined && { range }) };
};

const parseMatcher = (reader: TokenReader): Matcher => {
  const label = reader.next();
  if (label.kind !== 'name') reader.unexpected(label, 'label matching', 'identifier or "}"');
  const sign = reader.next();
  const op = (['=', '!=', '=~', '!~'] as const).find((one) => one === sign.text);
  if (op === undefined) return reader.unexpected(sign, 'label matching', 'label matching operator');
  const literal = reader.next();
  if (literal.kind !== 'string') reader.unexpected(literal, 'label matching', 'string');
  const value = stringValue(literal.text);
  const fault = op === '=~' || op === '!~' ? patternFault(value) : undefined;
  if (fault !== undefined) reader.refuse(literal, `error parsing regexp: ${fault}`);
  return { label: label.text, op, value };
};

const parseDuration = (reader: TokenReader, where: string): number => {
  const token = reader.next();
  const ms = token.kind === 'duration' ? durationMs(token.text) : undefined;
  if (ms === undefined) return reader.unexpected(token, where, 'duration');
  return ms > 0 ? ms : reader.refuse(token, 'duration must be greater than 0');
};

const parseRange = (reader: TokenReader): number => {
  const range = parseDuration(reader, 'range specification');
  if (reader.peek().text.startsWith(':')) reader.refuse(reader.peek(), 'subqueries are not simulated');
  reader.expect(']', 'range specification');
  return range;
};

const parseOffset = (reader: TokenReader): number =>
  reader.take('-') ? -parseDuration(reader, 'offset') : parseDuration(reader, 'offset');
