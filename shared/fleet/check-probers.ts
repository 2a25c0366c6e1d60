import type { GateSpec } from '../rollout/gate.ts';
import { isScheduled } from '../rollout/scheduled-gates.ts';
import { factsOf, type Target } from '../rollout/target.ts';
import type { Wave } from '../rollout/wave.ts';

/**
 * The targets of waves with an availability probe that no prober sees from outside: all probers stand in the target's own region at the
 * target's own provider, so that they fail with it or see it by a way that nobody else has. `probers`: regions of AWS. Pure.
 */
export const checkProbers = (
  targets: readonly Target[],
  waves: readonly Pick<Wave, 'targets' | 'gates'>[],
  gates: Readonly<Record<string, GateSpec>>,
  probers: readonly string[],
): readonly string[] => {
  const probed = new Set(
    waves.filter((wave) => wave.gates.some((name) => isScheduled(gates[name]))).flatMap((wave) => wave.targets),
  );
  return targets
    .filter((target) => {
      const { provider, region } = factsOf(target);
      return probed.has(target.name) && probers.every((each) => provider === 'eks' && each === region);
    })
    .map(({ name }) => name);
};
