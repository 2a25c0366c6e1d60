import { inflationOf } from './autocorrelation.ts';
import { normalQuantile } from './special-functions.ts';

/** By how much one series lies above another. */
export interface Shift {
  /** The median of all differences between a new and an old value (Hodges and Lehmann 1963). */
  readonly estimate: number;
  /** The interval of that shift; infinite where there are too few values to say anything with this confidence. */
  readonly low: number;
  readonly high: number;
  /** How often a new value is above an old one, ties counted half (common language effect size, McGraw and Wong 1992); 0.5: alike. */
  readonly exceeds: number;
}

/** Up to this many pairs the distribution of the statistic is counted out; beyond, it is normal to three digits. */
const MOST_EXACT_PAIRS = 2_500;

/**
 * The shift between two series by the rank test of Mann and Whitney (1947). The ends of the interval are differences that were
 * observed, found by their order: no solver and no tolerance, so values in other units give the same answer in those units.
 * `serial`: neighbours in time resemble each other, and the interval is widened by as much as they do. Values must be finite, both
 * series not empty.
 */
export const mannWhitney = (
  fresh: readonly number[],
  baseline: readonly number[],
  { confidence, serial = false }: { readonly confidence: number; readonly serial?: boolean },
): Shift => {
  const differences = Float64Array.from(fresh.flatMap((value) => baseline.map((other) => value - other))).sort();
  const pairs = differences.length;
  const inflation = serial ? inflationOf(fresh, baseline) : 1;
  const isExact = inflation === 1 && pairs <= MOST_EXACT_PAIRS && !isTied([...fresh, ...baseline]);
  const order = isExact
    ? exactOrder(fresh.length, baseline.length, (1 - confidence) / 2)
    : normalOrder(fresh, baseline, confidence, inflation);
  const at = (rank: number) => differences[rank - 1] ?? Number.NaN;
  const above = differences.reduce((sum, value) => sum + (value > 0 ? 1 : value === 0 ? 0.5 : 0), 0);
  return {
    estimate: (at(Math.floor((pairs + 1) / 2)) + at(Math.ceil((pairs + 1) / 2))) / 2,
    low: order < 1 ? -Infinity : at(order),
    high: order < 1 ? Infinity : at(pairs + 1 - order),
    exceeds: above / pairs,
  };
};

const isTied = (values: readonly number[]): boolean => new Set(values).size < values.length;

/**
 * Rank of the difference that is the interval's lower end: the most differences that lie below the true shift with a probability of
 * at most `tail`. The counts are the coefficients of a Gaussian binomial (Mann and Whitney 1947, section 3).
 */
const exactOrder = (m: number, n: number, tail: number): number => {
  let counts = [1];
  for (let i = 1; i <= m; i += 1) {
    // Times (1 - q^(n+i)), divided by (1 - q^i).
    const next = Array.from({ length: i * n + 1 }, (_, u) => (counts[u] ?? 0) - (counts[u - n - i] ?? 0));
    for (let u = i; u < next.length; u += 1) next[u] = (next[u] ?? 0) + (next[u - i] ?? 0);
    counts = next;
  }
  const all = counts.reduce((sum, count) => sum + count, 0);
  let below = 0;
  const order = counts.findIndex((count) => {
    below += count;
    return below > tail * all;
  });
  return order;
};

/** As `exactOrder` by the normal approximation with correction for continuity and ties, as R's `wilcox.test` takes it. */
const normalOrder = (
  fresh: readonly number[],
  baseline: readonly number[],
  confidence: number,
  inflation: number,
): number => {
  const [m, n] = [fresh.length, baseline.length];
  const all = m + n;
  const ties = tieSum(fresh) + tieSum(baseline);
  const variance = ((m * n) / 12) * (all + 1 - ties / (all * (all - 1))) * inflation;
  return Math.ceil((m * n) / 2 - normalQuantile((1 + confidence) / 2) * Math.sqrt(variance) - 0.5);
};

/** The sum of t^3 - t over groups of t equal values. */
const tieSum = (values: readonly number[]): number => {
  const groups = new Map<number, number>();
  for (const value of values) groups.set(value, (groups.get(value) ?? 0) + 1);
  return groups.values().reduce((sum, t) => sum + t ** 3 - t, 0);
};
