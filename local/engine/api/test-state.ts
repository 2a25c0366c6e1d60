import { isObject, type Json, type JsonObject, parseJson } from '../json.ts';
import type { Mock, TestRequest } from '../test-state/request.ts';
import { testState } from '../test-state/test-state.ts';
import { WireError } from '../wire-error.ts';
import type { ApiParts, Operation } from './dispatch.ts';
import { objectOf, required, stringOf } from './input.ts';

const refuse = (message: string): never => {
  throw new WireError('ValidationException', message);
};

const jsonOf = (text: string, otherwise: string): Json => {
  const value = parseJson(text);
  return value === undefined ? refuse(otherwise) : value;
};

const jsonObjectOf = (input: JsonObject, field: string): JsonObject | undefined => {
  const text = stringOf(input, field);
  if (text === undefined) return undefined;
  const value = jsonOf(text, `${field} is not JSON`);
  return isObject(value) ? value : refuse(`${field} must be a JSON object`);
};

const mockOf = (input: JsonObject): Mock | undefined => {
  const mock = objectOf(input, 'mock');
  if (!mock) return undefined;
  const text = stringOf(mock, 'result');
  const failure = objectOf(mock, 'errorOutput');
  if (text !== undefined && failure)
    return refuse('A test mock should have only one of the following fields: [result, errorOutput].');
  if (failure) return { error: stringOf(failure, 'error'), cause: stringOf(failure, 'cause') };
  if (text === undefined) return refuse('A test mock should have one of the following fields: [result, errorOutput].');
  return { result: jsonOf(text, 'Mocked result must be valid JSON'), text };
};

const requestOf = (input: JsonObject): TestRequest => {
  const settings = objectOf(input, 'stateConfiguration') ?? {};
  const inputText = stringOf(input, 'input') ?? '{}';
  const strictness = stringOf(objectOf(input, 'mock') ?? {}, 'fieldValidationMode');
  return {
    definition: required(input, 'definition'),
    stateName: stringOf(input, 'stateName'),
    ...{ input: jsonOf(inputText, 'input is not JSON'), inputText },
    variables: jsonObjectOf(input, 'variables') ?? {},
    roleArn: stringOf(input, 'roleArn'),
    mock: mockOf(input),
    strictness: strictness === 'PRESENT' || strictness === 'NONE' ? strictness : 'STRICT',
    context: jsonObjectOf(input, 'context'),
    revealSecrets: input.revealSecrets === true,
    retries: Number(settings.retrierRetryCount ?? 0),
    failedIterations:
      typeof settings.mapIterationFailureCount === 'number' ? settings.mapIterationFailureCount : undefined,
    errorCausedBy: stringOf(settings, 'errorCausedByState'),
    readerData: stringOf(settings, 'mapItemReaderData'),
  };
};

/** TestState: one state, tried alone. */
export const testOperations = (parts: ApiParts): Readonly<Record<string, Operation>> => ({
  TestState: (input) => {
    const inspect = ['DEBUG', 'TRACE'].includes(stringOf(input, 'inspectionLevel') ?? 'INFO');
    return testState(requestOf(input), inspect, parts);
  },
});
