import type { EngineClock } from '../../local/engine/given.ts';

/** A clock that moves only when told, to the next timer. */
export interface BenchClock extends EngineClock {
  /** Runs what is runnable, then timers in their order, until `done` says so or nothing is left. */
  run(done?: () => boolean): Promise<void>;
  /** Time does not move before `request` is answered. */
  hold(request: Promise<unknown>): void;
}

/** Lets all microtasks that are pending run, and those they bring: an immediate comes after them. */
const drain = () => new Promise<void>((resolve) => setImmediate(resolve));

export const benchClock = (start = Date.UTC(2026, 0, 1)): BenchClock => {
  let now = start;
  let order = 0;
  let held = 0;
  const timers: { readonly at: number; readonly order: number; readonly run: () => void }[] = [];
  return {
    now: () => now,
    after: (ms, run) => {
      const timer = { at: now + Math.max(0, ms), order: order++, run };
      timers.push(timer);
      return () => {
        const at = timers.indexOf(timer);
        if (at >= 0) timers.splice(at, 1);
      };
    },
    hold: (request) => {
      held += 1;
      void request.finally(() => {
        held -= 1;
      });
    },
    run: async (done = () => false) => {
      for (;;) {
        await drain();
        if (done()) return;
        if (held > 0) continue;
        const next = timers.toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
        if (!next) return;
        timers.splice(timers.indexOf(next), 1);
        now = Math.max(now, next.at);
        next.run();
      }
    },
  };
};
