import type { State } from '../definition.ts';
import { integrationOf } from '../integrations.ts';
import { isObject, type Json } from '../json.ts';
import { WireError } from '../wire-error.ts';
import type { Mock, TestRequest } from './request.ts';
import { standsIn } from './state-alone.ts';

const refuse: (message: string) => never = (message) => {
  throw new WireError('ValidationException', message);
};

type Shape = Readonly<Record<string, 'string' | 'number' | 'status' | 'any'>>;

const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'];
const RUN: Shape = {
  ...{ ExecutionArn: 'string', StateMachineArn: 'string', Status: 'status', StartDate: 'string', Name: 'string' },
  ...{ StopDate: 'string', Error: 'string', Cause: 'string', TraceHeader: 'string', MapRunArn: 'string' },
};

/** What the API behind an integration answers, and which members it always has (service models of AWS). */
const ANSWERS: Readonly<Record<string, { readonly needed: readonly string[]; readonly shape: Shape }>> = {
  'lambda:invoke': {
    needed: [],
    shape: { StatusCode: 'number', FunctionError: 'string', LogResult: 'string', ExecutedVersion: 'string' },
  },
  'states:startExecution': {
    needed: ['ExecutionArn', 'StartDate'],
    shape: { ExecutionArn: 'string', StartDate: 'string' },
  },
  'states:startExecution.sync': { needed: ['ExecutionArn', 'StateMachineArn', 'Status', 'StartDate'], shape: RUN },
  'states:startExecution.sync:2': { needed: ['ExecutionArn', 'StateMachineArn', 'Status', 'StartDate'], shape: RUN },
};

const SCHEMA = 'Mock result schema validation error: ';

const checkMember = (name: string, value: Json, type: Shape[string]): void => {
  if (type === 'number' && typeof value !== 'number') refuse(`${SCHEMA}Field '${name}' must be a number`);
  if (type !== 'number' && type !== 'any' && typeof value !== 'string')
    refuse(`${SCHEMA}Field '${name}' must be a string`);
  if (type === 'status' && !STATUSES.includes(String(value)))
    refuse(`${SCHEMA}Field '${name}' is not an expected value`);
};

const checkAnswer = (resource: string, result: Json, strictness: TestRequest['strictness']): void => {
  const answer = ANSWERS[resource.split(':').slice(5).join(':')];
  if (!answer || strictness === 'NONE') return;
  if (!isObject(result)) refuse('Mock result must be a valid JSON object');
  for (const name of strictness === 'STRICT' ? answer.needed : [])
    if (result[name] === undefined) refuse(`${SCHEMA}Required field '${name}' is missing`);
  for (const [name, type] of Object.entries(answer.shape)) {
    const value = result[name];
    if (value !== undefined) checkMember(name, value, type);
  }
};

/** What is asked of a mocked Map or Parallel state must fit the state. */
const checkResult = (state: State, result: Json, strictness: TestRequest['strictness']): void => {
  if (state.Type === 'Task') checkAnswer(state.Resource, result, strictness);
  if (state.Type === 'Map' && state.ResultWriter && !isObject(result)) refuse('Mocked result must be a JSON object.');
  if ((state.Type === 'Map' && !state.ResultWriter) || state.Type === 'Parallel')
    if (!Array.isArray(result)) refuse('Mocked result must be an array.');
  if (state.Type === 'Parallel' && Array.isArray(result) && result.length !== state.Branches.length)
    refuse(
      `Mocked result must have one element for each of the ${state.Branches.length} branches, and has ${result.length}.`,
    );
};

const MOCKABLE: readonly State['Type'][] = ['Task', 'Map', 'Parallel'];

const checkUnmocked = ({ roleArn, context, failedIterations, errorCausedBy }: TestRequest, state: State): void => {
  if (state.Type === 'Map' || state.Type === 'Parallel')
    throw new WireError(
      'InvalidDefinition',
      'TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
    );
  if (context) refuse('context: a Context object can only be given together with a mock');
  if (failedIterations !== undefined) refuse('mapIterationFailureCount can only be given together with a mock');
  if (errorCausedBy !== undefined) refuse('errorCausedByState can only be given together with a mocked error');
  if (state.Type !== 'Task') return;
  const integration = integrationOf(state.Resource);
  if (!integration || (integration.kind !== 'function' && integration.waits !== 'no'))
    refuse(`A mock must be specified when testing a Task state with the Resource '${state.Resource}'`);
  if (roleArn === undefined) refuse('RoleArn must be specified when testing a Task state');
};

const checkMocked = (request: TestRequest, mock: Mock, state: State): void => {
  const { errorCausedBy } = request;
  if (!MOCKABLE.includes(state.Type)) refuse(`State type '${state.Type}' is not supported when a mock is specified`);
  if (request.revealSecrets) refuse('TestState does not support RevealSecrets when a mock is specified.');
  if (request.failedIterations !== undefined && state.Type !== 'Map')
    refuse('mapIterationFailureCount can only be given for a Map state');
  if ('result' in mock) checkResult(state, mock.result, request.strictness);
  if (errorCausedBy === undefined) return;
  if (state.Type !== 'Map' && state.Type !== 'Parallel')
    refuse('errorCausedByState can only be given for a Map or Parallel state');
  if (!standsIn(state, errorCausedBy)) refuse(`errorCausedByState: the state has no state '${errorCausedBy}' in it`);
};

/**
 * Holds a request against the state it is about: which states need a mock and which take none, and what a mocked result looks
 * like. Throws `ValidationException` and `InvalidDefinition`.
 */
export const checkMock = (request: TestRequest, state: State): void => {
  if (request.mock) checkMocked(request, request.mock, state);
  else checkUnmocked(request, state);
};
