import type { Target } from '../rollout/target.ts';
import type { Wave } from '../rollout/wave.ts';
import { toApproval } from './approvals.ts';
import type { WaveEntry } from './config.ts';
import { durationMs } from './duration.ts';
import { gatesOf } from './entries.ts';
import { selectTargets } from './targets.ts';

/** The waves with the names of their targets fixed: what is added to the fleet later is not part of this release. */
export const freezeWaves = (
  waves: readonly WaveEntry[],
  targets: readonly Target[],
  groups: ReadonlyMap<string, readonly string[]>,
): readonly Wave[] =>
  waves.map((wave) => ({
    name: wave.name,
    targets: selectTargets(wave.targets, targets)
      .map((target) => target.name)
      .toSorted(),
    batches: wave.batches,
    maxConcurrent: wave.maxConcurrent,
    maxFailures: wave.maxFailures,
    soakMs: wave.soak === undefined ? 0 : durationMs(wave.soak),
    soakInfrastructureMs: durationMs(wave.soakInfrastructure),
    gates: gatesOf(wave.gates, groups),
    ...(wave.approval === undefined ? {} : { approval: toApproval(wave.approval) }),
    whenTaken: wave.whenTaken,
    settleWithinMs: durationMs(wave.settleWithin),
    inconclusiveWithinMs: durationMs(wave.inconclusiveWithin),
  }));
