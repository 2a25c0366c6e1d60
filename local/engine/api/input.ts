import type { Json, JsonObject } from '../json.ts';
import { WireError } from '../wire-error.ts';

const refuse = (field: string, expected: string): never => {
  throw new WireError(
    'ValidationException',
    `1 validation error detected: Value at '${field}' failed to satisfy constraint: ${expected}`,
  );
};

/** A member that must be a string of at least one character. Throws `ValidationException`. */
export const required = (input: JsonObject, field: string): string => {
  const value = input[field];
  return typeof value === 'string' && value !== ''
    ? value
    : refuse(field, 'Member must be a string of at least one character');
};

/** A member that may be left out. */
export const stringOf = (input: JsonObject, field: string): string | undefined => {
  const value: Json | undefined = input[field];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : refuse(field, 'Member must be a string');
};

/** Throws `InvalidArn` unless the text is an ARN of Step Functions of this kind. */
export const arnOf = (input: JsonObject, field: string, kind: 'stateMachine' | 'execution' | 'mapRun'): string => {
  const value = required(input, field);
  if (!new RegExp(`^arn:aws[a-z-]*:states:[a-z0-9-]+:[0-9]{12}:${kind}:.+$`).test(value)) {
    throw new WireError('InvalidArn', `Invalid Arn: '${value}': it is not the ARN of a ${kind}`);
  }
  return value;
};

export interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** `maxResults` (0 or absent is 100, at most 1,000) and `nextToken`. Throws `InvalidToken` for a token that is none of ours. */
export const pageOf = (input: JsonObject): Page => {
  const { maxResults, nextToken } = input;
  if (
    maxResults !== undefined &&
    (typeof maxResults !== 'number' || !Number.isInteger(maxResults) || maxResults < 0 || maxResults > 1000)
  ) {
    refuse('maxResults', 'Member must be a whole number from 0 to 1000');
  }
  const offset =
    typeof nextToken === 'string'
      ? Number(/^after:(\d+)$/.exec(Buffer.from(nextToken, 'base64url').toString())?.[1])
      : 0;
  if (Number.isNaN(offset)) throw new WireError('InvalidToken', `Invalid Token: '${String(nextToken)}'`);
  return { limit: typeof maxResults === 'number' && maxResults > 0 ? maxResults : 100, offset };
};

/** The page of `rows`, which were read with one more than asked for, and the token of the next one if there is one. */
export const paged = <T>(
  rows: readonly T[],
  { limit, offset }: Page,
): { readonly shown: readonly T[]; readonly next: { nextToken?: string } } => ({
  shown: rows.slice(0, limit),
  next: rows.length > limit ? { nextToken: Buffer.from(`after:${offset + limit}`).toString('base64url') } : {},
});

/** Times travel as seconds since the epoch, with fractions. */
export const seconds = (ms: number): number => ms / 1000;
