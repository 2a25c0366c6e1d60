import { evaluateScalar, evaluateVector, selectRange } from './evaluate.ts';
import { kindOf } from './kinds.ts';
import { type Labels, labelsKey, type Sample, type SeriesStore } from './series.ts';
import type { Expression } from './syntax.ts';
import { distinct, QueryFailed } from './vector.ts';
import { matrixData, type QueryData, scalarData, stringData, vectorData } from './wire.ts';

/** The answer to an instant query. Throws `QueryFailed`. */
export const instantQuery = (store: SeriesStore, expression: Expression, at: number): QueryData => {
  if (expression.node === 'string') return stringData(at, expression.value);
  if (expression.node === 'selector' && expression.range !== undefined) {
    const end = at - expression.offset;
    return matrixData(selectRange(store, expression, end - expression.range, end));
  }
  if (kindOf(expression) === 'scalar') return scalarData(at, evaluateScalar(expression, { store, at }));
  return vectorData(at, distinct(evaluateVector(expression, { store, at })));
};

export interface Steps {
  /** Epoch milliseconds, both included. */
  readonly start: number;
  readonly end: number;
  /** Milliseconds. */
  readonly step: number;
}

/** The answer to a range query: the instant query at every step, ordered by labels. Throws `QueryFailed`. */
export const rangeQuery = (store: SeriesStore, expression: Expression, { start, end, step }: Steps): QueryData => {
  const kind = kindOf(expression);
  if (kind !== 'scalar' && kind !== 'instant vector') {
    throw new QueryFailed(`invalid expression type "${kind}" for range query, must be Scalar or instant Vector`);
  }
  const series = new Map<string, { labels: Labels; samples: Sample[] }>();
  const add = (labels: Labels, at: number, value: number) => {
    const key = labelsKey(labels);
    const one = series.get(key) ?? { labels, samples: [] };
    one.samples.push({ at, value });
    series.set(key, one);
  };
  for (let at = start; at <= end; at += step) {
    if (kind === 'scalar') add({}, at, evaluateScalar(expression, { store, at }));
    else for (const { labels, value } of distinct(evaluateVector(expression, { store, at }))) add(labels, at, value);
  }
  return matrixData([...series].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one));
};
