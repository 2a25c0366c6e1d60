import { isObject, type JsonObject } from '../json.ts';
import type { Database } from '../sqlite/database.ts';
import { readMachine } from '../sqlite/machines.ts';
import { deleteTag, putTag, readTags } from '../sqlite/tags.ts';
import { WireError } from '../wire-error.ts';
import type { ApiParts, Operation } from './dispatch.ts';
import { arnOf, required, stringOf } from './input.ts';

/** Tags of one resource (Step Functions quotas). */
const MOST_TAGS = 50;
const TAG = /^[\p{L}\p{N}\p{Z}_.:/=+\-@]*$/u;

/** Adds the request's `tags` to those the machine has. Throws `TooManyTags` and `ValidationException`. */
export const addTags = (database: Database, arn: string, input: JsonObject): void => {
  const tags = Array.isArray(input.tags) ? input.tags : [];
  const added = tags.map((tag) => {
    if (!isObject(tag)) throw new WireError('ValidationException', 'tags: each must be an object with key and value');
    const [key, value] = [required(tag, 'key'), stringOf(tag, 'value') ?? ''];
    if (key === '' || key.length > 128 || value.length > 256)
      throw new WireError('ValidationException', 'tags: a key has 1 to 128 characters, a value at most 256');
    if (!TAG.test(key) || !TAG.test(value))
      throw new WireError(
        'ValidationException',
        'tags: only letters, digits, white space and _ . : / = + - @ may be in a key or a value',
      );
    return { key, value };
  });
  const keys = new Set([...readTags(database, arn).keys(), ...added.map(({ key }) => key)]);
  if (keys.size > MOST_TAGS)
    throw new WireError('TooManyTags', `'${arn}' would have more than ${MOST_TAGS} tags`, { resourceName: arn });
  for (const { key, value } of added) putTag(database, arn, key, value);
};

/** Tags of state machines. */
export const tagOperations = ({ database }: ApiParts): Readonly<Record<string, Operation>> => {
  const existing = (input: JsonObject): string => {
    const arn = arnOf(input, 'resourceArn', 'stateMachine');
    if (!readMachine(database, arn))
      throw new WireError('ResourceNotFound', `Resource not found: '${arn}'`, { resourceName: arn });
    return arn;
  };
  return {
    ListTagsForResource: (input) => ({
      tags: [...readTags(database, existing(input))].map(([key, value]) => ({ key, value })),
    }),
    TagResource: (input) => {
      addTags(database, existing(input), input);
      return {};
    },
    UntagResource: (input) => {
      const arn = existing(input);
      const keys = Array.isArray(input.tagKeys) ? input.tagKeys : [];
      for (const key of keys) if (typeof key === 'string') deleteTag(database, arn, key);
      return {};
    },
  };
};
