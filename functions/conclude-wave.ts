import * as z from 'zod/mini';
import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { stepFunctions } from '../shared/outside/step-functions.ts';
import { concludeWave as conclude } from '../shared/wave/conclude-wave.ts';
import { lambdaOutside } from './outside.ts';
import { because, plannedWave, waveRef } from './tools/inputs.ts';
import { readOutsideChanges } from './tools/outside-changes.ts';
import { rolloutTask } from './tools/rollout-task.ts';

const input = z.extend(waveRef, {
  plan: z.union([plannedWave.shape.plan, z.literal('')]),
  result: z.object({ outcome: z.string(), because }),
});

/** State `ConcludeWave`: records what is verified now and frees the turn. */
export const concludeWave = (all: Outside): Task =>
  rolloutTask(all, input, ({ plan, result, ...ref }, _, outside) =>
    conclude(
      ref,
      plan === '' ? undefined : plan,
      result,
      stepFunctions(outside),
      (target) => readOutsideChanges(target, outside),
      outside,
    ),
  );

/** What Lambda calls. */
export const handler = concludeWave(lambdaOutside());
