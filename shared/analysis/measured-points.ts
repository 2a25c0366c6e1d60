import type { Measurement } from './assess-metric.ts';
import type { Sample } from './sample.ts';

/** One point of a series: a value, or counts of the time since the point before. */
export type Point =
  | { readonly at: number; readonly value: Sample }
  | { readonly at: number; readonly requests: Sample; readonly errors: Sample };

/** One measurement: what was found up to a moment. */
export interface Measured {
  readonly to: number;
  readonly found: Measurement['found'];
}

/**
 * The measurements that a series holds. A value is one; counts are taken together with those that follow until there are
 * `minRequests`, so that no measurement is judged by too few. What is left over at the end belongs to the last one.
 */
export const pointsPerMeasurement = (series: readonly Point[], minRequests: number): readonly Measured[] => {
  const measured: Measured[] = [];
  let open: Measured | undefined;
  for (const point of series) {
    if ('value' in point) {
      measured.push({ to: point.at, found: { value: point.value } });
      continue;
    }
    const { at, errors, requests } = point;
    if (requests.kind !== 'value' || errors.kind !== 'value') {
      measured.push({ to: at, found: { errors, requests } });
      continue;
    }
    open = open === undefined ? { to: at, found: { errors, requests } } : joined(open, point);
    if (requestsOf(open) >= minRequests) {
      measured.push(open);
      open = undefined;
    }
  }
  const last = measured.at(-1);
  if (open === undefined) return measured;
  if (last === undefined || requestsOf(last) === 0) return [...measured, open];
  return [...measured.slice(0, -1), joined(last, { at: open.to, ...countsOf(open) })];
};

const countsOf = ({ found }: Measured): { readonly errors: Sample; readonly requests: Sample } =>
  'value' in found ? { errors: found.value, requests: found.value } : found;

const requestsOf = (measured: Measured): number => {
  if ('value' in measured.found) return 0;
  const { requests } = measured.found;
  return requests.kind === 'value' ? requests.value : 0;
};

const joined = (earlier: Measured, later: Extract<Point, { requests: Sample }>): Measured => {
  const { errors, requests } = countsOf(earlier);
  const sum = (a: Sample, b: Sample): Sample =>
    a.kind === 'value' && b.kind === 'value' ? { kind: 'value', value: a.value + b.value, at: later.at } : b;
  return { to: later.at, found: { errors: sum(errors, later.errors), requests: sum(requests, later.requests) } };
};
