import * as z from 'zod/mini';
import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { stepFunctions } from '../shared/outside/step-functions.ts';
import { concludeRollout as conclude } from '../shared/release/conclude-rollout.ts';
import { waitToGoBack } from '../shared/release/wait-to-go-back.ts';
import { lambdaOutside } from './outside.ts';
import { concludeTools } from './tools/conclude-tools.ts';
import { tellLeft } from './tools/end-notice.ts';
import { because, rolloutRef } from './tools/inputs.ts';
import { rolloutTask } from './tools/rollout-task.ts';

const input = z.object({
  rollout: rolloutRef.shape.rollout,
  cause: z.object({ outcome: z.string(), because }),
  /** Its waves have gone back. */
  goesBack: z.optional(z.boolean()),
});

/** State `ConcludeRollout`: the one end of a rollout, git made true again, and people told; or that it goes back again for targets that are left. */
export const concludeRollout = (all: Outside): Task =>
  rolloutTask(all, input, async ({ rollout, cause, goesBack }, { signal }, outside) => {
    const tell = (text: string) => tellLeft(rollout, text, outside);
    const waits = goesBack === true ? await waitToGoBack(rollout, tell, outside) : undefined;
    return waits ?? conclude(rollout, cause, concludeTools(rollout, stepFunctions(outside), outside, signal), outside);
  });

/** What Lambda calls. */
export const handler = concludeRollout(lambdaOutside());
