import type { Clock } from '../../../shared/outside/clock.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export interface ManualClock extends Clock {
  /** Moves time on by `ms`, running what falls due in order, each at its own moment. */
  advance(ms: number): void;
}

/** A clock that stands still until it is moved. */
export const manualClock = (start = Date.UTC(2026, 0, 5, 9)): ManualClock => {
  let now = start;
  let order = 0;
  const timers = new Set<Timer>();
  const after = (ms: number, run: () => void) => {
    const timer = { at: now + Math.max(0, ms), order: order++, run };
    timers.add(timer);
    return () => {
      timers.delete(timer);
    };
  };
  return {
    now: () => now,
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    advance: (ms) => {
      const until = now + ms;
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at || a.order - b.order);
        if (next === undefined) break;
        timers.delete(next);
        now = next.at;
        next.run();
      }
      now = until;
    },
  };
};
