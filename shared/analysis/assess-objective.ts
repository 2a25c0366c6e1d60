import type { Counts } from './counts.ts';
import { lowerBound, upperBound } from './intervals.ts';
import { regularisedBeta } from './special-functions.ts';

/**
 * The fewest requests that show, with so many failures among them, that no more than `allowed` of all fail: the smallest n whose exact
 * upper bound is not above it. 299,572 clean ones for 99.999 % at 95 %. For `allowed` and `confidence` between 0 and 1.
 */
export const requestsNeeded = (failures: number, allowed: number, confidence = 0.95): number => {
  // The chance of so few failures, were the share just `allowed`, falls with n and must not be above 1 - confidence.
  const shows = (n: number) =>
    n > failures && 1 - regularisedBeta(allowed, failures + 1, n - failures) <= 1 - confidence;
  if (failures === 0) return Math.ceil(Math.log1p(-confidence) / Math.log1p(-allowed));
  let high = Math.ceil((failures + 1) / allowed);
  while (!shows(high)) high *= 2;
  let low = failures;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (shows(middle)) high = middle;
    else low = middle;
  }
  return high;
};

/** What can be said of an availability objective. */
export interface ObjectiveStanding extends Counts {
  /** `met`: the upper bound is within what is allowed; `broken`: the lower bound is above it; else nobody can know yet. */
  readonly state: 'met' | 'broken' | 'unknown';
  /** The share of failures that is not reached, with the one-sided confidence. */
  readonly upper: number;
  /** The share of failures that is exceeded, with the one-sided confidence. */
  readonly lower: number;
  /** Requests still needed, all of them clean, to show that it is met. 0 where it is. */
  readonly stillNeeded: number;
}

/**
 * Whether a share of failures of at most `allowed` has been shown (0.00001 for 99.999 %). Exact one-sided bounds of Clopper and
 * Pearson, so `met` is wrong at most as often as `confidence` leaves. Throws `CountsInvalid`.
 */
export const assessObjective = (counts: Counts, allowed: number, confidence = 0.95): ObjectiveStanding => {
  const upper = upperBound(counts, confidence);
  const lower = lowerBound(counts, confidence);
  const { requests, failures } = counts;
  const stillNeeded = Math.max(0, requestsNeeded(failures, allowed, confidence) - requests);
  const state = stillNeeded === 0 ? 'met' : lower > allowed ? 'broken' : 'unknown';
  return { state, requests, failures, upper, lower, stillNeeded };
};
