/** What Lambda answers for a function that failed; Step Functions takes its text for the cause, its type for the error's name. */
export interface LambdaFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** A synchronous answer of Lambda is this long at most, in bytes. */
export const RESPONSE_LIMIT = 6_291_556;

/** Something thrown, as the runtime of Node.js in Lambda tells it: an Error by name, message and stack, anything else by its type. */
export const thrownFailure = (thrown: unknown): LambdaFailure => {
  if (thrown instanceof Error)
    return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? '').split('\n') };
  if (thrown === undefined || thrown === null)
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
    };
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
};

/** A module that could not be loaded: its own mistakes by the runtime's names, what it throws by its own. */
export const loadFailure = (thrown: unknown): LambdaFailure => {
  const failure = thrownFailure(thrown);
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  const told = { errorMessage: `${failure.errorType}: ${failure.errorMessage}`, trace: failure.trace ?? [] };
  if (thrown instanceof SyntaxError) return { ...told, errorType: 'Runtime.UserCodeSyntaxError' };
  if (code === 'ERR_MODULE_NOT_FOUND') return { ...told, errorType: 'Runtime.ImportModuleError' };
  return failure;
};

/** A promise that was rejected and that nobody waited for. */
export const rejectionFailure = (reason: unknown): LambdaFailure => ({
  ...thrownFailure(reason),
  errorType: 'Runtime.UnhandledPromiseRejection',
  errorMessage: reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason),
});

/** The function's process ended under its calls. */
export const exitFailure = (requestId: string, code: number): LambdaFailure => ({
  errorType: 'Runtime.ExitError',
  errorMessage: `RequestId: ${requestId} Error: Runtime exited ${code === 0 ? 'without providing a reason' : `with error: exit status ${code}`}`,
});

/** The call took longer than a function may. */
export const timeoutFailure = (requestId: string, ms: number): LambdaFailure => ({
  errorType: 'Sandbox.Timedout',
  errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(ms / 1000).toFixed(2)} seconds`,
});
