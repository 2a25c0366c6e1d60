import { type Counts, checkCounts } from './counts.ts';
import { normalQuantile, regularisedBeta, rootOf } from './special-functions.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The exact two-sided interval of a share (Clopper and Pearson 1934): covers it at least as often as `confidence` says, so gates use
 * it. Of no requests: all of [0, 1]. Throws `CountsInvalid`.
 */
export const clopperPearson = (counts: Counts, confidence = 0.95): Interval => {
  const side = (1 + confidence) / 2;
  return { low: lowerBound(counts, side), high: upperBound(counts, side) };
};

/** The share that is not reached with this one-sided confidence, exactly. */
export const upperBound = (counts: Counts, confidence = 0.95): number => {
  checkCounts(counts);
  const { requests, failures } = counts;
  if (failures === requests) return 1;
  // For no failures in closed form: 1 - (1 - confidence)^(1/n), about 3/n, the "rule of three".
  if (failures === 0) return -Math.expm1(Math.log1p(-confidence) / requests);
  return rootOf((share) => regularisedBeta(share, failures + 1, requests - failures) - confidence, 0, 1);
};

/** The share that is exceeded with this one-sided confidence, exactly. */
export const lowerBound = (counts: Counts, confidence = 0.95): number => {
  checkCounts(counts);
  const { requests, failures } = counts;
  if (failures === 0) return 0;
  if (failures === requests) return Math.exp(Math.log1p(-confidence) / requests);
  return rootOf((share) => regularisedBeta(share, failures, requests - failures + 1) - (1 - confidence), 0, 1);
};

/** The score interval of a share (Wilson 1927): closest to the truth on average, so what is shown to people uses it. */
export const wilson = (counts: Counts, confidence = 0.95): Interval => {
  checkCounts(counts);
  const { requests, failures } = counts;
  if (requests === 0) return { low: 0, high: 1 };
  const z = normalQuantile((1 + confidence) / 2);
  const share = failures / requests;
  const centre = share + (z * z) / (2 * requests);
  const half = z * Math.sqrt((share * (1 - share)) / requests + (z * z) / (4 * requests * requests));
  const scale = 1 + (z * z) / requests;
  return {
    low: failures === 0 ? 0 : (centre - half) / scale,
    high: failures === requests ? 1 : (centre + half) / scale,
  };
};
