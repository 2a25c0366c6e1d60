import { createApi } from './api/dispatch.ts';
import { createCalls, type InvokeAnswer, type InvokeCall } from './calls.ts';
import { createEvaluator } from './expression.ts';
import { type EngineClock, type EngineRandom, type Given, stirred } from './given.ts';
import type { ObjectStore } from './object-store.ts';
import { createQueue } from './queue.ts';
import { createRunner, type Runner } from './runner.ts';
import { openDatabase } from './sqlite/database.ts';
import { forgetExecutions } from './sqlite/forget.ts';

export interface EngineOptions {
  readonly clock: EngineClock;
  readonly random: EngineRandom;
  /** Path of the SQLite file, or `:memory:`. */
  readonly database: string;
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  /** Calls a Lambda function. A rejection counts as `Lambda.SdkClientException`. Never called for an attempt that ended. */
  readonly invoke: (call: InvokeCall) => Promise<InvokeAnswer>;
  /** Where ItemReader reads and ResultWriter writes. */
  readonly objects: ObjectStore;
  /** Transitions that share one commit at most; 256 if not given. With 1 each transition is on disk before the next begins. */
  readonly transitionsPerCommit?: number;
  /**
   * How the engine begins to work on a request, an answer or a timer; `queueMicrotask` if not given. One that lets the event loop turn
   * first (`setImmediate`) has all that come together over sockets share a commit.
   */
  readonly soon?: (begin: () => void) => void;
  /**
   * Told, once, that the engine has stopped itself because it could not go on: the disk is full, the file is gone. What was not on disk by
   * then is undone, and goes on in the next engine over the file. Without it the error is thrown at nobody, which ends a process.
   */
  readonly broken?: (thrown: unknown) => void;
}

/** AWS Step Functions on one machine. */
export interface Engine {
  /** The API on the wire: AWS JSON 1.0 requests in, responses out. Resolves with a response in every case. */
  handle(request: Request): Promise<Response>;
  /** Carries on every execution that was running when the database was last closed or the process died. Call it once. */
  resume(): void;
  /** Removes what is stored of executions that ended before `before`, epoch milliseconds. Their names may be used again then. */
  forget(before: number): void;
  /** From here on nothing is run, called or written; waits for nothing. Unanswered requests get a 503. */
  stop(): Promise<void>;
  /** Stops, and closes the database. */
  close(): void;
}

/**
 * Opens an engine over its database. All it does is scheduled by `clock` and by microtasks in one fixed order: the same seed,
 * requests and answers give the same rows byte for byte.
 */
export const createEngine = (options: EngineOptions): Engine => {
  const { clock, region, account, invoke, objects } = options;
  const database = openDatabase(options.database);
  const random = stirred(options.random, database.opening);
  const rethrow = (thrown: unknown): never => {
    throw thrown;
  };
  const queue = createQueue(clock, database, {
    jobsPerCommit: options.transitionsPerCommit ?? 256,
    soon: options.soon ?? queueMicrotask,
    broken: (thrown) => {
      runner.stop();
      (options.broken ?? rethrow)(thrown);
    },
  });
  const evaluator = createEvaluator(random);
  const given = (): Given => ({ now: clock.now(), random, evaluator, region, account });
  const runner: Runner = createRunner({
    database,
    clock,
    queue,
    given,
    command: (live, frame, kind) => calls[kind](live, frame),
  });
  const calls = createCalls({ database, queue, given, invoke, objects, runner: () => runner });
  const handle = createApi({ database, queue, given, runner, clock, invoke });
  const stop = () => {
    queue.stop();
    runner.stop();
  };
  return {
    handle,
    resume: () => runner.resume(),
    forget: (before) => {
      const job = () => {
        if (forgetExecutions(database, before) > 0) queue.add(job);
      };
      queue.add(job);
    },
    stop: async () => stop(),
    close: () => {
      stop();
      database.close();
    },
  };
};
