import type { ComparisonOrder } from '../analysis/comparison.ts';
import type { ScoreOrder } from '../analysis/measure-score.ts';
import type { Probed, ProbeOrder } from '../probe/prober.ts';
import type { Tally } from '../probe/tally.ts';
import type { Clusters } from '../rollout/clusters.ts';
import type { AlertGate, BudgetGate, GateSpec, MetricGate, ProbeGate } from '../rollout/gate.ts';
import type { MetricSource } from '../rollout/metric-source.ts';
import type { Release } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { Wave } from '../rollout/wave.ts';

/** What judging a wave needs of the capabilities that measure. */
export interface GateTools {
  probeUntil(order: ProbeOrder, signal: AbortSignal): Promise<Probed>;
  /** Of one target, or of several, where the worst speaks for all. */
  assessProbe(gate: string, spec: ProbeGate, tallies: readonly Tally[]): Judgement;
  joinTallies(earlier: Tally, later: Tally): Tally;
  measureMetric(
    gate: string,
    spec: MetricGate,
    source: MetricSource,
    target: Target,
    signal: AbortSignal,
  ): Promise<MeasuredMetric>;
  /** Judges the burn rate of a gate's scheduled probes on a target. */
  measureProbed(gate: string, spec: MetricGate, probe: string, target: Target): Promise<MeasuredMetric>;
  /** How failures came in clusters on a target before a moment; `undefined` where nobody can tell. */
  measureClusters(
    gate: string,
    spec: MetricGate,
    source: MetricSource,
    target: Target,
    before: number,
    signal: AbortSignal,
  ): Promise<Clusters | undefined>;
  /** Judges what several windows counted together. `last`: what the newest of them was judged. */
  assessPooled(spec: MetricGate, pooled: WindowCounts, last: Judgement): Judgement;
  /** Compares what a gate measures since the last write with its baseline. */
  compareMetric(order: ComparisonOrder, signal: AbortSignal): Promise<Judgement>;
  /** Compares the metrics of a score with their baselines since the last write, and weighs them. */
  measureScore(order: ScoreOrder, signal: AbortSignal): Promise<Judgement>;
  /** Judges what is left of an error budget on one target. */
  measureBudget(
    gate: string,
    spec: BudgetGate,
    target: Target,
    release: Pick<Release, 'metrics'>,
    signal: AbortSignal,
  ): Promise<Judgement>;
  /** Whether an alert fires. Without a target it is asked for all of a wave at once. */
  measureAlerts(
    gate: string,
    spec: AlertGate,
    source: MetricSource,
    target: Target | undefined,
    signal: AbortSignal,
  ): Promise<Judgement>;
}

/** What one measurement of a metric gate showed. */
export interface MeasuredMetric {
  readonly judgement: Judgement;
  /** What it counted, where the gate is of two counts and both were read. */
  readonly counts?: WindowCounts;
}

/** Requests, and those of them that failed, of a stretch of time. */
export interface WindowCounts {
  readonly requests: number;
  readonly failures: number;
  readonly from: number;
  readonly to: number;
}

/** The gates of a wave that are of a kind, by name. */
const gatesOf =
  <Kind extends GateSpec['kind']>(kind: Kind) =>
  (release: Release, wave: Wave): Readonly<Record<string, Extract<GateSpec, { kind: Kind }>>> =>
    Object.fromEntries(
      wave.gates.flatMap((name) => {
        const gate = release.gates[name];
        return gate !== undefined && isOf(gate, kind) ? [[name, gate] as const] : [];
      }),
    );

const isOf = <Kind extends GateSpec['kind']>(gate: GateSpec, kind: Kind): gate is Extract<GateSpec, { kind: Kind }> =>
  gate.kind === kind;

export const probeGates = gatesOf('probe');
export type ProbeGates = ReturnType<typeof probeGates>;
export const metricGates = gatesOf('metric');
export const scoreGates = gatesOf('score');
export const alertGates = gatesOf('alerts');
export const budgetGates = gatesOf('budget');

/** The judgements, each with its gate's effect. */
export const withEffects = (release: Release, judgements: readonly Judgement[]): readonly Judgement[] =>
  judgements.map((judgement) => {
    const effect = release.gates[judgement.gate]?.effect;
    return effect === undefined ? judgement : { ...judgement, effect };
  });

/** The targets of these names. */
export const targetsOf = (release: Release, names: readonly string[]): readonly Target[] =>
  names.flatMap((name) => release.targets[name] ?? []);

/**
 * Judges every probe gate on every one of the targets, from tallies in the order they were taken. A target without any is inconclusive:
 * nothing was measured there. Where a probe that must fail has passed, all are inconclusive.
 */
export const judgeProbes = (
  gates: Readonly<Record<string, ProbeGate>>,
  targets: readonly string[],
  tallies: readonly Tally[],
  tools: Pick<GateTools, 'assessProbe' | 'joinTallies'>,
): readonly Judgement[] => {
  const judged = Object.entries(gates).flatMap(([name, gate]) =>
    targets.map((target) => {
      const [first, ...later] = tallies.filter((tally) => tally.gate === name && tally.target === target);
      if (first === undefined) return { ...tools.assessProbe(name, gate, []), target };
      return tools.assessProbe(name, gate, [later.reduce((sum, tally) => tools.joinTallies(sum, tally), first)]);
    }),
  );
  const yesMan = judged.find(({ gate, verdict, value }) => gates[gate]?.mustFail && verdict !== 'pass' && value !== 1);
  if (yesMan?.value === undefined) return judged;
  // A prober that says yes to what is known to be bad says nothing by any of its verdicts.
  return judged.map((each) =>
    each.gate === yesMan.gate
      ? each
      : { ...each, verdict: 'inconclusive', because: `${each.because}; not believed, since ${yesMan.because}` },
  );
};

/** Gates that a wave names and the release does not have: a mistake of ours that must not read as a gate that passed. */
export const unknownGates = (release: Release, wave: Wave): readonly Judgement[] =>
  wave.gates
    .filter((name) => release.gates[name] === undefined)
    .map((gate) => ({ gate, kind: 'policy', verdict: 'error', because: `gate ${gate} is not in the release` }));
