import type * as z from 'zod/mini';
import { hidePrivate } from '../../shared/lambda/hide-private.ts';
import { sealPrivate } from '../../shared/lambda/seal-private.ts';
import { type Task, task } from '../../shared/lambda/task.ts';
import type { Invocation, Outside } from '../../shared/outside/outside.ts';

/** What names the rollout that a step is of. */
type OfRollout = { readonly rollout: string } | { readonly deployment: { readonly rollout: string } };

/**
 * A task that is a step of a rollout, as each that is given one must be: what it stores, logs and throws in one for a private target alone is that
 * target's own. An input that is refused, too, goes by the rollout that it names.
 */
export const rolloutTask = <Input extends OfRollout>(
  outside: Outside,
  schema: z.core.$ZodType<Input>,
  run: (input: Input, invocation: Invocation, outside: Outside) => Promise<unknown>,
): Task =>
  task(outside, schema, run, (event, all) => {
    const rollout = rolloutIn(event);
    return rollout === undefined ? hidePrivate(all) : sealPrivate(rollout, all);
  });

/** As far as an input says so that was not checked yet. */
const rolloutIn = (event: unknown): string | undefined => {
  const { rollout, deployment } = (event ?? {}) as { readonly rollout?: unknown; readonly deployment?: unknown };
  if (rollout === undefined) return deployment === undefined ? undefined : rolloutIn(deployment);
  return typeof rollout === 'string' ? rollout : undefined;
};
