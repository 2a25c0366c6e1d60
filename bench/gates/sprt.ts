import { type Counts, checkCounts } from '../../shared/analysis/counts.ts';

/** A planned test of one share of failures against another. */
export interface SprtPlan {
  /** The share that is good. */
  readonly good: number;
  /** The share that is bad, above `good`. */
  readonly bad: number;
  /** How often a good one is rejected at most. */
  readonly falseAlarm: number;
  /** How often a bad one is accepted at most. */
  readonly miss: number;
}

export interface SprtLimits {
  /** ln of the ratio from which the bad share is concluded. */
  readonly reject: number;
  /** ln of the ratio down to which the good share is concluded. */
  readonly accept: number;
  readonly perFailure: number;
  readonly perSuccess: number;
}

/** Wald's limits and steps (Wald 1945): A = ln((1-b)/a), B = ln(b/(1-a)). */
export const sprtLimits = ({ good, bad, falseAlarm, miss }: SprtPlan): SprtLimits => ({
  reject: Math.log((1 - miss) / falseAlarm),
  accept: Math.log(miss / (1 - falseAlarm)),
  perFailure: Math.log(bad / good),
  perSuccess: Math.log1p(-bad) - Math.log1p(-good),
});

/**
 * What the sequential probability ratio test says of what was counted since its beginning. May be asked after every request; the first
 * answer that is not `continue` counts. Throws `CountsInvalid`.
 */
export const assessSprt = (plan: SprtPlan, counts: Counts): 'accept' | 'reject' | 'continue' => {
  checkCounts(counts);
  const { reject, accept, perFailure, perSuccess } = sprtLimits(plan);
  const ratio = counts.failures * perFailure + (counts.requests - counts.failures) * perSuccess;
  if (ratio >= reject) return 'reject';
  return ratio <= accept ? 'accept' : 'continue';
};

/** Wald's approximation of how many requests it takes on average, were the share of failures good, and were it bad. */
export const expectedRequests = (plan: SprtPlan): { readonly good: number; readonly bad: number } => {
  const { reject, accept, perFailure, perSuccess } = sprtLimits(plan);
  const drift = (share: number) => share * perFailure + (1 - share) * perSuccess;
  return {
    good: (plan.falseAlarm * reject + (1 - plan.falseAlarm) * accept) / drift(plan.good),
    bad: ((1 - plan.miss) * reject + plan.miss * accept) / drift(plan.bad),
  };
};
