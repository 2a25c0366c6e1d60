import type { MetricGate } from '../rollout/gate.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { MetricRun } from './metric-run.ts';

/**
 * What a run of measurements says of its gate. One that has concluded speaks by what it was concluded by. One that goes on passes where
 * no `count` is asked for and the last measurement passed; a failure that was borne as the last one is inconclusive, not a pass.
 */
export const assessMetricRun = (
  { limits, minRequests, intervalMs }: Pick<MetricGate, 'limits' | 'minRequests' | 'intervalMs'>,
  { standing, last, telling, pooled, since }: MetricRun,
): Judgement => {
  const { state, because, passed, failed, inconclusive, errors } = standing;
  const made = passed + failed + inconclusive + errors;
  const withRun = (judgement: Judgement, verdict: Judgement['verdict'], why: string): Judgement => ({
    ...judgement,
    verdict,
    because: why === '' ? judgement.because : `${judgement.because} (${why})`,
  });
  if (state === 'pass') return withRun(last, 'pass', because);
  if (state === 'fail' || state === 'error' || state === 'inconclusive')
    return withRun(telling ?? last, state, limits === undefined ? '' : because);
  if (limits?.count !== undefined && last.verdict !== 'error') {
    const left = limits.count - passed - failed - inconclusive;
    return withRun(last, 'inconclusive', `${because}, the others take ${(left * intervalMs) / 1000} s`);
  }
  if (last.verdict === 'fail') return withRun(last, 'inconclusive', `borne so far, ${failed} of ${made} failed`);
  if (last.verdict !== 'inconclusive' || pooled === undefined) return withRun(last, last.verdict, '');
  const needed = Math.max(minRequests, pooled.requests + (last.stillNeeded ?? 0));
  const isWaiting = pooled.requests < needed;
  return withRun(last, last.verdict, isWaiting ? missing(pooled.requests, needed, pooled.to - since) : '');
};

/** How long it takes until there are requests enough, if they go on to come as they did. */
const missing = (requests: number, needed: number, tookMs: number): string => {
  const counted = `${Math.round(requests)} of ${needed} requests since the last write`;
  if (requests <= 0 || tookMs <= 0) return `${counted}: what is to be judged was not exercised`;
  return `${counted}, the others take about ${Math.ceil((tookMs * (needed - requests)) / requests / 1000)} s`;
};
