import type { Verdict } from '../rollout/verdict.ts';

/** How many measurements a gate takes, and how many of each kind it bears. As in an AnalysisRun of Argo Rollouts. */
export interface RunLimits {
  /** So many measurements, errors not counted, and it concludes. Absent: it goes on until it is stopped. */
  readonly count?: number;
  /** More failures than this fail it; -1: failures alone never do. */
  readonly failureLimit: number;
  /** More inconclusive measurements than this make it inconclusive. */
  readonly inconclusiveLimit: number;
  /** More errors in a row than this make it an error. */
  readonly consecutiveErrorLimit: number;
  /** So many passes in a row pass it. 0: passes in a row do not matter. */
  readonly consecutiveSuccessLimit: number;
}

/** Argo's own: no failure and no inconclusive measurement is borne, the fifth error in a row ends it. */
export const DEFAULT_RUN_LIMITS: RunLimits = {
  failureLimit: 0,
  inconclusiveLimit: 0,
  consecutiveErrorLimit: 4,
  consecutiveSuccessLimit: 0,
};

/** Where a run of measurements stands. `cancelled`: stopped before it could conclude, which is never a pass. */
export interface RunStanding {
  readonly state: Verdict | 'running' | 'cancelled';
  readonly because: string;
  readonly passed: number;
  readonly failed: number;
  readonly inconclusive: number;
  readonly errors: number;
}

interface Counted {
  readonly passed: number;
  readonly failed: number;
  readonly inconclusive: number;
  readonly errors: number;
  readonly errorsInRow: number;
  readonly passesInRow: number;
}

const NOTHING: Counted = { passed: 0, failed: 0, inconclusive: 0, errors: 0, errorsInRow: 0, passesInRow: 0 };

/**
 * Concludes from measurements in the order they were made; those after its conclusion do not matter. The rules are those of Argo
 * Rollouts (`analysis.go`), with two holes closed: `ended` (nothing more will be measured) before it could conclude is `cancelled`,
 * not a success, and without a single measurement that counts it is inconclusive.
 */
export const assessRun = (limits: RunLimits, measured: readonly Verdict[], ended = false): RunStanding => {
  let counted = NOTHING;
  for (const verdict of measured) {
    counted = add(counted, verdict);
    const concluded = conclude(limits, counted);
    if (concluded !== undefined) return standing(counted, ...concluded);
  }
  const sound = counted.passed + counted.failed + counted.inconclusive;
  if (!ended) return standing(counted, 'running', `${sound} of ${limits.count ?? 'any number of'} measurements made`);
  if (sound === 0) return standing(counted, 'inconclusive', 'nothing was measured');
  return standing(counted, 'cancelled', `stopped after ${sound} of ${limits.count ?? 'any number of'} measurements`);
};

const add = (counted: Counted, verdict: Verdict): Counted => ({
  passed: counted.passed + (verdict === 'pass' ? 1 : 0),
  failed: counted.failed + (verdict === 'fail' ? 1 : 0),
  inconclusive: counted.inconclusive + (verdict === 'inconclusive' ? 1 : 0),
  errors: counted.errors + (verdict === 'error' ? 1 : 0),
  errorsInRow: verdict === 'error' ? counted.errorsInRow + 1 : 0,
  passesInRow: verdict === 'pass' ? counted.passesInRow + 1 : 0,
});

const conclude = (limits: RunLimits, counted: Counted): readonly [Verdict, string] | undefined => {
  const { failureLimit, inconclusiveLimit, consecutiveErrorLimit, consecutiveSuccessLimit, count } = limits;
  const bearsFailures = failureLimit < 0;
  if (counted.errorsInRow > consecutiveErrorLimit)
    return ['error', `${counted.errorsInRow} errors in a row, at most ${consecutiveErrorLimit} are borne`];
  if (counted.inconclusive > inconclusiveLimit)
    return ['inconclusive', `${counted.inconclusive} inconclusive, at most ${inconclusiveLimit} are borne`];
  if (!bearsFailures && counted.failed > failureLimit)
    return ['fail', `${counted.failed} failed, at most ${failureLimit} are borne`];
  if (consecutiveSuccessLimit > 0 && counted.passesInRow >= consecutiveSuccessLimit)
    return ['pass', `${counted.passesInRow} passed in a row, ${consecutiveSuccessLimit} were asked for`];
  const made = counted.passed + counted.failed + counted.inconclusive;
  if (count === undefined || made < count) return undefined;
  if (consecutiveSuccessLimit === 0) return ['pass', `${counted.passed} of ${made} measurements passed`];
  const missed = `never ${consecutiveSuccessLimit} passes in a row in ${made} measurements`;
  return bearsFailures ? ['fail', missed] : ['inconclusive', missed];
};

const standing = (counted: Counted, state: RunStanding['state'], because: string): RunStanding => {
  const { passed, failed, inconclusive, errors } = counted;
  return { state, because, passed, failed, inconclusive, errors };
};
