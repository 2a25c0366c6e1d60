import { type Counts, checkCounts } from './counts.ts';
import { regularisedBeta } from './special-functions.ts';

/** The probability of `k` or more of `n`, each with probability `p`: P(X >= k) = I_p(k, n - k + 1). */
const binomialUpperTail = (k: number, n: number, p: number): number => {
  if (k <= 0) return 1;
  return k > n ? 0 : regularisedBeta(p, k, n - k + 1);
};

/**
 * How likely it is, were both as good as each other, that so many of all failures fall to the new side (one-sided p). Exact for rare
 * failures: given their sum, k1 ~ Binomial(k1 + k2, n1 / (n1 + n2)) (Przyborowski and Wilenski 1940). No failures at all, or nothing
 * asked of the new side: 1. Throws `CountsInvalid`.
 */
export const conditionalBinomial = (fresh: Counts, baseline: Counts): number => {
  checkCounts(fresh);
  checkCounts(baseline);
  const requests = fresh.requests + baseline.requests;
  if (requests === 0) return 1;
  return binomialUpperTail(fresh.failures, fresh.failures + baseline.failures, fresh.requests / requests);
};
