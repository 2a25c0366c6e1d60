import type { Clock } from '../outside/clock.ts';

/** What one request may take. */
const requestMs = 10_000;

/** What a request gave, or why it gave nothing. Rejects only when the caller's `signal` aborts. */
export const withinTime = async <Result>(
  clock: Pick<Clock, 'after'>,
  signal: AbortSignal,
  request: (until: AbortSignal) => Promise<Result>,
): Promise<Result | { readonly failed: string }> => {
  const late = new AbortController();
  const cancel = clock.after(requestMs, () => late.abort(new Error(`no answer within ${requestMs / 1000} s`)));
  try {
    return await request(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    signal.throwIfAborted();
    return { failed: `could not be asked: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}` };
  } finally {
    cancel();
  }
};
