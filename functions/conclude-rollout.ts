import * as z from 'zod/mini';
import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { stepFunctions } from '../shared/outside/step-functions.ts';
import { concludeRollout as conclude } from '../shared/release/conclude-rollout.ts';
import { lambdaOutside } from './outside.ts';
import { concludeTools } from './tools/conclude-tools.ts';
import { because, rolloutRef } from './tools/inputs.ts';
import { rolloutTask } from './tools/rollout-task.ts';

const input = z.object({
  rollout: rolloutRef.shape.rollout,
  cause: z.object({ outcome: z.string(), because }),
});

/** State `ConcludeRollout`: the one end of a rollout, git made true again, and people told. */
export const concludeRollout = (all: Outside): Task =>
  rolloutTask(all, input, async ({ rollout, cause }, { signal }, outside) =>
    conclude(rollout, cause, concludeTools(rollout, stepFunctions(outside), outside, signal), outside),
  );

/** What Lambda calls. */
export const handler = concludeRollout(lambdaOutside());
