import { unqualified } from '../arn.ts';
import { isObject, type JsonObject } from '../json.ts';
import { WireError } from '../wire-error.ts';

/** A member that the service model has made sure of. */
export const required = (input: JsonObject, field: string): string => stringOf(input, field) ?? '';

/** A member that may be left out. */
export const stringOf = (input: JsonObject, field: string): string | undefined => {
  const value = input[field];
  return typeof value === 'string' ? value : undefined;
};

export const objectOf = (input: JsonObject, field: string): JsonObject | undefined => {
  const value = input[field];
  return isObject(value) ? value : undefined;
};

const ARN = /^arn:aws[a-z-]*:states:[a-z0-9-]+:[0-9]{12}:([A-Za-z]+):(.+)$/s;

/** The kinds of ARN an operation takes; `execution` is one of a STANDARD machine. */
type Kind = 'stateMachine' | 'execution' | 'mapRun';

/** Throws `InvalidArn` unless the text is an ARN of Step Functions of this kind. */
export const arnOf = (input: JsonObject, field: string, kind: Kind): string => {
  const value = required(input, field);
  const [, found, rest] = ARN.exec(value) ?? [];
  if (found === undefined || rest === undefined)
    throw new WireError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${value}'`);
  if (found !== kind)
    throw new WireError('InvalidArn', `Invalid Arn: 'Resource type not valid in this context: ${found}'`);
  return value;
};

/** As `arnOf`, of a machine, a version or an alias; throws `ValidationException` for that of a distributed Map state in it. */
export const machineArnOf = (input: JsonObject, field = 'stateMachineArn'): string => {
  const value = arnOf(input, field, 'stateMachine');
  if (!value.includes('/')) return value;
  throw new WireError('ValidationException', 'This operation does not support labeled state machine ARNs', {
    reason: 'API_DOES_NOT_SUPPORT_LABELED_ARNS',
  });
};

/** As `machineArnOf`, but only of a machine itself; throws `ValidationException` for versions and aliases. */
export const bareMachineArnOf = (input: JsonObject, field = 'stateMachineArn'): string => {
  const value = machineArnOf(input, field);
  if (unqualified(value).qualifier === undefined) return value;
  throw new WireError(
    'ValidationException',
    `This operation does not support qualified state machine ARNs: '${value}'`,
  );
};

/** Times travel as seconds since the epoch, with fractions. */
export const seconds = (ms: number): number => ms / 1000;
