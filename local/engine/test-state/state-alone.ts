import type { Machine, State } from '../definition.ts';
import type { Execution, Frame } from '../execution.ts';
import { type Given, uuid } from '../given.ts';
import { isObject, type JsonObject, jsonText, parseJson } from '../json.ts';
import { parseDefinition, readDefinition } from '../parse.ts';
import { RESOURCE_NOT_SUPPORTED } from '../parse-fields.ts';
import { refusedDefinition } from '../refused-definition.ts';
import { mapItem, STATE_DATA } from '../states/map-items.ts';
import { WireError } from '../wire-error.ts';
import type { TestRequest } from './request.ts';

/** The name a state has that is given without one. */
const UNNAMED = 'StateName';

/** What is said of a machine and not of a state in it. */
const OF_A_WHOLE = ['MISSING_TRANSITION_TARGET', 'MISSING_END_STATE'];

/** The mistakes that count; one who gives the outcome may name a resource that this engine does not run. */
const refuseMistakes = (text: string, mocked: boolean, ignored: readonly string[]): void => {
  const codes = mocked ? [...ignored, RESOURCE_NOT_SUPPORTED] : ignored;
  const mistakes = parseDefinition(text).diagnostics.filter(({ code }) => !codes.includes(code));
  if (mistakes.length > 0) throw refusedDefinition(mistakes);
};

interface Found {
  readonly state: JsonObject;
  /** It stands in the ItemProcessor of a Map state. */
  readonly inMap: boolean;
}

const findState = (scope: JsonObject, name: string, inMap = false): Found | undefined => {
  const states = isObject(scope.States) ? scope.States : {};
  const here = Object.hasOwn(states, name) ? states[name] : undefined;
  if (isObject(here)) return { state: here, inMap };
  for (const state of Object.values(states)) {
    if (!isObject(state)) continue;
    const inner = Array.isArray(state.Branches) ? state.Branches : [state.ItemProcessor];
    for (const inside of inner) {
      const found = isObject(inside) ? findState(inside, name, inMap || state.Type === 'Map') : undefined;
      if (found) return found;
    }
  }
  return undefined;
};

/** Whether a state of this name stands anywhere below the state. */
export const standsIn = (state: State, name: string): boolean =>
  findState({ States: { around: JSON.parse(jsonText(state)) } }, name) !== undefined;

/** The state alone, as a machine of one: where it goes to need not exist. */
export interface Alone {
  readonly machine: Machine;
  readonly name: string;
  readonly state: State;
  readonly inMap: boolean;
}

/** Reads the state under test. Throws `InvalidDefinition`, and `ValidationException` for a name that the definition has not. */
export const stateAlone = ({ definition, stateName, mock }: TestRequest): Alone => {
  const whole = parseJson(definition);
  if (!isObject(whole)) throw refusedDefinition(parseDefinition(definition).diagnostics);
  if (stateName !== undefined) refuseMistakes(definition, mock !== undefined, []);
  const name = stateName ?? UNNAMED;
  const found = stateName === undefined ? { state: whole, inMap: false } : findState(whole, name);
  if (!found) throw new WireError('ValidationException', 'State not found in definition');
  const language = whole.QueryLanguage === undefined ? {} : { QueryLanguage: whole.QueryLanguage };
  const text = jsonText({ ...language, StartAt: name, States: { [name]: found.state } });
  refuseMistakes(text, mock !== undefined, OF_A_WHOLE);
  const machine = readDefinition(text);
  const state = machine.States[name];
  if (!state) throw new Error(`TestState: state ${name} is gone from its own machine`);
  return { machine, name, state, inMap: found.inMap };
};

/** An execution of nothing but the state, at its beginning. A state of a Map sees itself in the first iteration. */
export const executionOf = (request: TestRequest, alone: Alone, given: Given): Execution => {
  const { region, account, random, now } = given;
  const { machine, name, state, inMap } = alone;
  const { input, variables, retries, context } = request;
  const [machineName, executionName] = [uuid(random), uuid(random)];
  const frame: Frame = {
    ...{ id: 0, index: 0, path: [], state: name, input, variables, last: 1, retryCount: retries },
    ...{ entered: { event: 0, at: now }, doing: { kind: 'ready' } },
    // Every retrier has used so many: which one counts is not known before the error is.
    retries: ('Retry' in state ? (state.Retry ?? []) : []).map(() => retries),
    ...(inMap && { item: mapItem(0, input, false, STATE_DATA) }),
  };
  return {
    arn: `arn:aws:states:${region}:${account}:express:${machineName}:${executionName}`,
    name: executionName,
    machineArn: `arn:aws:states:${region}:${account}:stateMachine:${machineName}`,
    roleArn: request.roleArn ?? `arn:aws:iam::${account}:role/none`,
    ...{ machine, input, startedAt: now, redrives: 0, lastEvent: 1, nextFrame: 1 },
    ...(context && { context }),
    ...{ frames: new Map([[0, frame]]), items: new Map() },
  };
};
