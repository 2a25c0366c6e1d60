/** Error names of the Amazon States Language that the engine itself raises. */
export const STATES = {
  dataLimit: 'States.DataLimitExceeded',
  runtime: 'States.Runtime',
  timeout: 'States.Timeout',
  heartbeat: 'States.HeartbeatTimeout',
  taskFailed: 'States.TaskFailed',
  query: 'States.QueryEvaluationError',
  threshold: 'States.ExceedToleratedFailureThreshold',
  itemReader: 'States.ItemReaderFailed',
  resultWriter: 'States.ResultWriterFailed',
  all: 'States.ALL',
} as const;

export interface FailureDetail {
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
  /** An expected outcome of evaluating a field: an `EvaluationFailed` event is written, naming the field if there is one. */
  readonly evaluation?: { readonly location?: string };
  /** The time-out was a missed heartbeat, so `States.HeartbeatTimeout` matches as well. */
  readonly heartbeat?: boolean;
}

/** A state failed by an error its own Retry and Catch may answer. Never leaves the interpreter. */
export class StateFailure extends Error {
  override readonly name = 'StateFailure';
  readonly detail: FailureDetail;
  constructor(detail: FailureDetail) {
    super(`state failed: ${detail.error ?? 'no error name'}: ${detail.cause ?? 'no cause given'}`);
    this.detail = detail;
  }
}

/** The failure `part` throws, or undefined. Anything else it throws is thrown on. */
export const failureOf = async (part: () => Promise<void>): Promise<FailureDetail | undefined> => {
  try {
    await part();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof StateFailure) return thrown.detail;
    throw thrown;
  }
};

/** A JSONata field could not be evaluated. `location` is the field as AWS names it: `Output/a/b[0]`. */
export const evaluationFailure = (cause: string, location?: string): StateFailure =>
  new StateFailure({ error: STATES.query, cause, evaluation: location === undefined ? {} : { location } });

/** A payload passed 262,144 bytes. */
export const dataLimitFailure = (state: string): StateFailure =>
  new StateFailure({
    error: STATES.dataLimit,
    cause: `The state/task '${state}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  });

/**
 * Whether a retrier or catcher with these names answers the failure (developer guide, "Handling errors"). `States.ALL` answers all
 * but `States.DataLimitExceeded`, which only its own name does; `States.TaskFailed` all but that and time-outs. `States.Runtime`
 * always ends the execution: nothing answers it.
 */
export const answers = (errorEquals: readonly string[], detail: FailureDetail): boolean =>
  errorEquals.some((name) => {
    if (detail.error === STATES.runtime) return false;
    if (name === detail.error) return true;
    if (name === STATES.heartbeat) return detail.heartbeat === true;
    if (detail.error === STATES.dataLimit) return false;
    if (name === STATES.all) return true;
    return name === STATES.taskFailed && detail.error !== STATES.timeout;
  });
