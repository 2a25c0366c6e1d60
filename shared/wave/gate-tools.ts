import type { ProbeAggregate } from '../probe/prober.ts';
import type { MetricGate, MetricSource, ProbeGate } from '../rollout/gate.ts';
import type { Release } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { Wave } from '../rollout/wave.ts';

/** What judging a wave needs of the capabilities that measure. */
export interface GateTools {
  /** Probes until `until` (epoch ms), or until `stop` says so; calls `onFailing` at the first sound fail of a gate. */
  probeUntil(
    request: {
      readonly gates: Readonly<Record<string, ProbeGate>>;
      readonly targets: readonly Target[];
      readonly until: number;
      readonly stop: () => Promise<boolean>;
      readonly onFailing?: (judgement: Judgement) => Promise<void>;
    },
    signal: AbortSignal,
  ): Promise<readonly ProbeAggregate[]>;
  /** One judgement per target that has samples; none at all is one inconclusive judgement. */
  assessProbe(gate: string, spec: ProbeGate, aggregates: readonly ProbeAggregate[]): readonly Judgement[];
  measureMetric(
    gate: string,
    spec: MetricGate,
    source: MetricSource,
    target: Target,
    signal: AbortSignal,
  ): Promise<Judgement>;
}

/** The gates of a wave that are probes, by name. */
export const probeGates = (release: Release, wave: Wave): Readonly<Record<string, ProbeGate>> =>
  Object.fromEntries(
    wave.gates.flatMap((name) => {
      const gate = release.gates[name];
      return gate?.kind === 'probe' ? [[name, gate] as const] : [];
    }),
  );

/** The gates of a wave that are metrics, by name. */
export const metricGates = (release: Release, wave: Wave): Readonly<Record<string, MetricGate>> =>
  Object.fromEntries(
    wave.gates.flatMap((name) => {
      const gate = release.gates[name];
      return gate?.kind === 'metric' ? [[name, gate] as const] : [];
    }),
  );

/** The targets of these names. */
export const targetsOf = (release: Release, names: readonly string[]): readonly Target[] =>
  names.flatMap((name) => release.targets[name] ?? []);
