import type { RunLimits } from './gate.ts';
import type { Verdict } from './verdict.ts';

/** Argo's own: no failure and no inconclusive measurement is borne, the fifth error in a row ends it. */
export const DEFAULT_RUN_LIMITS = {
  failureLimit: 0,
  inconclusiveLimit: 0,
  consecutiveErrorLimit: 4,
  consecutiveSuccessLimit: 0,
} as const satisfies RunLimits;

/** Where a run of measurements stands. `cancelled`: stopped before it could conclude, which is never a pass. Plain data. */
export interface RunStanding {
  readonly state: Verdict | 'running' | 'cancelled';
  readonly because: string;
  readonly passed: number;
  readonly failed: number;
  readonly inconclusive: number;
  readonly errors: number;
  readonly errorsInRow: number;
  readonly passesInRow: number;
}

/** A run of which nothing was measured yet. */
export const NOTHING_MEASURED: RunStanding = {
  state: 'running',
  because: 'nothing was measured',
  passed: 0,
  failed: 0,
  inconclusive: 0,
  errors: 0,
  errorsInRow: 0,
  passesInRow: 0,
};

/**
 * Concludes from measurements in the order they were made; those after its conclusion do not matter. The rules are those of Argo
 * Rollouts (`analysis.go`), with two holes closed: `ended` (nothing more will be measured) before it could conclude is `cancelled`,
 * not a success, and without a single measurement that counts it is inconclusive.
 */
export const assessRun = (limits: RunLimits, measured: readonly Verdict[], ended = false): RunStanding => {
  const standing = measured.reduce<RunStanding>((sofar, verdict) => countMeasurement(limits, sofar, verdict), {
    ...NOTHING_MEASURED,
    because: madeOf(limits, 0),
  });
  if (!ended || standing.state !== 'running') return standing;
  const sound = soundOf(standing);
  if (sound === 0) return { ...standing, state: 'inconclusive', because: 'nothing was measured' };
  return { ...standing, state: 'cancelled', because: `stopped after ${madeOf(limits, sound)}` };
};

/** The run with one more measurement. One that has concluded stays as it is. */
export const countMeasurement = (limits: RunLimits, standing: RunStanding, verdict: Verdict): RunStanding => {
  if (standing.state !== 'running') return standing;
  const counted = add(standing, verdict);
  const [state, because] =
    conclude(limits, counted) ?? (['running', `${madeOf(limits, soundOf(counted))} made`] as const);
  return { ...counted, state, because };
};

const soundOf = ({ passed, failed, inconclusive }: RunStanding): number => passed + failed + inconclusive;

const madeOf = ({ count }: RunLimits, sound: number): string => `${sound} of ${count ?? 'any number of'} measurements`;

const add = (counted: RunStanding, verdict: Verdict): RunStanding => ({
  ...counted,
  passed: counted.passed + (verdict === 'pass' ? 1 : 0),
  failed: counted.failed + (verdict === 'fail' ? 1 : 0),
  inconclusive: counted.inconclusive + (verdict === 'inconclusive' ? 1 : 0),
  errors: counted.errors + (verdict === 'error' ? 1 : 0),
  errorsInRow: verdict === 'error' ? counted.errorsInRow + 1 : 0,
  passesInRow: verdict === 'pass' ? counted.passesInRow + 1 : 0,
});

const conclude = (limits: RunLimits, counted: RunStanding): readonly [Verdict, string] | undefined => {
  const { failureLimit, consecutiveSuccessLimit, count } = limits;
  const { inconclusiveLimit = Infinity, consecutiveErrorLimit = Infinity } = limits;
  const bearsFailures = failureLimit < 0;
  if (counted.errorsInRow > consecutiveErrorLimit)
    return ['error', `${counted.errorsInRow} errors in a row, at most ${consecutiveErrorLimit} are borne`];
  if (counted.inconclusive > inconclusiveLimit)
    return ['inconclusive', `${counted.inconclusive} inconclusive, at most ${inconclusiveLimit} are borne`];
  if (!bearsFailures && counted.failed > failureLimit)
    return ['fail', `${counted.failed} failed, at most ${failureLimit} are borne`];
  if (consecutiveSuccessLimit > 0 && counted.passesInRow >= consecutiveSuccessLimit)
    return ['pass', `${counted.passesInRow} passed in a row, ${consecutiveSuccessLimit} were asked for`];
  const made = soundOf(counted);
  if (count === undefined || made < count) return undefined;
  if (consecutiveSuccessLimit === 0) return ['pass', `${counted.passed} of ${made} measurements passed`];
  const missed = `never ${consecutiveSuccessLimit} passes in a row in ${made} measurements`;
  return bearsFailures ? ['fail', missed] : ['inconclusive', missed];
};
