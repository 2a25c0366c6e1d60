import { ExpressionFailure } from './expression.ts';
import { evaluationFailure } from './failure.ts';
import type { Given } from './given.ts';
import { isObject, type Json, type JsonObject, jsonText, plainJson, typeName } from './json.ts';

/** What the expressions of one state can name: `$states` and the variables in scope. */
export type Scope = Readonly<Record<string, unknown>>;

/** The source between `{%` and `%}` when the whole string is one expression, else undefined: then it is a literal. */
export const expressionIn = (text: string): string | undefined =>
  text.startsWith('{%') && text.endsWith('%}') && text.length >= 4 ? text.slice(2, -2).trim() : undefined;

const isFunction = (value: unknown): boolean =>
  typeof value === 'function' ||
  (typeof value === 'object' && value !== null && ('_jsonata_lambda' in value || '_jsonata_function' in value));

const evaluateExpression = async (given: Given, source: string, field: string, scope: Scope): Promise<Json> => {
  const subject = `The JSONata expression '${source}' specified for the field '${field}'`;
  let value: unknown;
  try {
    value = await given.evaluator.evaluate(source, scope, given.now);
  } catch (thrown) {
    if (!(thrown instanceof ExpressionFailure)) throw thrown;
    throw evaluationFailure(`${subject} threw an error during evaluation${thrown.message}`, field);
  }
  if (value === undefined) throw evaluationFailure(`${subject} returned nothing (undefined).`, field);
  if (isFunction(value)) throw evaluationFailure(`${subject} returned an unsupported result type.`, field);
  return plainJson(value);
};

/**
 * The value of a template: every string in it that is an expression replaced by its result, the rest as it is. Throws a
 * `StateFailure` with `States.QueryEvaluationError` that names the field (`Output/a/b[0]`).
 */
export const evaluateTemplate = async (given: Given, template: Json, field: string, scope: Scope): Promise<Json> => {
  if (typeof template === 'string') {
    const source = expressionIn(template);
    return source === undefined ? template : evaluateExpression(given, source, field, scope);
  }
  if (Array.isArray(template)) {
    const members: Json[] = [];
    for (const [at, member] of template.entries()) {
      members.push(await evaluateTemplate(given, member, `${field}[${at}]`, scope));
    }
    return members;
  }
  if (isObject(template)) {
    const members: Record<string, Json> = {};
    for (const [key, member] of Object.entries(template)) {
      members[key] = await evaluateTemplate(given, member, `${field}/${key}`, scope);
    }
    return members;
  }
  return template;
};

const EXPECTED = {
  collection: (value: Json): value is readonly Json[] | JsonObject => Array.isArray(value) || isObject(value),
  array: (value: Json): value is readonly Json[] => Array.isArray(value),
  boolean: (value: Json): value is boolean => typeof value === 'boolean',
  number: (value: Json): value is number => typeof value === 'number',
  string: (value: Json): value is string => typeof value === 'string',
};

interface Kinds {
  readonly collection: readonly Json[] | JsonObject;
  readonly array: readonly Json[];
  readonly boolean: boolean;
  readonly number: number;
  readonly string: string;
}

/** As `evaluateTemplate`, for a field that must have one type; the failure names what was expected and what came. */
export const evaluateAs = async <K extends keyof Kinds>(
  kind: K,
  given: Given,
  template: Json,
  field: string,
  scope: Scope,
): Promise<Kinds[K]> => {
  const value = await evaluateTemplate(given, template, field, scope);
  const matches = EXPECTED[kind] as (value: Json) => value is Kinds[K] & Json;
  if (matches(value)) return value;
  const source = typeof template === 'string' ? (expressionIn(template) ?? template) : jsonText(template);
  throw evaluationFailure(
    `The JSONata expression '${source}' specified for the field '${field}' returned an unexpected result type. ` +
      `Expected '${kind === 'collection' ? 'array' : kind}', but was '${typeName(value)}' for value: ${jsonText(value)}`,
    field,
  );
};

/** Seconds and counts, in the language and in its JSONata results. */
export const MOST = 99_999_999;

/** A whole number from `least` to `most`. */
export const evaluateCount = async (
  given: Given,
  template: Json,
  field: string,
  scope: Scope,
  least = 0,
  most = MOST,
): Promise<number> => {
  const value = await evaluateAs('number', given, template, field, scope);
  if (!Number.isInteger(value))
    throw evaluationFailure(`The ${field} field cannot be parsed as an integer: ${value}`, field);
  if (value >= least && value <= most) return value;
  throw evaluationFailure(`${field} must be between ${least} and ${most} but was: ${value}`, field);
};

/** ToleratedFailurePercentage: from 0 to 100, with fractions. */
export const evaluatePercentage = async (given: Given, template: Json, scope: Scope): Promise<number> => {
  const field = 'ToleratedFailurePercentage';
  const value = await evaluateAs('number', given, template, field, scope);
  if (value >= 0 && value <= 100) return value;
  throw evaluationFailure(`${field} must be between 0 and 100 but was: ${value}`, field);
};
