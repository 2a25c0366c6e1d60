import type { EngineClock } from './given.ts';

/** The engine was stopped; ask the one that took its place. */
export class EngineStopped extends Error {
  override readonly name = 'EngineStopped';
  constructor() {
    super('engine: it was stopped; requests and executions go on when it is opened again');
  }
}

type Job = () => void | Promise<void>;

/** One job after the other, in the order they were added: every change of the engine is one. Jobs that wait together share a commit. */
export interface Queue {
  add(job: Job): void;
  /** As `add`, with an answer once it is on disk. Rejects with what the job throws, or `EngineStopped`. */
  ask<T>(job: () => T | Promise<T>): Promise<T>;
  /** Calls `effect` once all that was written up to now is on disk; never when it did not get there. Only within a job. */
  afterCommit(effect: () => void): void;
  /** No job begins after this, and what is not committed yet is undone; a job that awaits finds `stopped()` true. */
  stop(): void;
  stopped(): boolean;
}

/** Writes between `begin` and `commit`: all of them or none. */
interface Commits {
  begin(): void;
  commit(): void;
  /** Safe where nothing was begun. */
  rollback(): void;
}

/** Jobs until the thread is given to others (sockets, timers): some milliseconds. */
const TURN = 256;

interface QueueOptions {
  /** Jobs before each commit, at most. */
  readonly jobsPerCommit: number;
  /** Calls `begin` soon: what is added until then shares its first commit. */
  readonly soon: (begin: () => void) => void;
  /** A job, a commit or an effect threw this, and the queue is stopped. */
  readonly broken: (thrown: unknown) => void;
}

/** Runs jobs in turns; after one it goes on by the clock, so that it works the same on virtual time. */
export const createQueue = (
  clock: EngineClock,
  commits: Commits,
  { jobsPerCommit, soon, broken }: QueueOptions,
): Queue => {
  let jobs: Job[] = [];
  let effects: (() => void)[] = [];
  let busy = false;
  let stopped = false;
  const unanswered = new Set<() => void>();

  const stop = () => {
    if (stopped) return;
    stopped = true;
    jobs = [];
    effects = [];
    for (const refuse of unanswered) refuse();
    unanswered.clear();
    commits.rollback();
  };
  const commitTogether = async (): Promise<number> => {
    commits.begin();
    let done = 0;
    while (done < jobsPerCommit && jobs.length > 0) {
      const taken = jobs.splice(0, jobsPerCommit - done);
      for (const job of taken) if (!stopped) await job();
      done += taken.length;
    }
    if (!stopped) commits.commit();
    return done;
  };
  const turn = async (): Promise<void> => {
    for (let done = 0; jobs.length > 0 && !stopped; ) {
      if (done >= TURN) {
        clock.after(0, () => void turn());
        return;
      }
      try {
        done += await commitTogether();
        const released = effects;
        effects = [];
        for (const effect of released) if (!stopped) effect();
      } catch (thrown) {
        try {
          stop();
        } finally {
          broken(thrown);
        }
        return;
      }
    }
    busy = false;
  };
  const add = (job: Job) => {
    if (stopped) return;
    jobs.push(job);
    if (busy) return;
    busy = true;
    soon(() => void turn());
  };
  const afterCommit = (effect: () => void) => {
    if (!stopped) effects.push(effect);
  };
  return {
    add,
    afterCommit,
    ask: (job) =>
      new Promise((resolve, reject) => {
        const refuse = () => reject(new EngineStopped());
        if (stopped) return refuse();
        unanswered.add(refuse);
        const settle = (answer: () => void) =>
          afterCommit(() => {
            unanswered.delete(refuse);
            answer();
          });
        add(async () => {
          try {
            const answer = await job();
            settle(() => resolve(answer));
          } catch (thrown) {
            settle(() => reject(thrown));
          }
        });
      }),
    stop,
    stopped: () => stopped,
  };
};
