import { stored, update } from '../ledger/update.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { countMeasurement, NOTHING_MEASURED, type RunStanding } from '../rollout/assess-run.ts';
import type { Clusters } from '../rollout/clusters.ts';
import { type MetricGate, type RunLimits, weighsEvidence } from '../rollout/gate.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { MeasuredMetric, WindowCounts } from './gate-tools.ts';

/** All that was measured of one metric gate on one target since its last write, in a size that does not grow. */
export interface MetricRun {
  /** The last write. What was measured before another one counts no more. */
  readonly since: number;
  /** When it was measured last. */
  readonly at: number;
  readonly standing: RunStanding;
  readonly last: Judgement;
  /** The measurement that it was concluded by, where that was no pass. */
  readonly telling?: Judgement;
  /** What was counted in windows that lie after the write and do not overlap, so that nothing is counted twice. */
  readonly pooled?: WindowCounts;
  /** How failures came in clusters before the write. */
  readonly clusters?: Clusters;
}

/** No failure is borne. What is inconclusive or an error is measured again, and counts where it is the last. */
const DEFAULT_LIMITS: RunLimits = { failureLimit: 0, consecutiveSuccessLimit: 0 };

/** The pool with one more window, where that begins at or after the end of the pool, and not before the write. */
const poolCounts = (
  pooled: WindowCounts | undefined,
  counts: WindowCounts | undefined,
  since: number,
): WindowCounts | undefined => {
  if (counts === undefined || counts.from < (pooled?.to ?? since)) return pooled;
  if (pooled === undefined) return counts;
  const requests = pooled.requests + counts.requests;
  return { requests, failures: pooled.failures + counts.failures, from: pooled.from, to: counts.to };
};

/** When something was measured, since which write, and whether that was the first to bring anything to the target. */
export interface Moment {
  readonly since: number;
  readonly at: number;
  readonly isFirst: boolean;
  /** How failures came in clusters before it, where that is known. */
  readonly clusters?: Clusters | undefined;
}

/** Makes a judgement of a pool, where there is one. */
export type AssessPool = (pooled: WindowCounts, last: Judgement) => Judgement;

/**
 * The run with one more measurement.
 *
 * A window that reaches back beyond the write still holds what was before it: what passes in it is not counted, what fails in it is,
 * since the target is ill now. On a target that had nothing before even that says nothing: calls that came too early found nobody. A window
 * with too few requests is judged by all counts since the write together, and so is a sequential
 * gate, whose evidence adds up.
 */
export const nextRun = (
  gate: Pick<MetricGate, 'limits' | 'test'>,
  run: MetricRun | undefined,
  { judgement, counts }: MeasuredMetric,
  { since, at, isFirst, clusters }: Moment,
  assess: AssessPool,
): MetricRun => {
  const before = run?.since === since ? run : undefined;
  const standing = before?.standing ?? NOTHING_MEASURED;
  const pooled = poolCounts(before?.pooled, counts, since);
  const kept = {
    since,
    at,
    ...(clusters === undefined ? {} : { clusters }),
    ...(pooled === undefined ? {} : { pooled }),
  };
  const told = before?.telling === undefined ? {} : { telling: before.telling };
  const judged = withPool(gate, judgement, pooled === undefined ? undefined : assess(pooled, judgement));
  const isMixed = judgement.window !== undefined && judgement.window.from < since && judged === judgement;
  if (isMixed && (isFirst || judged.verdict === 'pass' || judged.verdict === 'inconclusive')) {
    const because = `${judged.because}; its window still holds what was before the last write`;
    return { ...kept, ...told, standing, last: { ...judged, verdict: 'inconclusive', because } };
  }
  const next = countMeasurement(gate.limits ?? DEFAULT_LIMITS, standing, judged.verdict);
  const concludes = standing.state === 'running' && next.state !== 'running' && next.state !== 'pass';
  return { ...kept, ...(concludes ? { telling: judged } : told), standing: next, last: judged };
};

/** What speaks: the newest window, or all of them together. */
const withPool = (
  { test }: Pick<MetricGate, 'test'>,
  judgement: Judgement,
  pooled: Judgement | undefined,
): Judgement => {
  if (pooled === undefined || judgement.verdict === 'fail') return judgement;
  if (weighsEvidence(test)) return judgement.verdict === 'error' ? judgement : pooled;
  const isDecided = pooled.verdict === 'pass' || pooled.verdict === 'fail';
  return judgement.verdict === 'inconclusive' && judgement.samples !== undefined && isDecided ? pooled : judgement;
};

const keyOf = (ref: WaveRef, gate: string, target: string) => ({
  partition: `rollout#${ref.rollout}`,
  sort: `run#${ref.wave}#${ref.direction}#${gate}#${target}`,
});

/** The run of a gate on a target, if it was measured since that write. */
export const readRun = async (
  ref: WaveRef,
  gate: string,
  target: string,
  since: number,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<MetricRun | undefined> => {
  const row = await ledger.get(keyOf(ref, gate, target));
  const run = row === undefined ? undefined : stored<MetricRun>(row);
  return run?.since === since ? run : undefined;
};

/** Adds to a run what was measured. Of two that measured at once only the first is counted. */
export const keepRun = async (
  ref: WaveRef,
  name: string,
  gate: MetricGate,
  measured: MeasuredMetric,
  moment: Moment,
  seen: MetricRun | undefined,
  assess: AssessPool,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<MetricRun> => {
  const target = measured.judgement.target ?? '';
  const row = await update(ledger, keyOf(ref, name, target), (current) => {
    const run = current === undefined ? undefined : stored<MetricRun>(current);
    const isOthers = run !== undefined && run.since >= moment.since && run.at !== seen?.at;
    return isOthers ? undefined : { ...nextRun(gate, run, measured, moment, assess) };
  });
  return row === undefined ? nextRun(gate, seen, measured, moment, assess) : stored<MetricRun>(row);
};
