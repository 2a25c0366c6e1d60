import { type Labels, labelsKey } from './series.ts';
import type { Grouping } from './syntax.ts';

/** One element of an instant vector. */
export interface Element {
  readonly labels: Labels;
  readonly value: number;
  /** When it was measured, epoch milliseconds: for a plain selector the sample's own time, otherwise that of the evaluation. */
  readonly at: number;
}

export type Vector = readonly Element[];

/** The query can be read but has no answer: 422 of the API. */
export class QueryFailed extends Error {
  override readonly name = 'QueryFailed';
}

export const withoutName = (labels: Labels): Labels => {
  const { __name__: _, ...rest } = labels;
  return rest;
};

/** The labels that tell groups apart: those of `by` or `on`, or all but those of `without` or `ignoring` and the name. */
export const groupLabels = (labels: Labels, { keep, labels: named }: Grouping): Labels => {
  const chosen = keep
    ? Object.entries(labels).filter(([name]) => named.includes(name))
    : Object.entries(labels).filter(([name]) => name !== '__name__' && !named.includes(name));
  return Object.fromEntries(chosen);
};

/** Throws `QueryFailed` when two elements have the same labels, as can happen when names are dropped. */
export const distinct = (vector: Vector): Vector => {
  if (new Set(vector.map(({ labels }) => labelsKey(labels))).size < vector.length) {
    throw new QueryFailed('vector cannot contain metrics with the same labelset');
  }
  return vector;
};
