import { listOpenRollouts } from '../ledger/rollouts.ts';
import { readTurn } from '../ledger/turn.ts';
import type { Outside } from '../outside/outside.ts';
import type { StepFunctions } from '../outside/step-functions.ts';
import { failureOf } from '../rollout/failures.ts';
import { freeDeadTurn, tellTurn } from './take-turn.ts';

/**
 * Frees every wave whose holder's rollout has ended without doing so, and tells who has each wave now, for whoever died between the two.
 * Holder and waiting alike are of rollouts that are open. A wave that this can not be done for holds up no other: throws what the first of those
 * threw when all have been tried. Twice is as once.
 */
export const sweepTurns = async (
  steps: StepFunctions,
  outside: Pick<Outside, 'ledger' | 'settings'>,
): Promise<{ readonly looked: readonly string[] }> => {
  const rollouts = await listOpenRollouts(outside.ledger);
  const waves = [...new Set(rollouts.flatMap((rollout) => rollout.waves ?? []))].sort();
  const failures: unknown[] = [];
  for (const wave of waves) {
    try {
      await freeDeadTurn(wave, steps, outside);
      await tellTurn(await readTurn(outside.ledger, wave), wave, steps, outside.ledger);
    } catch (error) {
      // A private target's own wave is named after it.
      failures.push(failureOf(wave, error));
    }
  }
  if (failures.length > 0) throw failures[0];
  return { looked: waves };
};
