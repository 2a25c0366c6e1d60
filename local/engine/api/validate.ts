import { isObject, type Json, type JsonObject } from '../json.ts';
import { WireError } from '../wire-error.ts';
import type { Constraint } from './constraints.ts';

const TYPES: Readonly<Record<Constraint['type'], (value: Json) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  list: Array.isArray,
  structure: isObject,
};

const NOUNS = { string: 'String', number: 'Number', boolean: 'Boolean', list: 'List', structure: 'Structure' } as const;

/** What the members must satisfy that this value does not, in the words of AWS. */
const unsatisfied = (value: Json, constraint: Constraint): readonly string[] => {
  const { least = 0, most = Number.POSITIVE_INFINITY, pattern, values } = constraint;
  const sized = typeof value === 'number' ? 'value' : 'length';
  const size =
    typeof value === 'number' ? value : typeof value === 'string' || Array.isArray(value) ? value.length : undefined;
  return [
    ...(size !== undefined && size < least ? [`Member must have ${sized} greater than or equal to ${least}`] : []),
    ...(size !== undefined && size > most ? [`Member must have ${sized} less than or equal to ${most}`] : []),
    ...(pattern && typeof value === 'string' && !pattern.test(value)
      ? [`Member must satisfy regular expression pattern: ${pattern.source}`]
      : []),
    ...(values && typeof value === 'string' && !values.includes(value)
      ? [`Member must satisfy enum value set: [${values.join(', ')}]`]
      : []),
  ];
};

/** A value in a message is cut at this many characters: requests may be long, and so may lines of a log. */
const SHOWN = 256;

const shown = (value: Json, sensitive: boolean): string =>
  sensitive ? 'Value' : `Value '${String(value).slice(0, SHOWN)}'`;

/** Every member that is wrong, in the words of AWS; `at` is where the structure is in the request. */
const mistakesIn = (
  input: JsonObject,
  constraints: Readonly<Record<string, Constraint>>,
  at: string,
): readonly string[] =>
  Object.entries(constraints).flatMap(([member, constraint]) => {
    const value = input[member];
    const place = `${at}${member}`;
    const told = (subject: string, must: string) => `${subject} at '${place}' failed to satisfy constraint: ${must}`;
    if (value === undefined || value === null)
      return constraint.required ? [told('Value null', 'Member must not be null')] : [];
    if (!TYPES[constraint.type](value))
      throw new WireError('SerializationException', `'${place}' can not be converted to a ${NOUNS[constraint.type]}`);
    if (constraint.type === 'number' && !Number.isInteger(value) && member !== 'toleratedFailurePercentage')
      throw new WireError('SerializationException', `'${place}' can not be converted to an Integer`);
    const wrong = unsatisfied(value, constraint).map((must) => told(shown(value, constraint.sensitive === true), must));
    return isObject(value) ? [...wrong, ...mistakesIn(value, constraint.members ?? {}, `${place}.`)] : wrong;
  });

/**
 * Holds a request against the service model before anything else is done with it. Throws `SerializationException` for a value of
 * another type and `ValidationException` for all else, with every member that is wrong. A member that is null is as good as absent.
 */
export const validate = (input: JsonObject, constraints: Readonly<Record<string, Constraint>>): void => {
  const wrong = mistakesIn(input, constraints, '');
  if (wrong.length === 0) return;
  const count = `${wrong.length} validation error${wrong.length === 1 ? '' : 's'} detected: `;
  throw new WireError('ValidationException', count + wrong.join('; '));
};
