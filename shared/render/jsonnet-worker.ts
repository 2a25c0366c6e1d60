import { Worker } from 'node:worker_threads';
import type { Clock } from '../outside/clock.ts';
import { type Evaluate, evaluationLimits } from './jsonnet.ts';
import { compileJsonnet } from './jsonnet-wasm.ts';
import { encodeRequest, type ModuleAnswer, readAnswer } from './jsonnet-wire.ts';
import { limitReached, RenderFailed } from './render-failed.ts';

/** The two files that a bundle must carry: the module, and the worker's own script. */
export interface WorkerFiles {
  readonly wasm?: URL;
  readonly thread?: URL;
}

/** The thread as it lies beside this file, and beside the packed command line, which is all JavaScript. */
const besideThis = new URL(`./jsonnet-thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'mjs'}`, import.meta.url);

/**
 * Evaluates in a worker that is killed at the deadline; the process goes on. One worker at a time, made at the first request, used
 * again, and replaced after a kill. Requests wait in line, and a deadline runs from the start of its own evaluation. The worker
 * does not keep the process alive between evaluations.
 */
export const evaluateInWorker = (clock: Pick<Clock, 'after'>, files: WorkerFiles = {}): Evaluate => {
  const { wasm, thread = besideThis } = files;
  let module: WebAssembly.Module | undefined;
  let worker: Worker | undefined;
  let line: Promise<unknown> = Promise.resolve();

  const start = (): Worker => {
    module ??= compileJsonnet(wasm);
    const started = new Worker(thread, { workerData: module, env: {}, name: 'jsonnet' });
    started.once('exit', () => {
      if (worker === started) worker = undefined;
    });
    worker = started;
    return started;
  };

  const ask = (request: Uint8Array, deadlineMs: number, late: () => RenderFailed): Promise<ModuleAnswer> => {
    const asked = worker ?? start();
    asked.ref();
    return new Promise((resolve, reject) => {
      const end = (conclude: () => void): void => {
        cancel();
        asked.off('message', answered).off('error', failed).off('exit', died);
        asked.unref();
        conclude();
      };
      const kill = (error: unknown): void => {
        worker = undefined;
        end(() => asked.terminate().then(() => reject(error), reject));
      };
      const answered = (said: ModuleAnswer): void => end(() => resolve(said));
      const failed = (error: unknown): void => kill(error);
      const died = (code: number): void =>
        kill(new Error(`jsonnet worker: ended with code ${code} before it answered`));
      const cancel = clock.after(deadlineMs, () => kill(late()));
      asked.on('message', answered).on('error', failed).on('exit', died);
      asked.postMessage(request);
    });
  };

  return (request) => {
    const { entry, deadlineMs = evaluationLimits.deadlineMs } = request;
    const late = (): RenderFailed =>
      new RenderFailed([
        limitReached('time', entry, `not evaluated within ${deadlineMs} ms; an endless loop, or too much work`),
      ]);
    const turn = line.then(() => ask(encodeRequest(request), deadlineMs, late));
    line = turn.catch(() => undefined);
    return turn.then((said) => readAnswer(said, request));
  };
};
