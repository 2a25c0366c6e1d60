/** Error names of the Amazon States Language that the engine itself raises. */
export const STATES = {
  dataLimit: 'States.DataLimitExceeded',
  runtime: 'States.Runtime',
  timeout: 'States.Timeout',
  heartbeat: 'States.HeartbeatTimeout',
  taskFailed: 'States.TaskFailed',
  query: 'States.QueryEvaluationError',
  noChoice: 'States.NoChoiceMatched',
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

/** A JSONata field could not be evaluated. `location` is the field as AWS names it: `Output/a/b[0]`. */
export const evaluationFailure = (cause: string, location?: string): StateFailure =>
  new StateFailure({ error: STATES.query, cause, evaluation: location === undefined ? {} : { location } });

/** A payload passed 262,144 bytes. */
export const dataLimitFailure = (state: string): StateFailure =>
  new StateFailure({
    error: STATES.dataLimit,
    cause: `The state/task '${state}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  });

/** States.ALL answers neither of these (developer guide, "Handling errors"). */
const TERMINAL: readonly (string | undefined)[] = [STATES.dataLimit, STATES.runtime];

/**
 * Whether a retrier or catcher with these names answers the failure. `States.ALL` answers all but the terminal errors,
 * `States.TaskFailed` all but time-outs and terminal errors; a terminal error is answered only by its own name.
 */
export const answers = (errorEquals: readonly string[], detail: FailureDetail): boolean =>
  errorEquals.some((name) => {
    if (name === detail.error) return true;
    if (name === STATES.heartbeat) return detail.heartbeat === true;
    if (TERMINAL.includes(detail.error)) return false;
    if (name === STATES.all) return true;
    return name === STATES.taskFailed && detail.error !== STATES.timeout;
  });
