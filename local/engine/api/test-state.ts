import { isObject, type JsonObject } from '../json.ts';
import { testState } from '../test-state.ts';
import { WireError } from '../wire-error.ts';
import type { ApiParts, Operation } from './dispatch.ts';
import { required, stringOf } from './input.ts';

const numberOf = (input: JsonObject, field: string): number => {
  const value = input[field];
  return typeof value === 'number' ? value : 0;
};

const mockOf = (input: JsonObject) => {
  if (!isObject(input.mock)) return undefined;
  const result = stringOf(input.mock, 'result');
  const failure = isObject(input.mock.errorOutput) ? input.mock.errorOutput : undefined;
  if ((result === undefined) === (failure === undefined)) {
    throw new WireError('ValidationException', 'mock must hold either a result or an errorOutput');
  }
  if (!failure) return { ...(result !== undefined && { result }) };
  return { error: stringOf(failure, 'error'), cause: stringOf(failure, 'cause') };
};

/** TestState: one state, tried alone. */
export const testOperations = ({ given }: ApiParts): Readonly<Record<string, Operation>> => ({
  TestState: (input) => {
    if (input.context !== undefined) {
      throw new WireError('ValidationException', 'context: a Context object of the caller is not taken by this engine');
    }
    const settings = isObject(input.stateConfiguration) ? input.stateConfiguration : {};
    const moment = given();
    return testState(
      {
        definition: required(input, 'definition'),
        stateName: stringOf(input, 'stateName'),
        input: stringOf(input, 'input') ?? '{}',
        variables: stringOf(input, 'variables'),
        roleArn: stringOf(input, 'roleArn') ?? `arn:aws:iam::${moment.account}:role/none`,
        mock: mockOf(input),
        retries: numberOf(settings, 'retrierRetryCount'),
        failedIterations: numberOf(settings, 'mapIterationFailureCount'),
        inspect: ['DEBUG', 'TRACE'].includes(stringOf(input, 'inspectionLevel') ?? 'INFO'),
      },
      moment,
    );
  },
});
