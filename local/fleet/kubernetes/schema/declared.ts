import { pathText } from '../apply/field-set.ts';
import { itemStep, MissingListKey } from '../apply/path-step.ts';
import { isJsonObject, type Json } from '../object.ts';
import { memberType, type Type } from './type.ts';

/**
 * What keeps a value from being applied server-side, in the words of structured-merge-diff: members the schema does not declare, values
 * of another kind than declared, items without their keys or with the same keys twice.
 */
export const undeclared = (type: Type, value: Json, path: readonly string[] = []): readonly string[] => {
  const at = (message: string) => [`${pathText(path)}: ${message}`];
  if (value === null || type.is === 'any') return [];
  if (type.is === 'scalar') return scalarFits(type, value) ? [] : at(scalarComplaint(type.scalar, value));
  if (type.is === 'list')
    return Array.isArray(value) ? undeclaredItems(type, value, path) : at(`expected list, got ${plainText(value)}`);
  if (!isJsonObject(value)) return at(`expected map, got ${plainText(value)}`);
  return Object.entries(value).flatMap(([name, member]) => {
    if (member === undefined) return [];
    const below = [...path, `f:${name}`];
    if (type.is === 'struct' && !type.open && !type.fields.has(name))
      return [`${pathText(below)}: field not declared in schema`];
    return undeclared(memberType(type, name), member, below);
  });
};

const undeclaredItems = (
  type: Extract<Type, { is: 'list' }>,
  items: readonly Json[],
  path: readonly string[],
): readonly string[] => {
  if (type.list === 'atomic')
    return items.flatMap((item, index) => undeclared(type.item, item, [...path, `i:${index}`]));
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    try {
      const step = itemStep(type, item);
      if (seen.has(step)) return [`${pathText(path)}: duplicate entries for key ${pathText([step])}`];
      seen.add(step);
      return undeclared(type.item, item, [...path, step]);
    } catch (error) {
      if (error instanceof MissingListKey) return [`${pathText(path)}: element ${index}: ${error.message}`];
      throw error;
    }
  });
};

type ScalarType = Extract<Type, { is: 'scalar' }>;

const scalarFits = ({ scalar }: ScalarType, value: Json): boolean => {
  if (scalar === 'quantity' || scalar === 'int-or-string')
    return typeof value === 'string' || typeof value === 'number';
  if (scalar === 'integer' || scalar === 'number') return typeof value === 'number';
  return typeof value === (scalar === 'boolean' ? 'boolean' : 'string');
};

/** Each kind of complaint prints the value in the way of the Go format it is written with: `%T`, `%#v`, `%v`. */
const scalarComplaint = (scalar: ScalarType['scalar'], value: Json): string => {
  if (scalar === 'integer' || scalar === 'number') return `expected numeric (int or float), got ${goTypeOf(value)}`;
  if (scalar === 'boolean') return `expected boolean, got ${plainText(value)}`;
  return `expected string, got &value.valueUnstructured{Value:${JSON.stringify(value)}}`;
};

const plainText = (value: Json): string => `&{${typeof value === 'string' ? value : JSON.stringify(value)}}`;

const goTypeOf = (value: Json): string => {
  if (Array.isArray(value)) return '[]interface {}';
  if (isJsonObject(value)) return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
};
