import { ranks } from '../../shared/analysis/autocorrelation.ts';
import { normalQuantile } from '../../shared/analysis/special-functions.ts';

/** What R's `wilcox.test` gives by its normal approximation, as Kayenta's judge asks it. */
export interface Found {
  readonly low: number;
  readonly high: number;
  readonly estimate: number;
}

/** The tolerance of R's solver, and so of Kayenta's: absolute, whatever the unit. */
const TOLERANCE = 1e-4;

/**
 * The interval and estimate as Kayenta's MannWhitney finds them (kayenta a69573b, a port of R's wilcox.test with exact = FALSE and the
 * correction for continuity): ends searched by a root finder with an absolute tolerance. Written anew from R's documented rules.
 */
export const wilcox = (fresh: readonly number[], baseline: readonly number[], confidence: number): Found => {
  const most = Math.max(...fresh) - Math.min(...baseline);
  const least = Math.min(...fresh) - Math.max(...baseline);
  const tail = (1 - confidence) / 2;
  const rootAt = (z: number, isCorrected: boolean): number => {
    const at = (shift: number) => standardised(fresh, baseline, shift, isCorrected) - z;
    const [first, last] = [at(least), at(most)];
    if (first <= 0) return least;
    return last >= 0 ? most : bisect(at, least, most);
  };
  return {
    low: rootAt(normalQuantile(1 - tail), true),
    high: rootAt(normalQuantile(tail), true),
    estimate: rootAt(0, false),
  };
};

/** The statistic of `fresh - shift` against `baseline` in standard deviations, with ties. */
export const standardised = (
  fresh: readonly number[],
  baseline: readonly number[],
  shift: number,
  isCorrected: boolean,
): number => {
  const [m, n] = [fresh.length, baseline.length];
  const all = [...fresh.map((value) => value - shift), ...baseline];
  const sum = ranks(all)
    .slice(0, m)
    .reduce((total, rank) => total + rank, 0);
  const off = sum - (m * (m + 1)) / 2 - (m * n) / 2;
  const groups = new Map<number, number>();
  for (const value of all) groups.set(value, (groups.get(value) ?? 0) + 1);
  const ties = groups.values().reduce((total, t) => total + t ** 3 - t, 0);
  const variance = ((m * n) / 12) * (m + n + 1 - ties / ((m + n) * (m + n - 1)));
  return (off - (isCorrected ? Math.sign(off) * 0.5 : 0)) / Math.sqrt(variance);
};

/** A root of a falling function, to the tolerance: as R's, the end of the last interval at which the function is nearer to 0. */
const bisect = (at: (shift: number) => number, from: number, to: number): number => {
  let [low, high] = [from, to];
  while (high - low > TOLERANCE) {
    const middle = (low + high) / 2;
    if (at(middle) > 0) low = middle;
    else high = middle;
  }
  return Math.abs(at(low)) <= Math.abs(at(high)) ? low : high;
};

/** Whether the judge calls the metric High: its interval at 98 % lies above a quarter of the estimate. Without an effect size. */
export const isHigh = (fresh: readonly number[], baseline: readonly number[]): boolean => {
  const all = [...fresh, ...baseline];
  if (all.every((value) => value === all[0])) return false;
  const { low, estimate } = wilcox(fresh, baseline, 0.98);
  return low > 0.25 * Math.abs(estimate);
};
