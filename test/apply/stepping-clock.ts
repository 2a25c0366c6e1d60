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
    const [next] = [...timers].sort(([a, x], [b, y]) => x.at - y.at || a - b);
    if (next === undefined) throw new Error('stepping clock: nothing is scheduled and the work has not ended');
    timers.delete(next[0]);
    now = next[1].at;
    next[1].run();
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
