import { describeRevert } from '../../shared/intake/describe-revert.ts';
import { revertPin } from '../../shared/intake/revert-pin.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { StepFunctions } from '../../shared/outside/step-functions.ts';
import type { ConcludeTools } from '../../shared/release/conclude-rollout.ts';
import { freeTurn } from '../../shared/wave/take-turn.ts';

/** What ending a rollout needs: git over the network, and the waves. */
export const concludeTools = (
  rollout: string,
  steps: StepFunctions,
  outside: Outside,
  signal: AbortSignal,
): ConcludeTools => ({
  revert: async (commit) => describeRevert(await revertPin(outside, { commit }, signal)),
  freeTurn: (wave) => freeTurn(wave, rollout, steps, outside),
});
