import { describeRevert } from '../../shared/intake/describe-revert.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { StepFunctions } from '../../shared/outside/step-functions.ts';
import type { ConcludeTools } from '../../shared/release/conclude-rollout.ts';
import { startFollowing } from '../../shared/release/start-following.ts';
import { freeTurn } from '../../shared/wave/take-turn.ts';
import { endNotice } from './end-notice.ts';

/** What ending a rollout needs: git over the network, the waves, and who is told. */
export const concludeTools = (
  rollout: string,
  steps: StepFunctions,
  outside: Outside,
  signal: AbortSignal,
): ConcludeTools => ({
  // Git is loaded by the rollout that has to be taken back.
  revert: async (commit) => {
    const { revertPin } = await import('../../shared/intake/revert-pin.ts');
    return describeRevert(await revertPin(outside, { commit }, signal));
  },
  freeTurn: (wave) => freeTurn(wave, rollout, steps, outside),
  follow: (row) => startFollowing(row, steps, outside),
  noticeOf: (ended) => endNotice(ended, outside),
});
