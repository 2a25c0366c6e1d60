import type { Clock } from '../../shared/outside/clock.ts';

/** A clock that stands still while anything happens by itself and jumps to the next timer when nothing does. */
export interface SteppingClock extends Clock {
  /** Lets time pass until `work` has ended; throws when it waits for something that no timer brings. */
  drive<Result>(work: Promise<Result>): Promise<Result>;
}

const quietRounds = 5;
const nextRound = () => new Promise<void>((resolve) => setImmediate(resolve));

export const steppingClock = (start: number): SteppingClock => {
  let now = start;
  let order = 0;
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>();
  const after = (ms: number, run: () => void) => {
    const key = order++;
    timers.set(key, { at: now + Math.max(0, ms), run });
    return () => void timers.delete(key);
  };
  const step = () => {
    // The first of the earliest: timers are held in the order in which they were set.
    let next: number | undefined;
    let earliest = Infinity;
    for (const [key, { at }] of timers) {
      if (at >= earliest) continue;
      next = key;
      earliest = at;
    }
    const timer = next === undefined ? undefined : timers.get(next);
    if (next === undefined || timer === undefined)
      throw new Error('stepping clock: nothing is scheduled and the work has not ended');
    timers.delete(next);
    now = timer.at;
    timer.run();
  };
  return {
    now: () => now,
    after,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const cancel = after(ms, resolve);
        signal?.addEventListener('abort', () => {
          cancel();
          reject(signal.reason);
        });
      }),
    drive: async (work) => {
      const end = { reached: false };
      const ended = work.finally(() => {
        end.reached = true;
      });
      ended.catch(() => {});
      for (;;) {
        for (let round = 0; round < quietRounds && !end.reached; round++) await nextRound();
        if (end.reached) return ended;
        step();
      }
    },
  };
};
