import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import type { Invocation, Outside } from '../outside/outside.ts';
import { InvalidInput } from '../rollout/failures.ts';
import { assessThrown } from './assess-thrown.ts';
import type { Discretion } from './discretion.ts';
import { hidePrivate } from './hide-private.ts';

// The small form of zod, which functions start faster with, has no words of its own.
z.config(en());

/** Kept back from the time the function has, to record where it stopped and to answer. */
const marginMs = 3_000;

type Remaining = Pick<Context, 'getRemainingTimeInMillis'>;

/** A function as Lambda and the local engine call it. */
export type Task = (event: unknown, context: Remaining) => Promise<unknown>;

/**
 * A handler that checks its input against `schema` and runs one use case under a deadline. Throws `InvalidInput` with every mistake;
 * what the use case throws goes to the state machine by its name (`assessThrown`: by the name that the machine knows). What of it is said, and of what
 * is logged, the discretion of the invocation decides. The deadline and the abort come from the clock of `outside`.
 */
export const task = <Input>(
  outside: Outside,
  schema: z.core.$ZodType<Input>,
  run: (input: Input, invocation: Invocation, outside: Outside) => Promise<unknown>,
  discretionOf: (event: unknown, outside: Outside) => Discretion = (_, all) => hidePrivate(all),
): Task => {
  const handle = async (event: unknown, context: Remaining, discretion: Discretion): Promise<unknown> => {
    const parsed = z.safeParse(schema, event);
    if (!parsed.success) {
      const mistakes = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(input)'}: ${issue.message}`);
      throw new InvalidInput(`step input: ${mistakes.join('; ')}`);
    }
    const left = Math.max(0, context.getRemainingTimeInMillis() - marginMs);
    const abort = new AbortController();
    const cancel = outside.clock.after(left, () => abort.abort(new TimeoutError(left)));
    try {
      const invocation = { signal: abort.signal, deadline: outside.clock.now() + left };
      return await run(await discretion.hear(parsed.data), invocation, discretion.outside);
    } catch (error) {
      throw assessThrown(error);
    } finally {
      cancel();
    }
  };
  const handler = async (event: unknown, context: Remaining): Promise<unknown> => {
    const discretion = discretionOf(event, outside);
    try {
      return await handle(event, context, discretion);
    } catch (error) {
      throw await discretion.thrown(error);
    } finally {
      await discretion.end();
    }
  };
  // middy's own time-out would run on a timer that is not ours.
  const wrapped = middy<unknown, unknown>({ timeoutEarlyInMillis: 0 }).handler(handler);
  // The signal handlers get is made above; middy's own never aborts without its timer.
  const { signal } = new AbortController();
  return (event, context) => Promise.resolve(wrapped(event, context as Context, { signal }));
};

/** The function used up the time it has. What it did is recorded; another attempt goes on from there. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  constructor(ms: number) {
    super(`function did not finish within ${ms} ms; the next attempt goes on where it stopped`);
  }
}
