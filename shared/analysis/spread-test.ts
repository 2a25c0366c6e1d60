import { inflationOf } from './autocorrelation.ts';
import type { Counts } from './counts.ts';
import { regularisedBeta } from './special-functions.ts';

/** Fewer windows a side, or failures in the baseline, do not show how its windows spread. */
const FEWEST_WINDOWS = 5;
const FEWEST_FAILURES = 5;
/** Of ten windows resemblance is known so badly that a wider correction takes more from sound alarms than from false ones. */
const MOST_INFLATION = 3;

/**
 * How likely it is that windows of counts fail so much more often than those of a baseline, judged by how they spread: requests share causes, a
 * broken connection fails many, and counts then vary more than those of independent requests do. Welch's test (1947) of the square roots of
 * shares, whose variance hardly depends on their size (Bartlett 1936), widened where neighbours in time resemble each other. One-sided; with
 * `mostRise` times the baseline's share borne. `undefined` where there are too few windows or failures to know their spread.
 */
export const spreadTest = (fresh: readonly Counts[], baseline: readonly Counts[], mostRise = 1): number | undefined => {
  const [counted, before] = [fresh, baseline].map((windows) => windows.filter(({ requests }) => requests > 0));
  if (counted === undefined || before === undefined) return undefined;
  if (Math.min(counted.length, before.length) < FEWEST_WINDOWS) return undefined;
  if (before.reduce((sum, { failures }) => sum + failures, 0) < FEWEST_FAILURES) return undefined;
  const roots = counted.map(({ requests, failures }) => Math.sqrt(failures / requests));
  const borne = before.map(({ requests, failures }) => Math.sqrt((mostRise * failures) / requests));
  const inflation = Math.min(MOST_INFLATION, inflationOf(roots, borne));
  const [a, b] = [inflation * errorOf(roots), inflation * errorOf(borne)];
  const difference = mean(roots) - mean(borne);
  if (a + b === 0) return difference > 0 ? 0 : 1;
  const freedom = (a + b) ** 2 / (a ** 2 / (roots.length - 1) + b ** 2 / (borne.length - 1));
  return studentTail(difference / Math.sqrt(a + b), freedom);
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The variance of a mean. */
const errorOf = (values: readonly number[]): number => {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1) / values.length;
};

/** P(T > t) of Student's distribution, by the incomplete beta function. */
const studentTail = (t: number, freedom: number): number => {
  const half = regularisedBeta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2;
  return t > 0 ? half : 1 - half;
};
