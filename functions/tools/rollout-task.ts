import type * as z from 'zod/mini';
import { ownedBlobs } from '../../shared/blobs/blobs.ts';
import { type Task, task } from '../../shared/lambda/task.ts';
import type { Invocation, Outside } from '../../shared/outside/outside.ts';
import { ownerOf } from '../../shared/rollout/own-rollout.ts';

/** A task that is a step of a rollout: what it stores in one for a private target alone is that target's own. */
export const rolloutTask = <Input extends { readonly rollout: string }>(
  outside: Outside,
  schema: z.core.$ZodType<Input>,
  run: (input: Input, invocation: Invocation, outside: Outside) => Promise<unknown>,
): Task =>
  task(outside, schema, (input, invocation) => {
    const blobs = ownedBlobs(outside.blobs, ownerOf(input.rollout));
    return run(input, invocation, { ...outside, blobs });
  });
