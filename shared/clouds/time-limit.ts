import type { Clock } from '../outside/clock.ts';

/** How long an answer, its body included, may take. An API server that is well gives up on a request of its own after 60 s, and is not well then. */
const answerMs = 15_000;

/**
 * How long the answer to a request for `path` may take, in ms: 15 s, and for a request the server is asked to hold open (`timeoutSeconds`,
 * https://kubernetes.io/docs/reference/kubernetes-api/common-parameters/) that time and 15 s.
 */
export const timeLimit = (path: string): number => {
  const seconds = Number(new URL(path, 'https://cluster').searchParams.get('timeoutSeconds') ?? 0);
  return answerMs + (Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0);
};

export interface TimeLimit {
  /** Aborts when the time is over, or with the caller's. */
  readonly signal: AbortSignal;
  readonly isOver: () => boolean;
  /** What was limited has ended. Twice is as once. */
  readonly end: () => void;
}

/** Begins a time limit of `ms` on top of the caller's own signal. */
export const limitTime = (clock: Pick<Clock, 'after'>, ms: number, caller: AbortSignal | undefined): TimeLimit => {
  const overdue = new AbortController();
  const end = clock.after(ms, () => overdue.abort(new DOMException(`not within ${ms / 1000} s`, 'TimeoutError')));
  return {
    signal: caller === undefined ? overdue.signal : AbortSignal.any([caller, overdue.signal]),
    isOver: () => overdue.signal.aborted,
    end,
  };
};

/** The response as it is; `end` is called once its body was read, failed or was let go. `failure` says what an error of reading it means. */
export const limitBody = (response: Response, end: () => void, failure: (error: unknown) => unknown): Response => {
  const reader = response.body?.getReader();
  if (reader === undefined) {
    end();
    return response;
  }
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          if (!done) {
            controller.enqueue(value);
            return;
          }
          end();
          controller.close();
        } catch (error) {
          end();
          controller.error(failure(error));
        }
      },
      cancel: async (reason) => {
        end();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
};
