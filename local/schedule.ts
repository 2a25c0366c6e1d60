import type { Outside } from '../shared/outside/outside.ts';

/** Runs `work` when the minute (or whatever `ms` is) begins, unless the last run goes on; its failure is logged and does not end the schedule. */
export const every = (ms: number, { clock, log }: Pick<Outside, 'clock' | 'log'>, work: () => Promise<unknown>) => {
  let cancel = () => {};
  let running = false;
  const fail = (thrown: unknown) => {
    const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
    // What is stopped in the middle fails of that.
    if (running) log.error('what runs on schedule failed', { error: name, because: message });
  };
  const next = () => {
    if (!running) return;
    cancel = clock.after(ms - (clock.now() % ms), () => {
      work().then(next, (thrown: unknown) => {
        fail(thrown);
        next();
      });
    });
  };
  return {
    start: () => {
      if (running) return;
      running = true;
      next();
    },
    stop: () => {
      running = false;
      cancel();
    },
  };
};
