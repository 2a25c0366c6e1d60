import { type Labels, labelsKey } from './series.ts';
import type { Aggregate, AggregateOp } from './syntax.ts';
import { groupLabels, type Vector } from './vector.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const FOLDS: Readonly<Record<AggregateOp, (values: readonly number[]) => number>> = {
  sum,
  avg: (values) => sum(values) / values.length,
  count: (values) => values.length,
  // NaN gives way to any number.
  max: (values) => values.reduce((best, value) => (value > best || Number.isNaN(best) ? value : best)),
  min: (values) => values.reduce((best, value) => (value < best || Number.isNaN(best) ? value : best)),
};

/** One element per group, in the order in which the groups are first met. Of no elements there is no group, not zero. */
export const aggregate = ({ op, grouping }: Pick<Aggregate, 'op' | 'grouping'>, vector: Vector, at: number): Vector => {
  const groups = new Map<string, { labels: Labels; values: number[] }>();
  for (const element of vector) {
    const labels = groupLabels(element.labels, grouping);
    const key = labelsKey(labels);
    const group = groups.get(key) ?? { labels, values: [] };
    group.values.push(element.value);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ labels, values }) => ({ labels, at, value: FOLDS[op](values) }));
};
