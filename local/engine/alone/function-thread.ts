import { parentPort, workerData } from 'node:worker_threads';
import type { FunctionAnswer, FunctionCall, FunctionSource } from './function-host.ts';
import { type LambdaFailure, loadFailure, RESPONSE_LIMIT, rejectionFailure, thrownFailure } from './lambda-failure.ts';

// The thread a function runs in: its module, read once, and its calls, side by side. What ends this thread ends no other.

const source: FunctionSource = workerData;

/** What a handler is told about its call: the context of Lambda, as far as it says something on one machine. */
interface FunctionContext {
  readonly functionName: string;
  readonly functionVersion: '$LATEST';
  readonly invokedFunctionArn: string;
  /** The attempt's id: the same when a call is repeated after a crash. */
  readonly awsRequestId: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly callbackWaitsForEmptyEventLoop: boolean;
  getRemainingTimeInMillis(): number;
}

type Handler = (event: unknown, context: FunctionContext) => unknown;

const isHandler = (value: unknown): value is Handler => typeof value === 'function';

const tell = (answer: FunctionAnswer): void => parentPort?.postMessage(answer);

const load = async (): Promise<Handler | LambdaFailure> => {
  try {
    const module: { readonly handler?: unknown } = await import(source.url);
    if (isHandler(module.handler)) return module.handler;
    const what = module.handler === undefined ? 'is undefined or not exported' : 'is not a function';
    return { errorType: 'Runtime.HandlerNotFound', errorMessage: `${source.name}.handler ${what}`, trace: [] };
  } catch (thrown) {
    return loadFailure(thrown);
  }
};

let loaded: ReturnType<typeof load> | undefined;

const contextOf = ({ functionArn, requestId, ends }: FunctionCall): FunctionContext => ({
  ...{ functionName: source.name, functionVersion: '$LATEST', invokedFunctionArn: functionArn },
  ...{ awsRequestId: requestId, memoryLimitInMB: '128', logGroupName: `/aws/lambda/${source.name}` },
  logStreamName: `${new Date(ends).toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${source.version}`,
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => Math.max(0, ends - Date.now()),
});

const textOf = (result: unknown): string | LambdaFailure => {
  try {
    const text = JSON.stringify(result ?? null) ?? 'null';
    if (Buffer.byteLength(text) <= RESPONSE_LIMIT) return text;
    return {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size exceeded maximum allowed payload size (${RESPONSE_LIMIT} bytes).`,
    };
  } catch {
    return thrownFailure(new Error('Unable to stringify response body'));
  }
};

const answer = async (call: FunctionCall): Promise<string | LambdaFailure> => {
  loaded ??= load();
  const handler = await loaded;
  if (!isHandler(handler)) return handler;
  try {
    return textOf(await handler(JSON.parse(call.event), contextOf(call)));
  } catch (thrown) {
    return thrownFailure(thrown);
  }
};

parentPort?.on('message', async (call: FunctionCall) => {
  const answered = await answer(call);
  tell(typeof answered === 'string' ? { call: call.call, text: answered } : { call: call.call, failure: answered });
});
process.on('unhandledRejection', (reason) => tell({ ends: rejectionFailure(reason) }));
process.on('uncaughtException', (thrown) => tell({ ends: thrownFailure(thrown) }));
