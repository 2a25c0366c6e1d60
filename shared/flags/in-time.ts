import type { Clock } from '../outside/clock.ts';

/** So long a store of flags may take for one question. */
const TIMEOUT_MS = 10_000;

/** Asks with a time-out of its own: what is late is `unreachable`. The caller's own abort is thrown on. */
export const inTime = async <Answer>(
  { clock }: { readonly clock: Pick<Clock, 'after'> },
  signal: AbortSignal,
  place: string,
  ask: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer | { readonly status: 'unreachable'; readonly because: string }> => {
  const late = new AbortController();
  const cancel = clock.after(TIMEOUT_MS, () => late.abort());
  try {
    const answer = await ask(AbortSignal.any([signal, late.signal]));
    signal.throwIfAborted();
    return answer;
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    const because = late.signal.aborted ? `${place} did not answer within ${TIMEOUT_MS / 1000} s` : `${place}: ${why}`;
    return { status: 'unreachable', because };
  } finally {
    cancel();
  }
};
