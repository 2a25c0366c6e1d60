import { listOpenRollouts } from '../ledger/rollouts.ts';
import { readTurn } from '../ledger/turn.ts';
import type { Outside } from '../outside/outside.ts';
import type { StepFunctions } from '../outside/step-functions.ts';
import { failureOf } from '../rollout/failures.ts';
import { freeDeadTurn, tellTurn } from './take-turn.ts';

/**
 * Frees every wave whose holder's rollout has ended without doing so, and tells who has each wave now, for whoever died between the two.
 * Holder and waiting alike are of rollouts that are open. Twice is as once.
 */
export const sweepTurns = async (
  steps: StepFunctions,
  outside: Pick<Outside, 'ledger' | 'settings'>,
): Promise<{ readonly looked: readonly string[] }> => {
  const rollouts = await listOpenRollouts(outside.ledger);
  const waves = [...new Set(rollouts.flatMap((rollout) => rollout.waves ?? []))].sort();
  for (const wave of waves) {
    try {
      await freeDeadTurn(wave, steps, outside);
      await tellTurn(await readTurn(outside.ledger, wave), wave, steps, outside.ledger);
    } catch (error) {
      // A private target's own wave is named after it.
      throw failureOf(wave, error);
    }
  }
  return { looked: waves };
};
