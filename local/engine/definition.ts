import type { Json, JsonObject } from './json.ts';

/** A state machine in the Amazon States Language after `parseDefinition` accepted it. Member names are the language's. */
export interface Machine extends Scoped {
  readonly Comment?: string;
  readonly QueryLanguage?: 'JSONata' | 'JSONPath';
  readonly TimeoutSeconds?: number;
}

/** A table of states with its beginning: a machine, a branch of a Parallel state, the processor of a Map state. */
export interface Scoped {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;

/** A literal or a `{% %}` expression, or an object or array with such inside. */
type Template = Json;

interface Leaving {
  readonly Output?: Template;
  readonly Assign?: JsonObject;
}

interface Going extends Leaving {
  readonly Next?: string;
  readonly End?: true;
}

interface Recovering {
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'NONE' | 'FULL';
}

export interface Catcher extends Leaving {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
}

export interface PassState extends Going {
  readonly Type: 'Pass';
}

export interface TaskState extends Going, Recovering {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments?: Template;
  readonly TimeoutSeconds?: Template;
  readonly HeartbeatSeconds?: Template;
}

export interface ChoiceState extends Leaving {
  readonly Type: 'Choice';
  readonly Choices: readonly ChoiceRule[];
  readonly Default?: string;
}

export interface ChoiceRule extends Leaving {
  readonly Condition: Template;
  readonly Next: string;
}

export interface WaitState extends Going {
  readonly Type: 'Wait';
  readonly Seconds?: Template;
  readonly Timestamp?: Template;
}

export interface SucceedState extends Leaving {
  readonly Type: 'Succeed';
}

export interface FailState {
  readonly Type: 'Fail';
  readonly Error?: Template;
  readonly Cause?: Template;
}

export interface ParallelState extends Going, Recovering {
  readonly Type: 'Parallel';
  readonly Branches: readonly Scoped[];
  readonly Arguments?: Template;
}

export interface MapState extends Going, Recovering {
  readonly Type: 'Map';
  readonly ItemProcessor: Processor;
  readonly Items?: Template;
  readonly ItemReader?: ItemReader;
  readonly ItemSelector?: Template;
  readonly ItemBatcher?: ItemBatcher;
  readonly ResultWriter?: ResultWriter;
  readonly MaxConcurrency?: Template;
  readonly ToleratedFailureCount?: Template;
  readonly ToleratedFailurePercentage?: Template;
  readonly Label?: string;
}

export interface Processor extends Scoped {
  readonly ProcessorConfig?: { readonly Mode?: 'INLINE' | 'DISTRIBUTED'; readonly ExecutionType?: string };
}

export interface ItemReader {
  readonly Resource: string;
  readonly Arguments?: Template;
  readonly ReaderConfig?: JsonObject;
}

export interface ItemBatcher {
  readonly MaxItemsPerBatch?: Template;
  readonly MaxInputBytesPerBatch?: Template;
  readonly BatchInput?: Template;
}

export interface ResultWriter {
  readonly Resource?: string;
  readonly Arguments?: Template;
  readonly WriterConfig?: JsonObject;
}

/** One step from a scope into a scope inside it: the branch of a Parallel state, or the processor of a Map state. */
export interface Inward {
  readonly state: string;
  readonly branch: number | 'item';
}

/** Follows `path` inwards from a machine. Throws when the path does not belong to the machine. */
export const scopeAt = (machine: Scoped, path: readonly Inward[]): Scoped =>
  path.reduce((scope, { state: name, branch }) => {
    const state = scope.States[name];
    const inner =
      branch === 'item' && state?.Type === 'Map'
        ? state.ItemProcessor
        : typeof branch === 'number' && state?.Type === 'Parallel'
          ? state.Branches[branch]
          : undefined;
    if (!inner) throw new Error(`definition: no scope ${branch} in state ${name}; the frame is of another definition`);
    return inner;
  }, machine);

/** Whether a Map state runs its items as executions of their own. */
export const isDistributed = (state: MapState): boolean => state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED';
