import { labelsKey } from './series.ts';
import { type ArithmeticOp, type Binary, type ComparisonOp, isComparison, isSet, type SetOp } from './syntax.ts';
import { distinct, type Element, groupLabels, QueryFailed, type Vector, withoutName } from './vector.ts';

const ARITHMETIC: Readonly<Record<ArithmeticOp, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
};
const COMPARISONS: Readonly<Record<ComparisonOp, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
};

type Operation = Pick<Binary, 'op' | 'bool' | 'matching'>;

/** A number, or `undefined` where a comparison filters the element out. */
const outcome = ({ op, bool }: Operation, a: number, b: number, kept: number): number | undefined => {
  if (isSet(op)) throw new QueryFailed(`set operator "${op}" not allowed in binary scalar expression`);
  if (!isComparison(op)) return ARITHMETIC[op](a, b);
  const holds = COMPARISONS[op](a, b);
  if (bool) return holds ? 1 : 0;
  return holds ? kept : undefined;
};

/** A comparison without `bool` gives elements as they are; everything else makes a new metric, which has no name. */
const keepsName = ({ op, bool }: Operation) => isComparison(op) && !bool;

export const ofScalars = (operation: Operation, a: number, b: number): number =>
  outcome(operation, a, b, a) ?? Number.NaN;

/** Of a vector and a scalar, in this order or (`swapped`) the other. */
export const ofVectorAndScalar = (
  operation: Operation,
  vector: Vector,
  scalar: number,
  swapped: boolean,
  at: number,
): Vector => {
  const elements = vector.flatMap((element): Element[] => {
    const [a, b] = swapped ? [scalar, element.value] : [element.value, scalar];
    const value = outcome(operation, a, b, element.value);
    const labels = keepsName(operation) ? element.labels : withoutName(element.labels);
    return value === undefined ? [] : [{ labels, value, at }];
  });
  return distinct(elements);
};

/** One-to-one by the matching labels. Throws `QueryFailed` where several elements of a side have the same. */
export const ofVectors = (operation: Operation, left: Vector, right: Vector, at: number): Vector => {
  const { op, matching } = operation;
  const keyOf = (element: Element) => labelsKey(groupLabels(element.labels, matching));
  if (isSet(op)) return ofSets(op, left, right, keyOf);
  const partners = new Map<string, Element>();
  for (const element of right) {
    if (partners.has(keyOf(element))) throw duplicate(keyOf(element), 'right');
    partners.set(keyOf(element), element);
  }
  const met = new Set<string>();
  const elements = left.flatMap((element): Element[] => {
    const key = keyOf(element);
    const partner = partners.get(key);
    if (partner === undefined) return [];
    const value = outcome(operation, element.value, partner.value, element.value);
    if (value === undefined) return [];
    if (met.has(key)) throw duplicate(key, 'left');
    met.add(key);
    const matched = groupLabels(element.labels, matching);
    const named = keepsName(operation) && !matching.keep && element.labels.__name__ !== undefined;
    return [{ labels: named ? { ...matched, __name__: element.labels.__name__ ?? '' } : matched, value, at }];
  });
  return distinct(elements);
};

const duplicate = (key: string, side: 'left' | 'right') => {
  const shown = Object.entries<string>(Object.fromEntries(JSON.parse(key))).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  );
  return new QueryFailed(
    `found duplicate series for the match group {${shown.join(', ')}} on the ${side} hand-side of the operation;` +
      'many-to-many matching not allowed: matching labels must be unique on one side',
  );
};

const ofSets = (op: SetOp, left: Vector, right: Vector, keyOf: (element: Element) => string): Vector => {
  if (op === 'or') {
    const there = new Set(left.map(keyOf));
    return [...left, ...right.filter((element) => !there.has(keyOf(element)))];
  }
  const there = new Set(right.map(keyOf));
  return left.filter((element) => there.has(keyOf(element)) === (op === 'and'));
};
