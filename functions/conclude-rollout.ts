import { z } from 'zod';
import { describeRevert } from '../shared/intake/describe-revert.ts';
import { revertPin } from '../shared/intake/revert-pin.ts';
import { type Task, task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { stepFunctions } from '../shared/outside/step-functions.ts';
import { concludeRollout as conclude } from '../shared/release/conclude-rollout.ts';
import { freeTurn } from '../shared/wave/take-turn.ts';
import { lambdaOutside } from './outside.ts';
import { because, rolloutRef } from './tools/inputs.ts';

const input = z.object({
  rollout: rolloutRef.shape.rollout,
  cause: z.object({ outcome: z.string(), because }),
});

/** State `ConcludeRollout`: the one end of a rollout, and git made true again. */
export const concludeRollout = (outside: Outside): Task =>
  task(outside, input, ({ rollout, cause }, { signal }) => {
    const revert = async (commit: string) => describeRevert(await revertPin(outside, { commit }, signal));
    const free = (wave: string) => freeTurn(wave, rollout, stepFunctions(outside), outside);
    return conclude(rollout, cause, { revert, freeTurn: free }, outside);
  });

/** What Lambda calls. */
export const handler = concludeRollout(lambdaOutside());
