import type { GateSpec, ProbeGate } from './gate.ts';
import type { Release } from './release.ts';

/** Whether a gate says on schedule that a target is out: not one that must fail, nor one that only reports. Pure. */
export const isScheduled = (gate: GateSpec | undefined): gate is GateSpec & ProbeGate =>
  gate?.kind === 'probe' && gate.mustFail !== true && gate.effect !== 'report';

/**
 * The gates of a release that are probed on schedule: those of its waves, and those that a budget or a burn rate of its waves counts.
 * Pure.
 */
export const scheduledGates = ({
  waves,
  gates,
}: Pick<Release, 'waves' | 'gates'>): Readonly<Record<string, ProbeGate>> => {
  const asked = new Set(waves.flatMap((wave) => wave.gates));
  const counted = [...asked].flatMap((name) => probeOf(gates[name]) ?? []);
  const used = new Set([...asked, ...counted]);
  return Object.fromEntries(
    Object.entries(gates).flatMap(([name, gate]) =>
      isScheduled(gate) && used.has(name) ? [[name, gate] as const] : [],
    ),
  );
};

const probeOf = (gate: GateSpec | undefined): string | undefined => {
  if (gate?.kind === 'metric') return gate.probe;
  return gate?.kind === 'budget' && 'probe' in gate.counted ? gate.counted.probe : undefined;
};
