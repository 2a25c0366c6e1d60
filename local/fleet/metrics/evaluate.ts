import { aggregate } from './aggregation.ts';
import { ofScalars, ofVectorAndScalar, ofVectors } from './binary.ts';
import { histogramQuantile } from './histogram.ts';
import { kindOf } from './kinds.ts';
import { labelsTest } from './matcher.ts';
import { RANGE_FUNCTIONS } from './range-functions.ts';
import type { Sample, Series, SeriesStore } from './series.ts';
import type { Binary, Call, Expression, Selector } from './syntax.ts';
import { distinct, QueryFailed, type Vector, withoutName } from './vector.ts';

/** How far back an instant selector looks for a series' last sample; the default of Prometheus. */
const LOOKBACK_MS = 300_000;

export interface Evaluation {
  readonly store: Pick<SeriesStore, 'select'>;
  /** Epoch milliseconds. */
  readonly at: number;
}

const refused = (expression: Expression, expected: string): never => {
  throw new QueryFailed(`expected ${expected}, got ${kindOf(expression)}`);
};

/** The series of a selector that have samples in a span of time: after `start`, up to and with `end`. */
export const selectRange = (
  store: Evaluation['store'],
  selector: Selector,
  start: number,
  end: number,
): readonly Series[] => {
  const named = selector.matchers.find(({ label, op }) => label === '__name__' && op === '=');
  const matches = labelsTest(selector.matchers);
  return store
    .select(named?.value)
    .filter(({ labels }) => matches(labels))
    .map(({ labels, samples }) => ({ labels, samples: between(samples, start, end) }))
    .filter(({ samples }) => samples.length > 0);
};

const between = (samples: readonly Sample[], start: number, end: number): readonly Sample[] =>
  samples.slice(firstAfter(samples, start), firstAfter(samples, end));

/** Index of the first sample later than `at`, by halving. */
const firstAfter = (samples: readonly Sample[], at: number): number => {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.at ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The value of a scalar expression. */
export const evaluateScalar = (expression: Expression, evaluation: Evaluation): number => {
  if (expression.node === 'number') return expression.value;
  if (expression.node === 'negate') return -evaluateScalar(expression.of, evaluation);
  if (expression.node === 'binary') {
    const { left, right } = expression;
    return ofScalars(expression, evaluateScalar(left, evaluation), evaluateScalar(right, evaluation));
  }
  if (expression.node === 'call' && expression.name === 'time') return evaluation.at / 1_000;
  if (expression.node === 'call' && expression.name === 'scalar') {
    const vector = evaluateVector(argument(expression, 0), evaluation);
    return vector.length === 1 ? (vector[0]?.value ?? Number.NaN) : Number.NaN;
  }
  return refused(expression, 'scalar');
};

/** The value of an instant vector expression. Throws `QueryFailed`. */
export const evaluateVector = (expression: Expression, evaluation: Evaluation): Vector => {
  switch (expression.node) {
    case 'selector':
      return lastSamples(expression, evaluation);
    case 'negate':
      return mapValues(evaluateVector(expression.of, evaluation), evaluation.at, (value) => -value);
    case 'aggregate':
      return aggregate(expression, evaluateVector(expression.of, evaluation), evaluation.at);
    case 'binary':
      return evaluateBinary(expression, evaluation);
    case 'call':
      return evaluateCall(expression, evaluation);
    default:
      return refused(expression, 'instant vector');
  }
};

const lastSamples = (selector: Selector, { store, at }: Evaluation): Vector => {
  const end = at - selector.offset;
  return selectRange(store, selector, end - LOOKBACK_MS, end).flatMap(({ labels, samples }) => {
    const last = samples.at(-1);
    return last ? [{ labels, value: last.value, at: last.at }] : [];
  });
};

const evaluateBinary = (binary: Binary, evaluation: Evaluation): Vector => {
  const { left, right } = binary;
  const { at } = evaluation;
  if (kindOf(left) === 'scalar') {
    return ofVectorAndScalar(binary, evaluateVector(right, evaluation), evaluateScalar(left, evaluation), true, at);
  }
  const vector = evaluateVector(left, evaluation);
  if (kindOf(right) === 'scalar')
    return ofVectorAndScalar(binary, vector, evaluateScalar(right, evaluation), false, at);
  return ofVectors(binary, vector, evaluateVector(right, evaluation), at);
};

const evaluateCall = (call: Call, evaluation: Evaluation): Vector => {
  const { at } = evaluation;
  const scalar = (n: number) => evaluateScalar(argument(call, n), evaluation);
  const vector = (n: number) => evaluateVector(argument(call, n), evaluation);
  switch (call.name) {
    case 'vector':
      return [{ labels: {}, value: scalar(0), at }];
    case 'histogram_quantile':
      return histogramQuantile(scalar(0), vector(1), at);
    case 'clamp':
      // An empty interval holds nothing.
      return scalar(1) > scalar(2)
        ? []
        : mapValues(vector(0), at, (value) => Math.max(scalar(1), Math.min(scalar(2), value)));
    case 'clamp_min':
      return mapValues(vector(0), at, (value) => Math.max(scalar(1), value));
    case 'clamp_max':
      return mapValues(vector(0), at, (value) => Math.min(scalar(1), value));
    case 'timestamp':
      return distinct(
        vector(0).map((element) => ({ labels: withoutName(element.labels), value: element.at / 1_000, at })),
      );
    case 'absent':
      return vector(0).length > 0 ? [] : [{ labels: absentLabels(argument(call, 0)), value: 1, at }];
    default:
      return overRange(call, evaluation);
  }
};

const overRange = (call: Call, { store, at }: Evaluation): Vector => {
  const selector = argument(call, 0);
  const compute = RANGE_FUNCTIONS[call.name];
  if (selector.node !== 'selector' || selector.range === undefined || compute === undefined) {
    return refused(selector, 'range vector');
  }
  const end = at - selector.offset;
  const start = end - selector.range;
  const elements = selectRange(store, selector, start, end).flatMap(({ labels, samples }) => {
    const value = compute({ samples, start, end });
    return value === undefined ? [] : [{ labels: withoutName(labels), value, at }];
  });
  return distinct(elements);
};

/** What is known of the series that is missing: labels it was asked for by one plain equality. */
const absentLabels = (expression: Expression): Readonly<Record<string, string>> => {
  if (expression.node !== 'selector') return {};
  const { matchers } = expression;
  const certain = matchers.filter(({ label, op }) => {
    return op === '=' && label !== '__name__' && matchers.filter((other) => other.label === label).length === 1;
  });
  return Object.fromEntries(certain.map(({ label, value }) => [label, value]));
};

const mapValues = (vector: Vector, at: number, change: (value: number) => number): Vector =>
  distinct(vector.map(({ labels, value }) => ({ labels: withoutName(labels), value: change(value), at })));

const argument = (call: Call, n: number): Expression => {
  const found = call.args[n];
  if (found === undefined) throw new QueryFailed(`argument ${n + 1} is missing in call to "${call.name}"`);
  return found;
};
