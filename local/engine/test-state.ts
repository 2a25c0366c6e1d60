import type { Machine, MapState, State } from './definition.ts';
import type { Transition } from './draft.ts';
import { openDraft } from './draft.ts';
import type { Execution, Frame } from './execution.ts';
import { answers, STATES, StateFailure } from './failure.ts';
import { leave } from './flow.ts';
import { type Given, uuid } from './given.ts';
import { isObject, type Json, type JsonObject, jsonText, parseJson } from './json.ts';
import { parseDefinition } from './parse.ts';
import { refusedDefinition } from './refused-definition.ts';
import { scopeOf } from './scope.ts';
import { exceedsTolerance } from './states/map-distributed.ts';
import { itemsOf } from './states/map-items.ts';
import { step, stepWith } from './step.ts';
import { evaluateCount, evaluateTemplate } from './template.ts';
import { WireError } from './wire-error.ts';

/** One state, tried alone: TestState of the API. Texts are JSON. */
export interface TestRequest {
  readonly definition: string;
  readonly stateName?: string | undefined;
  readonly input: string;
  readonly variables?: string | undefined;
  readonly roleArn: string;
  readonly mock?:
    | { readonly result?: string; readonly error?: string | undefined; readonly cause?: string | undefined }
    | undefined;
  readonly retries: number;
  readonly failedIterations: number;
  readonly inspect: boolean;
}

/** The name a state has that is given without one. */
const UNNAMED = 'StateName';

const invalid = (message: string): WireError => new WireError('ValidationException', message);

const jsonOf = (text: string, field: string): Json => {
  const value = parseJson(text);
  if (value === undefined) throw invalid(`${field} is not JSON`);
  return value;
};

const findState = (scope: JsonObject, name: string): JsonObject | undefined => {
  const states = isObject(scope.States) ? scope.States : {};
  const here = states[name];
  if (isObject(here)) return here;
  for (const state of Object.values(states)) {
    if (!isObject(state)) continue;
    const inner: readonly (Json | undefined)[] = Array.isArray(state.Branches) ? state.Branches : [state.ItemProcessor];
    const found = inner.map((scope) => (isObject(scope) ? findState(scope, name) : undefined)).find((state) => state);
    if (found) return found;
  }
  return undefined;
};

/** What is said of a machine and not of a state in it. */
const OF_A_WHOLE = ['MISSING_TRANSITION_TARGET', 'MISSING_END_STATE'];

/** The state alone, as a machine of one: where it goes to need not exist. */
const machineOf = (request: TestRequest): { readonly machine: Machine; readonly name: string } => {
  const whole = jsonOf(request.definition, 'definition');
  if (!isObject(whole))
    throw new WireError('InvalidDefinition', 'Invalid State Machine Definition: it must be a JSON object');
  const name = request.stateName ?? UNNAMED;
  const state = isObject(whole.States) ? findState(whole, name) : whole;
  if (!state) throw invalid(`stateName: the definition has no state '${name}'`);
  const language = whole.QueryLanguage === undefined ? {} : { QueryLanguage: whole.QueryLanguage };
  const text = jsonText({ ...language, StartAt: name, States: { [name]: state } });
  const mistakes = parseDefinition(text).diagnostics.filter(({ code }) => !OF_A_WHOLE.includes(code));
  if (mistakes.length > 0) throw refusedDefinition(mistakes);
  const machine: Machine = JSON.parse(text);
  return { machine, name };
};

const executionOf = (request: TestRequest, machine: Machine, state: State, given: Given): Execution => {
  const { region, account, random, now } = given;
  const name = machine.StartAt;
  const [machineName, executionName] = [uuid(random), uuid(random)];
  const input = jsonOf(request.input, 'input');
  const variables = request.variables === undefined ? {} : jsonOf(request.variables, 'variables');
  if (!isObject(variables)) throw invalid('variables must be a JSON object');
  const frame: Frame = {
    ...{ id: 0, index: 0, path: [], state: name, input, variables, last: 1, retryCount: request.retries },
    ...{ entered: { event: 0, at: now }, doing: { kind: 'ready' } },
    // Every retrier has used so many: which one counts is not known before the error is.
    retries: ('Retry' in state ? (state.Retry ?? []) : []).map(() => request.retries),
  };
  return {
    arn: `arn:aws:states:${region}:${account}:express:${machineName}:${executionName}`,
    name: executionName,
    machineArn: `arn:aws:states:${region}:${account}:stateMachine:${machineName}`,
    ...{ machine, roleArn: request.roleArn, input, startedAt: now, redrives: 0, lastEvent: 1, nextFrame: 1 },
    ...{ frames: new Map([[0, frame]]), items: new Map() },
  };
};

const WORKING: readonly State['Type'][] = ['Task', 'Map', 'Parallel'];

const mapLimits = async (execution: Execution, state: MapState, given: Given): Promise<JsonObject> => {
  const draft = openDraft(execution, given);
  const scope = scopeOf(draft, draft.frame(0));
  const limit = async (field: 'MaxConcurrency' | 'ToleratedFailureCount' | 'ToleratedFailurePercentage') =>
    state[field] === undefined ? undefined : evaluateCount(given, state[field], field, scope);
  const count = await limit('ToleratedFailureCount');
  const percentage = await limit('ToleratedFailurePercentage');
  return {
    maxConcurrency: (await limit('MaxConcurrency')) ?? 0,
    ...(count !== undefined && { toleratedFailureCount: count }),
    ...(percentage !== undefined && { toleratedFailurePercentage: percentage }),
  };
};

/** The outcome of a mocked Task, Map or Parallel state; `inspected` collects what the evaluation of its fields gave. */
const mocked = (
  request: TestRequest,
  execution: Execution,
  state: State,
  inspected: Record<string, Json>,
  given: Given,
) =>
  stepWith(
    execution,
    async (draft) => {
      const frame = draft.frame(0);
      if (state.Type === 'Task' && state.Arguments !== undefined) {
        inspected.afterArguments = await evaluateTemplate(
          given,
          state.Arguments,
          'Arguments',
          scopeOf(draft, frame, { token: 'mocked' }),
        );
      }
      if (state.Type === 'Map') Object.assign(inspected, await mapLimits(execution, state, given));
      const { mock } = request;
      if (mock?.result === undefined) throw new StateFailure({ error: mock?.error, cause: mock?.cause });
      const total = state.Type === 'Map' && !state.ItemReader ? (await itemsOf(draft, frame, state)).items.length : 0;
      const { toleratedFailureCount: toleratedCount, toleratedFailurePercentage: toleratedPercentage } = inspected;
      const failed = {
        failed: request.failedIterations,
        total,
        ...(typeof toleratedCount === 'number' && { toleratedCount }),
        ...(typeof toleratedPercentage === 'number' && { toleratedPercentage }),
      };
      if (state.Type === 'Map' && exceedsTolerance(failed)) {
        throw new StateFailure({
          error: STATES.threshold,
          cause: 'The specified tolerated failure threshold was exceeded',
        });
      }
      const result = jsonOf(mock.result, 'mock.result');
      if (state.Type === 'Task') inspected.result = result;
      const next = 'Next' in state ? state.Next : undefined;
      await leave(draft, 0, { ...state, next, otherwise: result, extras: { result } });
    },
    given,
  );

/** The failure a transition tells of: by its ending, or by the events before Retry or Catch took it. */
const failureIn = (
  request: TestRequest,
  transition: Transition,
): { readonly error?: string; readonly cause?: string } => {
  const evaluation = transition.events.find(({ type }) => type === 'EvaluationFailed')?.details
    .evaluationFailedEventDetails;
  const { error, cause } = isObject(evaluation) ? evaluation : (transition.ending ?? request.mock ?? {});
  return { ...(typeof error === 'string' && { error }), ...(typeof cause === 'string' && { cause }) };
};

const outcomeOf = (
  request: TestRequest,
  state: State,
  before: Frame,
  transition: Transition,
  details: Record<string, Json>,
): JsonObject => {
  const frame = transition.frames.get(0);
  const failure = failureIn(request, transition);
  // Text that nothing transformed comes back as it was given.
  const text = (value: Json) => {
    const raw = request.mock?.result;
    return raw !== undefined && !('Output' in state) && jsonText(parseJson(raw)) === jsonText(value)
      ? raw
      : jsonText(value);
  };
  const { ending } = transition;
  if (ending?.status === 'SUCCEEDED') return { output: text(ending.output ?? null), status: 'SUCCEEDED' };
  if (ending) return { ...failure, status: 'FAILED' };
  if (frame?.doing.kind === 'retrying') {
    const index = frame.retries.findIndex((used, at) => used !== before.retries[at]);
    details.errorDetails = {
      retryIndex: index,
      retryBackoffIntervalSeconds: Math.round((frame.doing.until - (before.entered?.at ?? 0)) / 1000),
    };
    return { ...failure, status: 'RETRIABLE' };
  }
  if (frame?.doing.kind === 'waiting' && state.Type === 'Wait') {
    return {
      output: text(frame.input),
      status: 'SUCCEEDED',
      ...(state.Next !== undefined && { nextState: state.Next }),
    };
  }
  if (!frame) throw new Error('TestState: the state left no frame and no ending');
  const catchers = 'Catch' in state ? (state.Catch ?? []) : [];
  const caught =
    failure.error === undefined ? -1 : catchers.findIndex(({ ErrorEquals }) => answers(ErrorEquals, failure));
  if (caught < 0) return { output: text(frame.input), nextState: frame.state, status: 'SUCCEEDED' };
  details.errorDetails = { catchIndex: caught };
  return { ...failure, output: text(frame.input), nextState: frame.state, status: 'CAUGHT_ERROR' };
};

/**
 * Runs one state with the given input and says what became of it; nothing is stored or called. A Task, Map or Parallel state
 * needs a mock of its result or its error. Throws `InvalidDefinition` and `ValidationException`.
 */
export const testState = async (request: TestRequest, given: Given): Promise<JsonObject> => {
  const { machine, name } = machineOf(request);
  const state = machine.States[name];
  if (!state) throw new Error(`TestState: state ${name} is gone from its own machine`);
  const execution = executionOf(request, machine, state, given);
  const before = execution.frames.get(0);
  const working = WORKING.includes(state.Type);
  if (working && !request.mock)
    throw invalid(`mock: a ${state.Type} state is tried here only with a mock of its result or error`);
  if (!working && request.mock) throw invalid(`mock: a ${state.Type} state takes no mock`);
  const details: Record<string, Json> = { input: request.input };
  const transition = working
    ? await mocked(request, execution, state, details, given)
    : await step(execution, { kind: 'run', frame: 0 }, given);
  if (!before || !transition) throw new Error(`TestState: state ${name} took no signal`);
  const outcome = outcomeOf(request, state, before, transition, details);
  const shown = Object.entries(details).map(([key, value]) => [
    key,
    TEXTS.includes(key) && key !== 'input' ? jsonText(value) : value,
  ]);
  return { ...outcome, ...(request.inspect && { inspectionData: Object.fromEntries(shown) }) };
};

/** Members of inspectionData that are JSON text. */
const TEXTS = ['input', 'afterArguments', 'result'];
