/** How a watch ended. */
export type End =
  | { readonly how: 'in-time' }
  /** The connection broke, or nothing came for too long, or what came was no event. */
  | { readonly how: 'cut'; readonly because: string }
  /** 410: where it stood is no longer kept. */
  | { readonly how: 'expired' }
  /** 429 or 5xx. */
  | { readonly how: 'busy'; readonly because: string; readonly retryAfterMs?: number }
  /** 403, 405 and the like: the same request again ends the same way. */
  | { readonly how: 'refused'; readonly because: string };

/** And how long it had lived, in milliseconds. */
export type Ended = End & { readonly livedMs: number };

/** What is done next about a collection. `early` counts the watches in a row that ended before their time. */
export type Attempt =
  | { readonly do: 'watch' | 'list'; readonly afterMs: number; readonly early: number }
  | { readonly do: 'poll'; readonly because: string };

/** A watch that lived so long was no failure: load balancers cut connections when they please. */
const soundMs = 5000;
/** After more early ends in a row than these watching is given up: with the waits between them that is after some 8 s. */
const mostEarly = 6;

/**
 * What follows the end of a watch: the next one from where it stood, the list anew where that is no longer kept, or polling where
 * watching is refused or keeps breaking. The first early end is resumed at once; each further one in a row waits twice as long as the
 * one before (250 ms to 4 s), and never shorter than the server asks for.
 */
export const nextAttempt = (ended: Ended, earlyBefore: number): Attempt => {
  if (ended.how === 'refused') return { do: 'poll', because: ended.because };
  if (ended.how === 'in-time') return { do: 'watch', afterMs: 0, early: 0 };
  const early = ended.livedMs >= soundMs ? 1 : earlyBefore + 1;
  if (early > mostEarly) {
    const because = ended.how === 'expired' ? 'its resourceVersion is no longer kept' : ended.because;
    return { do: 'poll', because: `it broke ${early} times in a row, last because ${because}` };
  }
  const growing = early <= 1 ? 0 : 250 * 2 ** (early - 2);
  const asked = ended.how === 'busy' ? (ended.retryAfterMs ?? 500) : 0;
  return { do: ended.how === 'expired' ? 'list' : 'watch', afterMs: Math.max(growing, asked), early };
};
