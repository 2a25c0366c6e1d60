import { hadBefore, readTargetStates } from '../ledger/target-state.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { Clusters } from '../rollout/clusters.ts';
import { type GateSpec, type MetricGate, weighsEvidence } from '../rollout/gate.ts';
import type { Release } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { Wave } from '../rollout/wave.ts';
import { assessMetricRun } from './assess-metric-run.ts';
import { type GateTools, metricGates, targetsOf } from './gate-tools.ts';
import { askAll, measureOne, scrapes } from './measure-stores.ts';
import { keepRun, readRun } from './metric-run.ts';

/** What is to be measured: which targets, since when, and by whom. */
export interface RunsOrder {
  /** Target -> its last write. */
  readonly since: ReadonlyMap<string, number>;
  /** Target -> just before its first write. */
  readonly before: ReadonlyMap<string, number>;
  /** Measured once more, whatever its interval says, where it was not since this moment: the end of the soak. */
  readonly atLeastAt?: number;
  /** Whether the caller may read pods through the API server of a target. */
  readonly opensTargets: boolean;
}

/** One gate on one target, and how it stands. */
export interface JudgedRun {
  readonly gate: MetricGate & Pick<GateSpec, 'effect'>;
  readonly judgement: Judgement;
}

/**
 * Measures every metric gate of a wave on the targets whose turn it is by the gate's interval, keeps what was found and says how each
 * stands. The prober's loop and the exit gates both call it; what one has measured the other does not measure again.
 */
export const measureRuns = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  order: RunsOrder,
  tools: Pick<GateTools, 'measureMetric' | 'measureProbed' | 'measureClusters' | 'assessPooled'>,
  outside: Pick<Outside, 'ledger' | 'clock'>,
  signal: AbortSignal,
): Promise<readonly JudgedRun[]> => {
  const gates = Object.entries(metricGates(release, wave)).filter(
    ([, gate]) => order.opensTargets || !readsPods(release, gate),
  );
  const targets = targetsOf(release, [...order.since.keys()].sort());
  // Asked for by the first that is due: most looks find that nothing is.
  let states: ReturnType<typeof readTargetStates> | undefined;
  const isFirst = async (target: string): Promise<boolean> => {
    states ??= readTargetStates(outside.ledger);
    return !hadBefore(await states, target, ref.rollout);
  };
  const questions = gates.flatMap(([name, gate]) =>
    targets.map((target) => ({
      scrapes: scrapes(release, gate),
      ask: async (): Promise<JudgedRun> => {
        const since = order.since.get(target.name) ?? 0;
        const seen = await readRun(ref, name, target.name, since, outside);
        const at = outside.clock.now();
        const isDue = seen === undefined || at >= seen.at + gate.intervalMs || seen.at < (order.atLeastAt ?? 0);
        if (!isDue) return { gate, judgement: assessMetricRun(gate, seen) };
        const first = await isFirst(target.name);
        if (first && gate.probe !== undefined)
          return { gate, judgement: notProbed(name, gate.probe, target.name, since, at) };
        const before = first ? undefined : order.before.get(target.name);
        const clusters = seen?.clusters ?? (await clustersOf(name, gate, target, before, release, tools, signal));
        const spec = withClusters(gate, clusters);
        const run = await keepRun(
          ref,
          name,
          spec,
          await measureOne(name, spec, target, release, tools, signal),
          { since, at, isFirst: first, clusters },
          seen,
          (pooled, last) => tools.assessPooled(spec, pooled, last),
          outside,
        );
        return { gate, judgement: assessMetricRun(gate, run) };
      },
    })),
  );
  return askAll(questions);
};

/** What was never verified is not probed on schedule: not a pass, and in nobody's way, since a first release could never be. */
const notProbed = (gate: string, probe: string, target: string, from: number, to: number): Judgement => ({
  ...{ gate, kind: 'metric', target, verdict: 'inconclusive', samples: 0, window: { from, to } },
  because: `gate ${gate} on ${target}: no burn rate, as nothing was verified here before that is probed on schedule; it stops nothing`,
  ...{ query: `gate ${probe}`, source: 'scheduled probes' },
  isUnasked: true,
  effect: 'report',
});

/**
 * How failures came in clusters before the write, of gates whose evidence adds up, until it is known; where nothing was before, nobody
 * knows.
 */
const clustersOf = async (
  name: string,
  gate: MetricGate,
  target: Target,
  before: number | undefined,
  release: Release,
  tools: Pick<GateTools, 'measureClusters'>,
  signal: AbortSignal,
): Promise<Clusters | undefined> => {
  const source = release.metrics[gate.source];
  if (!weighsEvidence(gate.test) || before === undefined || source === undefined) return undefined;
  return tools.measureClusters(name, gate, source, target, before, signal);
};

const withClusters = (gate: MetricGate, clusters: Clusters | undefined): MetricGate =>
  clusters === undefined || !weighsEvidence(gate.test) ? gate : { ...gate, test: { ...gate.test, clusters } };

const readsPods = (release: Release, { source }: MetricGate): boolean => {
  const store = release.metrics[source];
  return store !== undefined && 'pods' in store;
};
