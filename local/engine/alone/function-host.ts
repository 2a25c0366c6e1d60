import { Worker } from 'node:worker_threads';
import type { EngineClock } from '../given.ts';
import { exitFailure, type LambdaFailure, timeoutFailure } from './lambda-failure.ts';

/** Where a function's module is, and which version of it. */
export interface FunctionSource {
  readonly name: string;
  readonly url: string;
  readonly version: string;
}

/** A call on its way into the thread. */
export interface FunctionCall {
  readonly call: number;
  /** JSON text. */
  readonly event: string;
  readonly functionArn: string;
  readonly requestId: string;
  /** Epoch milliseconds at which the call is given up. */
  readonly ends: number;
}

/** What comes back: the result of a call as JSON text, its failure, or what ends the thread with all its calls. */
export type FunctionAnswer =
  | { readonly call: number; readonly text: string }
  | { readonly call: number; readonly failure: LambdaFailure }
  | { readonly ends: LambdaFailure };

/** A function in a thread of its own. */
export interface FunctionHost {
  readonly source: FunctionSource;
  /** Calls the function; resolves in every case. */
  call(
    call: Pick<FunctionCall, 'event' | 'functionArn' | 'requestId'>,
  ): Promise<{ readonly text: string } | { readonly failure: LambdaFailure }>;
  /** Ends the thread once the calls that run are done. */
  retire(): void;
}

interface Running {
  readonly requestId: string;
  readonly settle: (answer: { readonly text: string } | { readonly failure: LambdaFailure }) => void;
}

export interface HostOptions {
  readonly clock: EngineClock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes what the function prints. */
  readonly print: (text: string) => void;
  /** Longest call. */
  readonly timeoutMs: number;
}

const THREAD = new URL('./function-thread.ts', import.meta.url);

/**
 * A host of one function. Its thread starts with the first call and is started again after it ended. What ends it (`process.exit`, an
 * exception that nobody caught, a call that takes too long) fails all calls in it, and nothing else.
 */
export const createHost = (source: FunctionSource, { clock, env, print, timeoutMs }: HostOptions): FunctionHost => {
  let thread: Worker | undefined;
  let isRetired = false;
  let calls = 0;
  const running = new Map<number, Running>();

  const failAll = (failureOf: (requestId: string) => LambdaFailure) => {
    for (const [call, { requestId, settle }] of running) {
      running.delete(call);
      settle({ failure: failureOf(requestId) });
    }
  };

  const end = (failureOf: (requestId: string) => LambdaFailure) => {
    const ended = thread;
    thread = undefined;
    failAll(failureOf);
    void ended?.terminate();
  };

  const receive = (answer: FunctionAnswer) => {
    if ('ends' in answer) return end(() => answer.ends);
    const { call, ...result } = answer;
    running.get(call)?.settle(result);
    running.delete(call);
    if (isRetired && running.size === 0) end((requestId) => exitFailure(requestId, 0));
  };

  const start = (): Worker => {
    const lambda = {
      ...{ AWS_LAMBDA_FUNCTION_NAME: source.name, AWS_LAMBDA_FUNCTION_VERSION: '$LATEST' },
      ...{ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128', AWS_REGION: env.AWS_REGION ?? 'us-east-1' },
    };
    const started = new Worker(THREAD, { workerData: source, env: { ...env, ...lambda }, stdout: true, stderr: true });
    for (const stream of [started.stdout, started.stderr]) stream.on('data', (text) => print(String(text)));
    started.on('message', receive);
    started.on('error', (error) => {
      if (thread === started) end(() => ({ errorType: error.name, errorMessage: error.message }));
    });
    started.on('exit', (code) => {
      if (thread === started) end((requestId) => exitFailure(requestId, code));
    });
    return started;
  };

  return {
    source,
    call: ({ event, functionArn, requestId }) =>
      new Promise((resolve) => {
        thread ??= start();
        const call = ++calls;
        const ends = clock.now() + timeoutMs;
        const cancel = clock.after(timeoutMs, () => {
          // One thread, one fate: a loop without an end can be ended in no other way.
          if (running.has(call)) end((id) => timeoutFailure(id, timeoutMs));
        });
        const settle: Running['settle'] = (answer) => {
          cancel();
          resolve(answer);
        };
        running.set(call, { requestId, settle });
        thread.postMessage({ call, event, functionArn, requestId, ends } satisfies FunctionCall);
      }),
    retire: () => {
      isRetired = true;
      if (running.size === 0) end((requestId) => exitFailure(requestId, 0));
    },
  };
};
