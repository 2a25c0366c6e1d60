import type { Verdict } from '../rollout/verdict.ts';
import { assessBudget, assessBurn, BURN_RULES } from './assess-burn.ts';
import type { Counts } from './counts.ts';

/** Counts of the time since the point before. */
export interface CountedPoint extends Counts {
  readonly at: number;
}

interface Conclusion {
  readonly verdict: Verdict;
  readonly because: string;
  readonly value?: number;
  readonly threshold?: number;
  readonly samples?: number;
}

/** Judges whether an objective burns by any of the rules, as of the last point. Without a request in the longest window nobody knows. */
export const judgeBurn = (points: readonly CountedPoint[], allowed: number): Conclusion => {
  const all = BURN_RULES.map((rule) => {
    const windows = { long: sumOf(points, rule.longMs), short: sumOf(points, rule.shortMs) };
    return { rule, windows, standing: assessBurn(rule, windows, allowed) };
  });
  const samples = Math.max(...all.map(({ windows }) => windows.long.requests));
  if (samples === 0) return { verdict: 'inconclusive', because: '0 requests in the longest window', samples };
  const burning = all.find(({ standing }) => standing.burns);
  const told = burning ?? all[0];
  if (told === undefined) return { verdict: 'inconclusive', because: 'there is no rule', samples };
  const { requests, failures } = told.windows.long;
  return {
    verdict: burning === undefined ? 'pass' : 'fail',
    because:
      burning === undefined
        ? `no rule burns; ${told.standing.because}`
        : `burns (${burning.rule.severity}): ${told.standing.because}`,
    ...(requests === 0 ? {} : { value: failures / requests }),
    threshold: told.rule.factor * allowed,
    samples: requests,
  };
};

/** Judges whether enough of an error budget is left over the window that ends with the last point. */
export const judgeBudget = (
  points: readonly CountedPoint[],
  allowedShare: number,
  { windowMs, atLeast }: { readonly windowMs: number; readonly atLeast: number },
): Conclusion => {
  const { requests, failures, allowed, left } = assessBudget(sumOf(points, windowMs), allowedShare);
  if (left === undefined)
    return { verdict: 'inconclusive', because: '0 requests in the window of the budget', samples: 0 };
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
