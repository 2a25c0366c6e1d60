import type { Counts } from './counts.ts';

/** Fewer failures than this, or windows, do not show how they vary. */
const FEWEST_FAILURES = 5;
const FEWEST_WINDOWS = 5;

/**
 * By how much the variance of failures per window is above that of independent requests: Pearson's statistic over its degrees of freedom
 * (McCullagh and Nelder 1989, 4.5). Requests share causes: a broken connection fails many. At least 1; 1 too where too little failed to tell.
 */
export const overdispersionOf = (windows: readonly Counts[]): number => {
  const counted = windows.filter(({ requests }) => requests > 0);
  const requests = counted.reduce((sum, window) => sum + window.requests, 0);
  const failures = counted.reduce((sum, window) => sum + window.failures, 0);
  if (counted.length < FEWEST_WINDOWS || failures < FEWEST_FAILURES || failures === requests) return 1;
  const share = failures / requests;
  const statistic = counted.reduce((sum, { requests: n, failures: k }) => sum + (k - n * share) ** 2 / n, 0);
  return Math.max(1, statistic / (share * (1 - share)) / (counted.length - 1));
};

/** The counts of independent requests that say as much: of so many causes, each of which counts for itself. What is rounded speaks for health. */
export const effectiveCounts = ({ requests, failures }: Counts, dispersion: number): Counts => {
  const causes = Math.floor(failures / dispersion);
  return { requests: Math.max(causes, Math.round(requests / dispersion)), failures: causes };
};
