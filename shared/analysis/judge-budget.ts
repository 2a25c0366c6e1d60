import { assessBudget, assessBurnRules, BURN_RULES, type Conclusion } from './assess-burn.ts';
import type { Counts } from './counts.ts';

/** Counts of the time since the point before. */
export interface CountedPoint extends Counts {
  readonly at: number;
}

/** Judges whether an objective burns by any of the rules, as of the last point. Without a request in the shortest window nobody knows. */
export const judgeBurn = (points: readonly CountedPoint[], allowed: number): Conclusion => {
  const { telling: _, ...conclusion } = assessBurnRules(BURN_RULES, (ms) => sumOf(points, ms), allowed);
  return conclusion;
};

/** Judges whether enough of an error budget is left over the window that ends with the last point. */
export const judgeBudget = (
  points: readonly CountedPoint[],
  allowedShare: number,
  { windowMs, atLeast }: { readonly windowMs: number; readonly atLeast: number },
): Conclusion => concludeBudget(sumOf(points, windowMs), allowedShare, atLeast);

/** Whether enough is left of the budget of what was counted. Nothing counted is inconclusive. */
export const concludeBudget = (counts: Counts, allowedShare: number, atLeast: number): Conclusion => {
  const { requests, failures, allowed, left } = assessBudget(counts, allowedShare);
  if (left === undefined)
    return {
      verdict: 'inconclusive',
      because: '0 requests in the window of the budget',
      threshold: atLeast,
      samples: 0,
    };
  const shown = `${failures} of ${requests} failed where ${rounded(allowed)} may: ${rounded(100 * left)} % of the budget is left`;
  return {
    verdict: left < atLeast || left <= 0 ? 'fail' : 'pass',
    because: `${shown}, expected ${atLeast === 0 ? 'some' : `at least ${rounded(100 * atLeast)} %`}`,
    value: left,
    threshold: atLeast,
    samples: requests,
  };
};

const sumOf = (points: readonly CountedPoint[], windowMs: number): Counts => {
  const from = (points.at(-1)?.at ?? 0) - windowMs;
  const within = points.filter(({ at }) => at > from);
  return {
    requests: within.reduce((sum, { requests }) => sum + requests, 0),
    failures: within.reduce((sum, { failures }) => sum + failures, 0),
  };
};

const rounded = (value: number): string => String(Number(value.toPrecision(4)));
