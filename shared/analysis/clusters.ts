import type { Clusters } from '../rollout/clusters.ts';
import type { Counts } from './counts.ts';
import { regularisedLowerGamma, rootOf } from './special-functions.ts';

/** Fewer failures than this, or windows, do not show how they vary. */
const FEWEST_FAILURES = 5;
const FEWEST_WINDOWS = 10;
/** With fewer independent stretches than this a bound of the variance says little. */
const FEWEST_STRETCHES = 5;
/** How sure it is that the variance is no larger than is said, were it normal. */
const CONFIDENCE = 0.9;

/**
 * How failures come in clusters, by windows one after the other in either order: requests share causes, a broken connection fails many,
 * and a cause may last. The long-run variance of standardised counts by Geyer's initial monotone sequence (1992, Statistical Science 7,
 * 473: autocovariances in pairs while they are positive and fall), for the mean that was taken off (1 - lasting / windows), and as an
 * upper bound by chi-squared with as many degrees of freedom as there are independent stretches (Priestley 1981, 6.2.4), so that what is
 * known badly is taken for larger. Where too little failed, or too few windows are there, there are none to be seen: what never failed
 * shows no clusters.
 */
export const clustersOf = (windows: readonly Counts[]): Clusters => {
  const counted = windows.filter(({ requests }) => requests > 0);
  const requests = counted.reduce((sum, window) => sum + window.requests, 0);
  const failures = counted.reduce((sum, window) => sum + window.failures, 0);
  const n = counted.length;
  if (n < FEWEST_WINDOWS || failures < FEWEST_FAILURES || failures === requests)
    return { variance: 1, lasting: 1, windows: n };
  const share = failures / requests;
  // Of independent requests each has the variance 1.
  const deviations = counted.map((each) => (each.failures - each.requests * share) / deviationOf(each.requests, share));
  const own = autocovariance(deviations, 0) * (n / (n - 1));
  if (own === 0) return { variance: 1, lasting: 1, windows: n };
  const sum = longRun(deviations, own);
  const long = Math.max(own, sum) / (1 - Math.min(0.5, sum / own / n));
  const lasting = Math.max(1, long / own);
  const freedom = Math.max(1, n / lasting - 1);
  const variance = Math.max(1, (long * freedom) / chiSquared(freedom, 1 - CONFIDENCE));
  const squares = deviations.map((deviation) => deviation ** 2);
  const largest = Math.max(...squares) / squares.reduce((total, square) => total + square, 0);
  const unsure =
    freedom < FEWEST_STRETCHES
      ? `${n} windows are too short to know how failures cluster, which last for about ${Math.round(lasting)}`
      : largest > 0.5
        ? `of ${n} windows a single one makes most of the variance, which shows no cluster`
        : undefined;
  return { variance, lasting, windows: n, ...(unsure === undefined ? {} : { unsure }) };
};

const deviationOf = (requests: number, share: number): number => Math.sqrt(requests * share * (1 - share));

const autocovariance = (values: readonly number[], lag: number): number =>
  values.slice(lag).reduce((sum, value, index) => sum + value * (values[index] ?? 0), 0) / values.length;

/** The sum of all autocovariances, of either side. */
const longRun = (values: readonly number[], own: number): number => {
  let [sum, before] = [-own, Infinity];
  for (let lag = 0; lag + 1 < values.length / 2; lag += 2) {
    const pair = (lag === 0 ? own : autocovariance(values, lag)) + autocovariance(values, lag + 1);
    if (pair <= 0) break;
    before = Math.min(pair, before);
    sum += 2 * before;
  }
  return sum;
};

/** Quantile of chi-squared below its degrees of freedom. */
const chiSquared = (freedom: number, share: number): number =>
  rootOf((x) => regularisedLowerGamma(freedom / 2, x / 2) - share, 0, freedom);

/**
 * The counts of independent requests that say as much: of so many causes, each of which counts for itself. What is rounded speaks for
 * health.
 */
export const effectiveCounts = (
  { requests, failures }: Counts,
  { variance }: Pick<Clusters, 'variance'> = { variance: 1 },
): Counts => {
  const causes = Math.floor(failures / variance);
  return { requests: Math.max(causes, Math.round(requests / variance)), failures: causes };
};

/** How it is said of what is judged by such clusters. */
export const sayClusters = ({ variance, lasting, windows }: Clusters): string => {
  const long = lasting < 1.5 ? '' : `, lasting for about ${Math.round(lasting)} of them`;
  return `in clusters as in ${windows} windows before: variance at most ${Number(variance.toPrecision(3))} times that of chance${long}`;
};
