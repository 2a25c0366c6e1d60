import type { Clusters } from '../rollout/clusters.ts';
import type { Verdict } from '../rollout/verdict.ts';
import { effectiveCounts, sayClusters } from './clusters.ts';
import { conditionalBinomial } from './conditional-binomial.ts';
import type { Counts } from './counts.ts';
import { spreadTest } from './spread-test.ts';

/** What makes errors more than those of a baseline by more than is borne. */
export interface CountShiftRules {
  /** So likely by chance, or less, fails. */
  readonly level: number;
  /** Ratio to the baseline's share of errors up to which more are borne. 1: none. */
  readonly mostRise: number;
  /** Fewer requests than this on either side: inconclusive. */
  readonly minRequests: number;
}

export interface CountShiftStanding {
  readonly verdict: Verdict;
  readonly because: string;
  /** How likely so many errors are by chance, were there no more than is borne. Absent where that was not asked. */
  readonly p?: number;
}

/**
 * Judges errors against those of a baseline by the exact conditional test. What is borne is part of the question: with `mostRise` 2 it is
 * asked whether the share is more than twice the baseline's. Failures come in clusters: with `clusters`, as they came before, each counts
 * for so many; with `windows` the test of their spread must say so, too, where a long past is not known. What each request for itself
 * would conclude is no pass where it is not known how they cluster. Throws `CountsInvalid`.
 */
export const assessCountShift = (
  fresh: Counts,
  baseline: Counts,
  { level, mostRise, minRequests }: CountShiftRules,
  {
    windows,
    clusters,
  }: {
    readonly windows?: { readonly fresh: readonly Counts[]; readonly baseline: readonly Counts[] };
    readonly clusters?: Clusters | undefined;
  } = {},
): CountShiftStanding => {
  const sides = `${fresh.failures} of ${fresh.requests} failed, ${baseline.failures} of ${baseline.requests} of the baseline`;
  if (fresh.requests < minRequests || baseline.requests < minRequests)
    return { verdict: 'inconclusive', because: `${sides}: a side has fewer than ${minRequests} requests` };
  // So many more requests expect so many more errors: the rate that is borne, as a weight.
  const borne = { requests: Math.round(fresh.requests * mostRise), failures: fresh.failures };
  const exact = conditionalBinomial(borne, baseline);
  const isShort = clusters === undefined || clusters.windows < LONG;
  const spread = isShort && windows !== undefined ? spreadTest(windows.fresh, windows.baseline, mostRise) : undefined;
  const clustered = conditionalBinomial(effectiveCounts(borne, clusters), effectiveCounts(baseline, clusters));
  const p = Math.max(exact, clustered, spread ?? 0);
  const rise = mostRise === 1 ? '' : `, with ${rounded(mostRise)} times as many borne`;
  const by = p === spread || clusters === undefined ? 'as windows spread' : sayClusters(clusters);
  const alone = p > exact && exact < level ? `, ${rounded(exact)} were each request for itself, and ${by}` : '';
  const unsure = p >= level && exact < level ? clusters?.unsure : undefined;
  const why = unsure === undefined ? '' : `; ${unsure}`;
  const because = `${sides}${alone}: as likely as ${rounded(p)} by chance${rise}, expected at least ${rounded(level)}${why}`;
  return { verdict: p < level ? 'fail' : unsure === undefined ? 'pass' : 'inconclusive', because, p };
};

/** Of so many windows the variance of long sums is known well enough without looking at how those at hand spread. */
const LONG = 60;

const rounded = (value: number): string => String(Number(value.toPrecision(4)));
