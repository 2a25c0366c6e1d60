import { argumentKinds, binaryFault, kindOf } from './kinds.ts';
import { stringValue, type Token } from './lexer.ts';
import { parseSelector } from './selector-parser.ts';
import type { AggregateOp, BinaryOp, Expression, Grouping } from './syntax.ts';
import { readTokens, type TokenReader } from './token-reader.ts';

const AGGREGATES: readonly AggregateOp[] = ['sum', 'avg', 'max', 'min', 'count'];
/** Loosest first; all group to the left. `^` binds tighter than a sign and groups to the right. */
const LEVELS: readonly (readonly BinaryOp[])[] = [
  ['or'],
  ['and', 'unless'],
  ['==', '!=', '>', '<', '>=', '<='],
  ['+', '-'],
  ['*', '/', '%'],
];

/**
 * Reads a query of the subset in this folder's README: what Prometheus has beyond it is refused by name, never misread. Throws
 * `QueryUnreadable`.
 */
export const parseQuery = (text: string): Expression => {
  const reader = readTokens(text);
  if (reader.peek().kind === 'end') reader.refuse(reader.peek(), 'no expression found in input');
  const expression = parseLevel(reader, 0);
  if (reader.peek().kind !== 'end') reader.unexpected(reader.peek(), 'expression');
  return expression;
};

const parseLevel = (reader: TokenReader, level: number): Expression => {
  const operators = LEVELS[level];
  if (operators === undefined) return parseSigned(reader);
  let left = parseLevel(reader, level + 1);
  for (;;) {
    const token = reader.peek();
    const op = operators.find((one) => one === token.text);
    if (op === undefined || token.kind === 'string') return left;
    reader.next();
    left = parseBinary(reader, token, op, left, () => parseLevel(reader, level + 1));
  }
};

const parseSigned = (reader: TokenReader): Expression => {
  const token = reader.peek();
  if (!reader.take('-') && !reader.take('+')) return parsePower(reader);
  const of = reader.nested(() => parseSigned(reader));
  const kind = kindOf(of);
  if (kind !== 'scalar' && kind !== 'instant vector') {
    reader.refuse(
      token,
      `unary expression only allowed on expressions of type scalar or instant vector, got "${kind}"`,
    );
  }
  return token.text === '+' ? of : { node: 'negate', of };
};

const parsePower = (reader: TokenReader): Expression => {
  const base = parseOperand(reader);
  const token = reader.peek();
  return reader.take('^')
    ? parseBinary(reader, token, '^', base, () => reader.nested(() => parseSigned(reader)))
    : base;
};

const parseBinary = (
  reader: TokenReader,
  token: Token,
  op: BinaryOp,
  left: Expression,
  parseRight: () => Expression,
): Expression => {
  const bool = reader.take('bool');
  const matching = parseGrouping(reader, 'on', 'ignoring');
  const following = reader.peek();
  if (following.text === 'group_left' || following.text === 'group_right') {
    reader.refuse(following, `${following.text} is not simulated, only one-to-one matching is`);
  }
  const right = parseRight();
  const fault = binaryFault({ op, bool, left: kindOf(left), right: kindOf(right), matched: matching !== undefined });
  if (fault !== undefined) reader.refuse(token, fault);
  return { node: 'binary', op, left, right, bool, matching: matching ?? { keep: false, labels: [] } };
};

const parseOperand = (reader: TokenReader): Expression => {
  const token = reader.peek();
  if (token.kind === 'number') return { node: 'number', value: Number(reader.next().text) };
  if (token.kind === 'string') return { node: 'string', value: stringValue(reader.next().text) };
  if (token.text === '(') return parseGroup(reader);
  if (token.text === '{') return parseSelector(reader, undefined);
  if (token.kind !== 'name') return reader.unexpected(token, 'expression');
  reader.next();
  if (/^(inf|nan)$/i.test(token.text)) return { node: 'number', value: /^n/i.test(token.text) ? Number.NaN : Infinity };
  const following = reader.peek();
  const op = AGGREGATES.find((one) => one === token.text);
  if (op && /^(\(|by|without)$/.test(following.text)) return parseAggregate(reader, op, token);
  return following.text === '(' ? parseCall(reader, token) : parseSelector(reader, token.text);
};

const parseGroup = (reader: TokenReader): Expression => {
  const open = reader.next();
  const inner = reader.nested(() => parseLevel(reader, 0));
  if (reader.peek().kind === 'end') reader.refuse(open, 'unclosed left parenthesis');
  reader.expect(')', 'expression');
  if (reader.peek().text === '[') reader.refuse(reader.peek(), 'subqueries are not simulated');
  return inner;
};

const parseAggregate = (reader: TokenReader, op: AggregateOp, token: Token): Expression => {
  const before = parseGrouping(reader, 'by', 'without');
  reader.expect('(', 'aggregation');
  const of = reader.nested(() => parseLevel(reader, 0));
  reader.expect(')', 'aggregation');
  if (kindOf(of) !== 'instant vector') {
    reader.refuse(token, `expected type instant vector in aggregation expression, got ${kindOf(of)}`);
  }
  const grouping = before ?? parseGrouping(reader, 'by', 'without') ?? { keep: true, labels: [] };
  return { node: 'aggregate', op, of, grouping };
};

const parseGrouping = (reader: TokenReader, keep: string, drop: string): Grouping | undefined => {
  const keeps = reader.take(keep);
  if (!keeps && !reader.take(drop)) return undefined;
  reader.expect('(', 'grouping opts');
  const labels: string[] = [];
  while (!reader.take(')')) {
    const label = reader.next();
    if (label.kind !== 'name') reader.unexpected(label, 'grouping opts', 'label');
    labels.push(label.text);
    if (reader.peek().text !== ')') reader.expect(',', 'grouping opts');
  }
  return { keep: keeps, labels };
};

const parseCall = (reader: TokenReader, token: Token): Expression => {
  const kinds = argumentKinds(token.text);
  if (kinds === undefined) return reader.refuse(token, `unknown function with name "${token.text}"`);
  reader.expect('(', 'function call');
  const args: Expression[] = [];
  while (!reader.take(')')) {
    args.push(reader.nested(() => parseLevel(reader, 0)));
    if (reader.peek().text !== ')') reader.expect(',', 'function call');
  }
  if (args.length !== kinds.length) {
    reader.refuse(token, `expected ${kinds.length} argument(s) in call to "${token.text}", got ${args.length}`);
  }
  for (const [n, arg] of args.entries()) {
    const kind = kindOf(arg);
    if (kind !== kinds[n]) {
      reader.refuse(token, `expected type ${kinds[n]} in call to function "${token.text}", got ${kind}`);
    }
  }
  return { node: 'call', name: token.text, args };
};
