import { type BinaryOp, type Expression, isComparison, isSet, type ValueKind } from './syntax.ts';

const VECTOR: ValueKind = 'instant vector';
const RANGE: ValueKind = 'range vector';
const SCALAR: ValueKind = 'scalar';

/** The functions there are: what they take, and whether they give a scalar. */
const FUNCTIONS: Readonly<Record<string, { readonly takes: readonly ValueKind[]; readonly scalar?: true }>> = {
  rate: { takes: [RANGE] },
  increase: { takes: [RANGE] },
  irate: { takes: [RANGE] },
  delta: { takes: [RANGE] },
  sum_over_time: { takes: [RANGE] },
  avg_over_time: { takes: [RANGE] },
  max_over_time: { takes: [RANGE] },
  min_over_time: { takes: [RANGE] },
  count_over_time: { takes: [RANGE] },
  histogram_quantile: { takes: [SCALAR, VECTOR] },
  absent: { takes: [VECTOR] },
  timestamp: { takes: [VECTOR] },
  clamp: { takes: [VECTOR, SCALAR, SCALAR] },
  clamp_min: { takes: [VECTOR, SCALAR] },
  clamp_max: { takes: [VECTOR, SCALAR] },
  vector: { takes: [SCALAR] },
  scalar: { takes: [VECTOR], scalar: true },
  time: { takes: [], scalar: true },
};

/** What the arguments of a function must be; `undefined` for a function that is not simulated. */
export const argumentKinds = (name: string): readonly ValueKind[] | undefined =>
  Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name]?.takes : undefined;

/** What an expression gives. */
export const kindOf = (expression: Expression): ValueKind => {
  switch (expression.node) {
    case 'number':
      return SCALAR;
    case 'string':
      return 'string';
    case 'selector':
      return expression.range === undefined ? VECTOR : RANGE;
    case 'aggregate':
      return VECTOR;
    case 'negate':
      return kindOf(expression.of);
    case 'call':
      return FUNCTIONS[expression.name]?.scalar ? SCALAR : VECTOR;
    case 'binary':
      return kindOf(expression.left) === SCALAR && kindOf(expression.right) === SCALAR ? SCALAR : VECTOR;
  }
};

/** Why two operands do not go together, in the words of Prometheus. `undefined`: they do. */
export const binaryFault = (binary: {
  readonly op: BinaryOp;
  readonly bool: boolean;
  readonly left: ValueKind;
  readonly right: ValueKind;
  /** `on` or `ignoring` was given. */
  readonly matched: boolean;
}): string | undefined => {
  const { op, bool, left, right, matched } = binary;
  const kinds = [left, right];
  if (bool && !isComparison(op)) return 'bool modifier can only be used on comparison operators';
  if (kinds.some((kind) => kind !== SCALAR && kind !== VECTOR)) {
    return 'binary expression must contain only scalar and instant vector types';
  }
  if (isSet(op) && kinds.includes(SCALAR)) return `set operator "${op}" not allowed in binary scalar expression`;
  if (matched && kinds.includes(SCALAR)) return 'vector matching only allowed between instant vectors';
  const scalars = left === SCALAR && right === SCALAR;
  return isComparison(op) && !bool && scalars ? 'comparisons between scalars must use BOOL modifier' : undefined;
};
