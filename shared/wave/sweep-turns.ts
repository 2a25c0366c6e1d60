import { listRollouts } from '../ledger/rollouts.ts';
import { readTurn } from '../ledger/turn.ts';
import type { Outside } from '../outside/outside.ts';
import type { StepFunctions } from '../outside/step-functions.ts';
import { freeDeadTurn, tellTurn } from './take-turn.ts';

/** How many of the newest rollouts name the waves that are looked at: waves of the config change rarely. */
const looked = 20;

/**
 * Frees every wave whose holder's rollout has ended without doing so, and tells who has each wave now, for whoever died between the two.
 * Twice is as once.
 */
export const sweepTurns = async (
  steps: StepFunctions,
  outside: Pick<Outside, 'ledger' | 'settings'>,
): Promise<{ readonly looked: readonly string[] }> => {
  const rollouts = await listRollouts(outside.ledger, looked);
  const waves = [...new Set(rollouts.flatMap((rollout) => rollout.waves ?? []))].sort();
  for (const wave of waves) {
    await freeDeadTurn(wave, steps, outside);
    await tellTurn(await readTurn(outside.ledger, wave), wave, steps, outside.ledger);
  }
  return { looked: waves };
};
