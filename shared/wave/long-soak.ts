import { readTargetStates } from '../ledger/target-state.ts';
import type { WaveProgress } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { Wave } from '../rollout/wave.ts';
import type { PlannedTargets } from './plan-targets.ts';

/**
 * How long a wave soaks whose plan changes what others stand on: incident after incident showed it only at their next restart. Targets on
 * which nothing was verified do not count, for nothing stands there yet. `undefined`: as long as it is configured.
 */
export const longSoak = async (
  { soakMs, soakInfrastructureMs = 0 }: Wave,
  planned: PlannedTargets['planned'],
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<WaveProgress['longSoak']> => {
  if (soakInfrastructureMs <= soakMs || planned.every(({ infrastructure }) => infrastructure.length === 0))
    return undefined;
  const states = await readTargetStates(ledger);
  const changed = planned.flatMap(({ target, infrastructure }) =>
    states.get(target)?.verified === undefined ? [] : infrastructure,
  );
  const [first, ...others] = [...new Set(changed)].sort();
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const because = `for ${soakInfrastructureMs / 3_600_000} h, as ${first}${more} changes what others stand on`;
  return { ms: soakInfrastructureMs, because };
};
