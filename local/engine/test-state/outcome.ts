import type { State } from '../definition.ts';
import type { Transition } from '../draft.ts';
import type { Frame } from '../execution.ts';
import { answers } from '../failure.ts';
import { isObject, type Json, type JsonObject, jsonText, parseJson } from '../json.ts';
import type { Inspected } from './mocked.ts';
import type { TestRequest } from './request.ts';

const outputText = ({ mock }: TestRequest, state: State, value: Json): string => {
  // Text that nothing transformed comes back as it was given.
  if (!mock || !('result' in mock) || 'Output' in state) return jsonText(value);
  return jsonText(parseJson(mock.text)) === jsonText(value) ? mock.text : jsonText(value);
};

/** The variables after the state: those given, and over them what Assign set. Absent where there are none. */
const variablesOf = ({ variables }: TestRequest, { events }: Transition): JsonObject => {
  const details = events.find(({ type }) => type.endsWith('StateExited'))?.details.stateExitedEventDetails;
  const assigned = isObject(details) && isObject(details.assignedVariables) ? details.assignedVariables : {};
  const values = Object.entries(assigned).map(([name, text]) => [name, parseJson(String(text)) ?? null] as const);
  const all = { ...variables, ...Object.fromEntries(values) };
  return Object.keys(all).length > 0 ? { variables: all } : {};
};

/**
 * What TestState says of the transition that left the state, or tried to. `inspected` takes down which Retry or Catch answered, and
 * the variables that are set now.
 */
export const outcomeOf = (
  request: TestRequest,
  state: State,
  before: Frame,
  transition: Transition,
  inspected: Inspected,
): JsonObject => {
  const { ending, failure } = transition;
  const frame = transition.frames.get(0);
  const { error, cause } = failure ?? ending ?? {};
  Object.assign(inspected, variablesOf(request, transition));
  const failed = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
  if (ending && ending.status !== 'SUCCEEDED') return { ...failed, status: 'FAILED' };
  if (frame?.doing.kind === 'retrying') {
    inspected.errorDetails = {
      retryIndex: frame.retries.findIndex((used, at) => used !== before.retries[at]),
      retryBackoffIntervalSeconds: Math.round((frame.doing.until - (before.entered?.at ?? 0)) / 1000),
    };
    return { ...failed, status: 'RETRIABLE' };
  }
  if (ending) return { output: outputText(request, state, ending.output ?? null), status: 'SUCCEEDED' };
  if (!frame) throw new Error('TestState: the state left no frame and no ending');
  const output = outputText(request, state, frame.input);
  if (!failure) return { output, nextState: frame.state, status: 'SUCCEEDED' };
  const catchers = 'Catch' in state ? (state.Catch ?? []) : [];
  inspected.errorDetails = { catchIndex: catchers.findIndex(({ ErrorEquals }) => answers(ErrorEquals, failure)) };
  return { ...failed, output, nextState: frame.state, status: 'CAUGHT_ERROR' };
};
