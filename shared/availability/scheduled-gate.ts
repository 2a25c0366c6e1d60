import type { GateSpec, ProbeGate } from '../rollout/gate.ts';

/** Whether a gate says on schedule that a target is out: not one that must fail, nor one that only reports. */
export const isScheduled = (gate: GateSpec): gate is GateSpec & ProbeGate =>
  gate.kind === 'probe' && gate.mustFail !== true && gate.effect !== 'report';
