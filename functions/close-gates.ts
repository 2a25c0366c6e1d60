import * as z from 'zod/mini';
import type { Task } from '../shared/lambda/task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { closeGates as close } from '../shared/wave/close-gates.ts';
import { lambdaOutside } from './outside.ts';
import { because, waveRef } from './tools/inputs.ts';
import { rolloutTask } from './tools/rollout-task.ts';

const input = z.extend(waveRef, { result: z.object({ status: z.string(), because }) });

/** State `CloseGates`: ends the probing and gives the wave its outcome. */
export const closeGates = (all: Outside): Task =>
  rolloutTask(all, input, ({ result, ...ref }, _, outside) => close(ref, result, outside));

/** What Lambda calls. */
export const handler = closeGates(lambdaOutside());
