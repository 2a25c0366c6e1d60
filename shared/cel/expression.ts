import {
  type ASTNode,
  TypeError as CelTypeError,
  Environment,
  EvaluationError,
  ParseError,
} from '@marcbachmann/cel-js';
import { countedValue, TooMuchToLookAt } from './counted-value.ts';

/** A CEL expression (https://cel.dev) about one object, that gives a value of one type. */
export interface Expression<Value> {
  /** What it gives of `object`, or why it gives nothing, as where a field is missing. Never throws. */
  evaluate(
    object: unknown,
  ): { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly because: string };
}

export type Parsed<Value> =
  | { readonly ok: true; readonly expression: Expression<Value> }
  | { readonly ok: false; readonly because: string };

const longestText = 2000;
/** `all` within `exists` is enough for conditions; each level more multiplies the cost by the length of a list. */
const deepestNesting = 2;
/** Members and items that one evaluation may look at: a quarter of a second, and a hundred times what a rule needs. */
const budget = 200_000;

/** CEL's own macros and functions that are bounded by what they look at. Not `matches`: its patterns can take for ever. */
const functions = new Set([
  ...['has', 'all', 'exists', 'exists_one', 'filter', 'map', 'size'],
  ...['startsWith', 'endsWith', 'contains', 'lowerAscii', 'upperAscii', 'trim'],
  ...['int', 'uint', 'double', 'string', 'bool', 'dyn', 'type', 'timestamp', 'duration'],
  ...['of', 'none', 'hasValue', 'value', 'or', 'orValue'],
]);
const comprehensions = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

const environment = new Environment({
  unlistedVariablesAreDyn: false,
  homogeneousAggregateLiterals: false,
  enableOptionalTypes: true,
  limits: { maxAstNodes: 300, maxDepth: 40, maxListElements: 50, maxMapEntries: 50, maxCallArguments: 8 },
}).registerVariable('object', 'dyn', { description: 'The object as the API server returns it' });

/** Parses and type-checks an expression that is true or false. Never throws. */
export const parseCondition = (text: string): Parsed<boolean> =>
  parse(text, 'bool', (value): value is boolean => typeof value === 'boolean');

/** Parses and type-checks an expression that gives text. Never throws. */
export const parseText = (text: string): Parsed<string> =>
  parse(text, 'string', (value): value is string => typeof value === 'string');

const parse = <Value>(text: string, type: string, isWanted: (value: unknown) => value is Value): Parsed<Value> => {
  if (text.length > longestText) return { ok: false, because: `it has more than ${longestText} characters` };
  try {
    const compiled = environment.parse(text);
    const because = assessTree(compiled.ast, 0) ?? typeProblem(compiled.check(), type);
    if (because !== undefined) return { ok: false, because };
    return { ok: true, expression: { evaluate: (object) => run(compiled, object, type, isWanted) } };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return { ok: false, because: described(error) };
  }
};

const typeProblem = (
  { valid, type, error }: ReturnType<ReturnType<Environment['parse']>['check']>,
  wanted: string,
): string | undefined => {
  if (!valid) return error === undefined ? 'its types do not fit' : described(error);
  return type === wanted || type === 'dyn' ? undefined : `it gives ${type}, not ${wanted}`;
};

const run = <Value>(
  compiled: ReturnType<Environment['parse']>,
  object: unknown,
  type: string,
  isWanted: (value: unknown) => value is Value,
): ReturnType<Expression<Value>['evaluate']> => {
  try {
    const value: unknown = compiled({ object: countedValue(object, budget) });
    return isWanted(value) ? { ok: true, value } : { ok: false, because: `it gives ${typeof value}, not ${type}` };
  } catch (error) {
    if (error instanceof EvaluationError || error instanceof CelTypeError) return { ok: false, because: error.summary };
    if (error instanceof TooMuchToLookAt) return { ok: false, because: error.message };
    // JavaScript's own limits, as that of the length of a text.
    if (error instanceof RangeError) return { ok: false, because: error.message };
    throw error;
  }
};

const described = ({ summary, range }: ParseError | CelTypeError): string =>
  range === undefined ? summary : `at character ${range.start + 1}: ${summary}`;

/** Why an expression is not taken although it parses. */
const assessTree = (node: ASTNode, nesting: number): string | undefined => {
  const inner = node.op === 'rcall' && comprehensions.has(node.args[0]) ? nesting + 1 : nesting;
  if ((node.op === 'call' || node.op === 'rcall') && !functions.has(node.args[0])) {
    return `at character ${node.range.start + 1}: function ${node.args[0]} is not to be had here`;
  }
  if (inner > deepestNesting)
    return `at character ${node.range.start + 1}: lists are gone through ${inner} levels deep; at most ${deepestNesting} are allowed`;
  for (const each of nodesIn(node.args)) {
    const because = assessTree(each, inner);
    if (because !== undefined) return because;
  }
  return undefined;
};

const nodesIn = (args: unknown): readonly ASTNode[] => {
  if (Array.isArray(args)) return args.flatMap(nodesIn);
  return isNode(args) ? [args] : [];
};

const isNode = (value: unknown): value is ASTNode =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
