import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import type { Invocation, Outside } from '../outside/outside.ts';
import { InvalidInput } from '../rollout/failures.ts';
import { assessThrown } from './assess-thrown.ts';

// The small form of zod, which functions start faster with, has no words of its own.
z.config(en());

/** Kept back from the time the function has, to record where it stopped and to answer. */
const marginMs = 3_000;

/** A function as Lambda and the local engine call it. */
export type Task = (event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<unknown>;

/**
 * A handler that checks its input against `schema` and runs one use case under a deadline. Throws `InvalidInput` with every mistake;
 * what the use case throws goes to the state machine by its name (`assessThrown`: by the name that the machine knows). The deadline and the abort come from the clock of `outside`.
 */
export const task = <Input>(
  outside: Outside,
  schema: z.core.$ZodType<Input>,
  run: (input: Input, invocation: Invocation) => Promise<unknown>,
): Task => {
  const handler = async (event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<unknown> => {
    const parsed = z.safeParse(schema, event);
    if (!parsed.success) {
      const mistakes = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(input)'}: ${issue.message}`);
      throw new InvalidInput(`step input: ${mistakes.join('; ')}`);
    }
    const left = Math.max(0, context.getRemainingTimeInMillis() - marginMs);
    const abort = new AbortController();
    const cancel = outside.clock.after(left, () => abort.abort(new TimeoutError(left)));
    try {
      return await run(parsed.data, { signal: abort.signal, deadline: outside.clock.now() + left });
    } catch (error) {
      throw assessThrown(error);
    } finally {
      cancel();
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
