import { type Labels, type Sample, sortedLabels } from './series.ts';
import type { Vector } from './vector.ts';

/** `[seconds, "value"]`. */
type Point = readonly [number, string];

/** `data` of a successful query, as the HTTP API of Prometheus writes it. */
export type QueryData =
  | { readonly resultType: 'scalar' | 'string'; readonly result: Point }
  | { readonly resultType: 'vector'; readonly result: readonly { readonly metric: Labels; readonly value: Point }[] }
  | {
      readonly resultType: 'matrix';
      readonly result: readonly { readonly metric: Labels; readonly values: readonly Point[] }[];
    };

/** Shortest digits that read back the same, never with an exponent: what Go writes with `'f', -1`. */
const formatValue = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const [, sign = '', whole = '', fraction = '', exponent] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  if (exponent === undefined) return Object.is(value, -0) ? '-0' : String(value);
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0')}`;
};

const pointOf = (at: number, value: number): Point => [at / 1_000, formatValue(value)];

export const scalarData = (at: number, value: number): QueryData => ({
  resultType: 'scalar',
  result: pointOf(at, value),
});

export const stringData = (at: number, value: string): QueryData => ({
  resultType: 'string',
  result: [at / 1_000, value],
});

/** Every element with the time of the evaluation, whenever it was measured. */
export const vectorData = (at: number, vector: Vector): QueryData => ({
  resultType: 'vector',
  result: vector.map(({ labels, value }) => ({ metric: sortedLabels(labels), value: pointOf(at, value) })),
});

export const matrixData = (
  series: readonly { readonly labels: Labels; readonly samples: readonly Sample[] }[],
): QueryData => ({
  resultType: 'matrix',
  result: series.map(({ labels, samples }) => ({
    metric: sortedLabels(labels),
    values: samples.map(({ at, value }) => pointOf(at, value)),
  })),
});
