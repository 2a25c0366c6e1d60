/** How many requests one API server is sent at the same time, and what that was learned from. */
export interface RequestWindow {
  /** May be a fraction; its whole part counts. */
  readonly size: number;
  /** When it was last made smaller. Epoch milliseconds. */
  readonly shrunkAt: number;
  /** Nothing is begun before. Epoch milliseconds. */
  readonly notBefore: number;
}

/**
 * The bounds. Enough in flight to hide latency; few enough for API priority and fairness, where whoever comes with an identity of a cloud
 * shares the level `global-default` (20 seats of the usual 600) with everybody else.
 */
const least = 1;
const usual = 8;
export const most = 16;

/** Before anything was answered. */
export const firstWindow: RequestWindow = { size: usual, shrunkAt: 0, notBefore: 0 };

/** One answer, for what the window learns from it. Epoch milliseconds. */
export interface Answered {
  readonly status: number;
  readonly begunAt: number;
  readonly now: number;
  /** What `Retry-After` says, in milliseconds. */
  readonly retryAfterMs?: number;
}

/**
 * The window after an answer: one more for a whole window of answers that were not refused, half of it for a 429. Refusals of requests
 * that were begun before it was last halved tell nothing new. What a 429 asks to wait counts for all that is begun. (Additive increase,
 * multiplicative decrease: Chiu and Jain, 1989.)
 */
export const nextWindow = (
  window: RequestWindow,
  { status, begunAt, now, retryAfterMs = 0 }: Answered,
): RequestWindow => {
  if (status !== 429) return { ...window, size: Math.min(most, window.size + 1 / Math.max(1, window.size)) };
  const notBefore = Math.max(window.notBefore, now + retryAfterMs);
  if (begunAt < window.shrunkAt) return { ...window, notBefore };
  return { size: Math.max(least, Math.floor(window.size / 2)), shrunkAt: now, notBefore };
};
