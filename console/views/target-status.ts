import type { WaveRows } from '../rows/rollout-rows.ts';

/** How a target stands in one rollout, in one word. */
export type TargetStatus =
  | 'not-started'
  | 'deploying'
  /** Has the release; its wave is not judged yet, or was judged badly. */
  | 'deployed'
  | 'soaking'
  | 'verified'
  | 'failed'
  /** Its wave was stopped while it was written to. */
  | 'stopped'
  /** Could not be reached. */
  | 'lost'
  | 'going-back'
  | 'back';

export interface StandingOfTarget {
  readonly status: TargetStatus;
  /** One sentence, where there is more to say than the word. */
  readonly because?: string;
}

/** How a target of a wave stands, from what the ledger holds of the wave. The way back counts before the way forward. Pure. */
export const targetStatus = (target: string, rows: WaveRows, begun: ReadonlySet<string>): StandingOfTarget =>
  wayBackStatus(target, rows) ?? forwardStatus(target, rows, begun);

const wayBackStatus = (target: string, { back }: WaveRows): StandingOfTarget | undefined => {
  const result = back.deployments.get(target);
  if (result !== undefined) {
    return result.outcome === 'deployed'
      ? { status: 'back' }
      : { status: result.outcome === 'lost' ? 'lost' : 'failed', because: `not back: ${result.because}` };
  }
  const unreachable = back.plan?.unreachable.find((each) => each.target === target);
  if (unreachable !== undefined) return { status: 'lost', because: `not back: ${unreachable.because}` };
  const isPlanned = back.plan?.targets.some((each) => each.target === target) === true;
  return isPlanned && back.progress.outcome === undefined ? { status: 'going-back' } : undefined;
};

const forwardStatus = (target: string, { forward }: WaveRows, begun: ReadonlySet<string>): StandingOfTarget => {
  const { outcome, judgingAt } = forward.progress;
  const result = forward.deployments.get(target);
  if (result?.outcome === 'deployed') {
    if (outcome === 'passed') return { status: 'verified' };
    return { status: outcome === undefined && judgingAt !== undefined ? 'soaking' : 'deployed' };
  }
  if (result !== undefined) return { status: result.outcome, because: result.because };
  const unreachable = forward.plan?.unreachable.find((each) => each.target === target);
  if (unreachable !== undefined) return { status: 'lost', because: unreachable.because };
  if (!begun.has(target)) return { status: 'not-started' };
  return outcome === undefined
    ? { status: 'deploying' }
    : { status: 'failed', because: 'its deployment ended without a result' };
};
