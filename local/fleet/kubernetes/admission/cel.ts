import { Environment } from '@marcbachmann/cel-js';
import { isJsonObject, type Json } from '../object.ts';
import { BadQuantity, milliOf } from '../schema/quantity.ts';

/** An expression that does not parse. The words are the parser's. */
export class BadExpression extends Error {
  override readonly name = 'BadExpression';
}

/** An expression that parses and had no value for what it was given: a missing key, a text that is no number. */
export class NoValue extends Error {
  override readonly name = 'NoValue';
}

/** JSON as CEL has it: whole numbers are `int`, all others `double`. */
export type CelValue = null | boolean | bigint | number | string | CelValue[] | { readonly [member: string]: CelValue };

export type Expression = (variables: Readonly<Record<string, unknown>>) => unknown;

/** A resource quantity in CEL: compared by value, whatever its text. */
class Quantity {
  readonly milli: number;
  constructor(text: string) {
    this.milli = milliOf(text);
  }
}

const isQuantity = (text: string): boolean => {
  try {
    return milliOf(text) !== undefined;
  } catch (error) {
    if (error instanceof BadQuantity) return false;
    throw error;
  }
};

/**
 * CEL as the API server runs it in policies, match conditions and the rules of custom resources: the language, and of Kubernetes' own
 * library quantities, `find` and `findAll`. What is missing is refused when the expression is stored, as an unknown function.
 * https://kubernetes.io/docs/reference/using-api/cel/
 */
const environment = new Environment({
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
  enableOptionalTypes: true,
})
  .registerType('Quantity', Quantity)
  .registerFunction('quantity(string): Quantity', (text: string) => new Quantity(text))
  .registerFunction('isQuantity(string): bool', isQuantity)
  .registerFunction('Quantity.isGreaterThan(Quantity): bool', (a: Quantity, b: Quantity) => a.milli > b.milli)
  .registerFunction('Quantity.isLessThan(Quantity): bool', (a: Quantity, b: Quantity) => a.milli < b.milli)
  .registerFunction('Quantity.compareTo(Quantity): int', (a: Quantity, b: Quantity) =>
    BigInt(Math.sign(a.milli - b.milli)),
  )
  .registerFunction(
    'string.find(string): string',
    (text: string, pattern: string) => new RegExp(pattern).exec(text)?.[0] ?? '',
  )
  .registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) =>
    [...text.matchAll(new RegExp(pattern, 'g'))].map(([found]) => found),
  );

const known = new Map<string, Expression>();

/** Reads an expression, once for each text. Throws BadExpression; evaluating it throws NoValue. */
export const compile = (text: string): Expression => {
  const before = known.get(text);
  if (before !== undefined) return before;
  const parsed = parse(text);
  const expression: Expression = (variables) => {
    try {
      return parsed(variables);
    } catch (error) {
      throw new NoValue(summaryOf(error));
    }
  };
  known.set(text, expression);
  return expression;
};

const parse = (text: string): Expression => {
  try {
    return environment.parse(text);
  } catch (error) {
    throw new BadExpression(summaryOf(error));
  }
};

/** The first line, begun as cel-go begins it: what follows is a drawing of where. */
const summaryOf = (error: unknown): string => {
  const [first = ''] = String(error instanceof Error ? error.message : error).split('\n');
  return first.charAt(0).toLowerCase() + first.slice(1);
};

export const celValue = (value: Json | undefined): CelValue => {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(celValue);
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [[name, celValue(member)]])),
    );
  }
  return value ?? null;
};
