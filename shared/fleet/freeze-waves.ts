import type { Target } from '../rollout/target.ts';
import type { Following, Wave } from '../rollout/wave.ts';
import { toApproval } from './approvals.ts';
import type { WaveEntry } from './config.ts';
import { durationMs } from './duration.ts';
import { gatesOf } from './entries.ts';
import { selectTargets } from './targets.ts';

/**
 * The waves with the names of their targets fixed: what is added to the fleet later is not part of this release. Private targets are in
 * none of them; they follow.
 */
export const freezeWaves = (
  waves: readonly WaveEntry[],
  targets: readonly Target[],
  groups: ReadonlyMap<string, readonly string[]>,
): readonly Wave[] => {
  const own = targets.filter((target) => target.private === undefined);
  return waves.map((wave) => ({
    ...rulesOf(wave, groups),
    name: wave.name,
    targets: selectTargets(wave.targets, own)
      .map((target) => target.name)
      .toSorted(),
    batches: wave.batches,
    maxFailures: wave.maxFailures,
    ...(wave.approval === undefined ? {} : { approval: toApproval(wave.approval) }),
    ...(wave.window === undefined ? {} : { window: wave.window }),
  }));
};

/**
 * Private targets, each with a wave of its own that is named after it: the gates and the soak of the wave that selects it, its own approvers
 * where it names some and else those of that wave, and no window but the target's.
 */
export const followingTargets = (
  waves: readonly WaveEntry[],
  targets: readonly Target[],
  groups: ReadonlyMap<string, readonly string[]>,
): readonly Following[] =>
  targets.flatMap((target) => {
    const wave = waves.find(({ targets: selector }) => selectTargets(selector, [target]).length > 0);
    if (target.private === undefined || wave === undefined) return [];
    const approval = target.private.approval ?? (wave.approval && toApproval(wave.approval));
    const own: Wave = {
      ...rulesOf(wave, groups),
      name: target.name,
      targets: [target.name],
      batches: ['100%'],
      maxFailures: 0,
      ...(approval === undefined ? {} : { approval }),
    };
    return [{ target, wave: own }];
  });

/** What holds for every target that a wave selects, in whichever rollout it is taken. */
const rulesOf = (
  wave: WaveEntry,
  groups: ReadonlyMap<string, readonly string[]>,
): Omit<Wave, 'name' | 'targets' | 'batches' | 'maxFailures'> => ({
  maxConcurrent: wave.maxConcurrent,
  soakMs: wave.soak === undefined ? 0 : durationMs(wave.soak),
  soakInfrastructureMs: durationMs(wave.soakInfrastructure),
  gates: gatesOf(wave.gates, groups),
  whenTaken: wave.whenTaken,
  settleWithinMs: durationMs(wave.settleWithin),
  inconclusiveWithinMs: durationMs(wave.inconclusiveWithin),
});
