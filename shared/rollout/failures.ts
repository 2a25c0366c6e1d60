/**
 * What a thrown error means for the state machine, by its `name`: `retry` with backoff and then hold, or `hold` at once; `retry-call` is
 * retried where a function is waited for and not where people or a turn are; `retry-start` where an execution is started. A bad
 * deployment is never here: it is a result. A test holds this table and the Retry and Catch fields of the machines together.
 */
export const failures = {
  /** The API server of a target did not answer. What already matches is left alone on the next try. */
  ClusterUnreachable: 'retry',
  /** No response to some other request: the config repository, a metric store, a cloud's control API. */
  Unreachable: 'retry',
  /** The config repository's server is in trouble or asks us to slow down. */
  ConfigRepositoryUnavailable: 'retry',
  /** A service asked us to slow down. */
  Throttled: 'retry',
  /** The API server of a target was busy, or did not answer a read or a dry run as it should. */
  ApiServerRefused: 'retry',
  /** Somebody else wrote the row that this step had read. */
  LedgerConflict: 'retry',
  /** Another attempt holds the write lease of the target; it runs out by itself. */
  LeaseTaken: 'retry',
  /** The function stopped itself before Lambda would have. */
  TimeoutError: 'retry',
  'Lambda.ServiceException': 'retry',
  'Lambda.AWSLambdaException': 'retry',
  'Lambda.SdkClientException': 'retry',
  'Lambda.TooManyRequestsException': 'retry',
  'Lambda.ClientExecutionTimeoutException': 'retry',
  /**
   * The function died: its process ended, it was out of memory or time, or nobody knows why
   * (docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html, "Lambda.Unknown", "Sandbox.Timedout").
   */
  'Lambda.Unknown': 'retry',
  'Runtime.ExitError': 'retry',
  'Runtime.OutOfMemory': 'retry',
  'Sandbox.Timedout': 'retry',
  /** The function did not answer in the time its state has. Of a state that waits on a token, it is the answer that never came. */
  'States.Timeout': 'retry-call',
  /**
   * Step Functions could not start an execution. Its own failures are named `StepFunctions.` and the exception of the Java SDK, whose base
   * class, which throttling is reported as too, is AWSStepFunctionsException; those of the API are on
   * docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html and CommonErrors.html beside it. Under the
   * same name and input a start that did arrive is found, not repeated, while it runs.
   */
  'StepFunctions.SdkClientException': 'retry-start',
  'StepFunctions.AWSStepFunctionsException': 'retry-start',
  'StepFunctions.ThrottlingException': 'retry-start',
  'StepFunctions.ExecutionLimitExceededException': 'retry-start',
  'StepFunctions.KmsThrottlingException': 'retry-start',
  /** The input of a step is not what the step before it returns: a mistake of ours or a mixed version. */
  InvalidInput: 'hold',
  /** The cluster refused our identity. More tries would only lock it out. */
  AccessRefused: 'hold',
  /** The config repository does not let us in, or does not know what was asked for. */
  ConfigRepositoryRefused: 'hold',
  /** A target can not be found as its config says. */
  ClusterUnresolved: 'hold',
  /** The API server of a target is older than Kubernetes 1.27. */
  DiscoveryMissing: 'hold',
  BlobMissing: 'hold',
  BlobCorrupt: 'hold',
  SecretMissing: 'hold',
} as const satisfies Record<string, Reaction>;

type Reaction = 'retry' | 'retry-call' | 'retry-start' | 'hold';

export type FailureName = keyof typeof failures;

const named = (reaction: Reaction): readonly string[] =>
  Object.entries(failures)
    .filter(([, known]) => known === reaction)
    .map(([name]) => name);

/** Names the machines list in Retry, by what a state waits for, in the order of the table. */
export const retried = {
  token: named('retry'),
  call: [...named('retry'), ...named('retry-call')],
  start: named('retry-start'),
} as const;

/** Failures that speak of one target, not of us. */
const ofTarget: readonly string[] = [
  'ClusterUnreachable',
  'AccessRefused',
  'ClusterUnresolved',
  'ApiServerRefused',
  'DiscoveryMissing',
  'Throttled',
  'Unreachable',
] satisfies readonly FailureName[];

/** Whether an error speaks of the target it was asked about, and of nothing else. */
export const isTargetTrouble = (error: unknown): error is Error =>
  error instanceof Error && ofTarget.includes(error.name);

/** Whether it is trouble of a target that may be over by itself: the table retries it. */
export const mayPass = (error: unknown): error is Error => isTargetTrouble(error) && retried.token.includes(error.name);

/** A step was given input that it can not have been meant to have. Never retried. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
}

/**
 * The failure itself, which says first what it is about where it did not: of work over many, nobody could else tell whose it is, neither who looks for
 * it nor what keeps a private target's from everybody's log. Twice is as once.
 */
export const failureOf = (subject: string, error: unknown): unknown => {
  if (error instanceof Error && !error.message.startsWith(`${subject}: `)) {
    // Not set: of what an abort throws the message is not its own.
    const value = `${subject}: ${error.message}`;
    Object.defineProperty(error, 'message', { value, configurable: true, writable: true });
  }
  return error;
};
