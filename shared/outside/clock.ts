/** Time as an argument. Every wait and every "now" of the product goes through one of these. */
export interface Clock {
  /** Milliseconds since the Unix epoch, UTC. */
  now(): number;
  /**
   * Milliseconds since a moment of its own, with fractions. Never goes back, whatever is done to the time of day: what durations
   * are measured by. Absent where `now` never goes back either.
   */
  monotonic?(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when `signal` aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `run` once, `ms` milliseconds from now. The returned function cancels it and may be called twice. */
  after(ms: number, run: () => void): () => void;
}

/** The reading that durations are taken from: of `monotonic` where the clock has it. */
export const ticksOf = (clock: Pick<Clock, 'now' | 'monotonic'>): number => clock.monotonic?.() ?? clock.now();

/** Milliseconds since a reading of `ticksOf`, to the microsecond. */
export const msSince = (started: number, clock: Pick<Clock, 'now' | 'monotonic'>): number =>
  Math.round((ticksOf(clock) - started) * 1_000) / 1_000;

/** 24.8 days: a timer of Node that is to wait longer goes off at once. */
const longestTimer = 2 ** 31 - 1;

/**
 * The clock of the process. Virtual mode replaces `Date` and the timers process-wide (for the packages too), so this one
 * implementation serves both modes: what it reads is whatever the process believes the time to be.
 */
export const processClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const abort = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = processClock.after(ms, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      signal?.addEventListener('abort', abort, { once: true });
    }),
  after: (ms, run) => {
    let timer: ReturnType<typeof setTimeout>;
    const wait = (left: number): void => {
      timer = setTimeout(
        () => (left > longestTimer ? wait(left - longestTimer) : run()),
        Math.min(longestTimer, Math.max(0, left)),
      );
    };
    wait(ms);
    return () => clearTimeout(timer);
  },
};
