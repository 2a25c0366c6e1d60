import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { InvokeAnswer, InvokeCall } from './calls.ts';
import type { EngineClock } from './given.ts';

/** What a handler is told about its call: the part of Lambda's context that says something on one machine. */
export interface FunctionContext {
  readonly functionName: string;
  readonly functionVersion: '$LATEST';
  readonly invokedFunctionArn: string;
  /** The attempt's id: the same when a call is repeated after a crash. */
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

type Handler = (event: unknown, context: FunctionContext) => unknown;

/** Lambda's own limit for one call. */
const TIMEOUT_MS = 900_000;
/** The names of Lambda functions, so that none leads out of the folder. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

const isHandler = (value: unknown): value is Handler => typeof value === 'function';

const failure = (error: string, message: string): InvokeAnswer => ({
  ok: false,
  error,
  cause: JSON.stringify({ errorType: error, errorMessage: message, trace: [] }),
});

/**
 * Calls `<folder>/<name>.mjs` as the Lambda function of that name, in any account and region; a version or alias in the ARN is
 * ignored. A module is read once. A function that is not there fails as `Lambda.ResourceNotFoundException`, a module without a
 * `handler` as `Runtime.HandlerNotFound`, a handler that throws by the name and message of its error.
 */
export const functionFolder = (
  folder: string | undefined,
  clock: EngineClock,
): ((call: InvokeCall) => Promise<InvokeAnswer>) => {
  const load = async (name: string): Promise<Handler | InvokeAnswer> => {
    const file = folder === undefined || !NAME.test(name) ? undefined : join(folder, `${name}.mjs`);
    if (file === undefined || !existsSync(file)) {
      const expected = folder === undefined ? 'no folder of functions was given' : `expected ${name}.mjs in ${folder}`;
      return failure('Lambda.ResourceNotFoundException', `Function not found: ${name}; ${expected}`);
    }
    const module: { readonly handler?: unknown } = await import(pathToFileURL(file).href);
    return isHandler(module.handler)
      ? module.handler
      : failure('Runtime.HandlerNotFound', `${name}.mjs exports no function named handler`);
  };
  return async ({ functionArn, payload, attemptId }) => {
    const name = functionArn.split(':')[6] ?? functionArn;
    const ends = clock.now() + TIMEOUT_MS;
    try {
      const handler = await load(name);
      if (!isHandler(handler)) return handler;
      const answer = await handler(payload, {
        ...{ functionName: name, functionVersion: '$LATEST', invokedFunctionArn: functionArn, awsRequestId: attemptId },
        getRemainingTimeInMillis: () => Math.max(0, ends - clock.now()),
      });
      return { ok: true, payload: answer ?? null };
    } catch (thrown) {
      const { name: error, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
      return failure(error, message);
    }
  };
};
