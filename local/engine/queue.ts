import type { EngineClock } from './given.ts';

/** The engine was stopped; ask the one that took its place. */
export class EngineStopped extends Error {
  override readonly name = 'EngineStopped';
  constructor() {
    super('engine: it was stopped; requests and executions go on when it is opened again');
  }
}

/** One job after the other, in the order they were added: every change of the engine is one. */
export interface Queue {
  add(job: () => void | Promise<void>): void;
  /** As `add`, with an answer. Rejects with what the job throws, or `EngineStopped`. */
  ask<T>(job: () => T | Promise<T>): Promise<T>;
  /** No job begins after this; a job that awaits finds `stopped()` true. */
  stop(): void;
  stopped(): boolean;
}

/** Jobs until the thread is given to others (sockets, timers): some milliseconds. */
const TURN = 64;

/** Runs jobs in microtasks; after each turn goes on by the clock, so that it works the same on virtual time. */
export const createQueue = (clock: EngineClock): Queue => {
  let jobs: (() => void | Promise<void>)[] = [];
  let busy = false;
  let stopped = false;
  const unanswered = new Set<() => void>();

  const turn = async (): Promise<void> => {
    for (let done = 0; jobs.length > 0 && !stopped; ) {
      const taken = jobs.splice(0, TURN - done);
      for (const job of taken) if (!stopped) await job();
      done += taken.length;
      if (done >= TURN && jobs.length > 0) {
        clock.after(0, () => void turn());
        return;
      }
    }
    busy = false;
  };
  const add = (job: () => void | Promise<void>) => {
    if (stopped) return;
    jobs.push(job);
    if (busy) return;
    busy = true;
    queueMicrotask(() => void turn());
  };
  return {
    add,
    ask: (job) =>
      new Promise((resolve, reject) => {
        const refuse = () => reject(new EngineStopped());
        if (stopped) return refuse();
        unanswered.add(refuse);
        add(async () => {
          unanswered.delete(refuse);
          try {
            const answer = await job();
            if (stopped) refuse();
            else resolve(answer);
          } catch (thrown) {
            // Whatever a job found while the engine was stopped under it, the asker must ask again.
            reject(stopped ? new EngineStopped() : thrown);
          }
        });
      }),
    stop: () => {
      stopped = true;
      jobs = [];
      for (const refuse of unanswered) refuse();
      unanswered.clear();
    },
    stopped: () => stopped,
  };
};
