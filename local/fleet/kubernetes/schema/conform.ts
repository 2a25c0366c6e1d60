import { isJsonObject, type Json, type JsonObject } from '../object.ts';
import { BadQuantity, canonicalQuantity } from './quantity.ts';
import { any, type Scalar, type StructType, type Type } from './type.ts';

/** A value that can not be what its type says: the decoding error, in the words of Go's JSON decoder. */
export class WrongType extends Error {
  override readonly name = 'WrongType';
}

export interface Conformed {
  readonly value: Json;
  /** Paths of members the type does not have: `spec.template.spec.containers[0].imagee`. They are not in `value`. */
  readonly unknown: readonly string[];
}

/**
 * The value as a decoder of its type would have it: members it does not know left out, nulls gone, quantities in their one text, structs
 * that are always written filled in. Values of custom types keep nulls. Throws WrongType and BadQuantity.
 */
export const conform = (type: Type, value: Json, custom: boolean): Conformed => {
  const unknown: string[] = [];
  const visit = (type: Type, value: Json, path: string, owner: string): Json => {
    if (value === null) return null;
    if (type.is === 'any') return value;
    if (type.is === 'scalar') return custom ? value : scalar(type.scalar, value, path, owner);
    if (type.is === 'list') {
      if (!Array.isArray(value)) return wrong(custom, value, path, owner, 'slice');
      return value.map((item, index) => visit(type.item, item, `${path}[${index}]`, owner));
    }
    if (!isJsonObject(value)) return wrong(custom, value, path, owner, 'map');
    const next: JsonObject = {};
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      const below = path === '' ? name : `${path}.${name}`;
      const field = type.is === 'struct' ? type.fields.get(name) : undefined;
      if (type.is === 'struct' && field === undefined && !type.open) {
        unknown.push(below);
        continue;
      }
      if (member === null && !custom) continue;
      const memberOwner = type.is === 'struct' && type.name !== '' ? type.name : owner;
      const value = visit(type.is === 'map' ? type.value : (field?.type ?? any), member, below, memberOwner);
      if (!custom && field !== undefined && !field.required && isLeftOut(field.type, value)) continue;
      next[name] = value;
    }
    if (type.is === 'struct' && !custom) fillAlways(type, next);
    return next;
  };
  return { value: visit(type, value, '', ''), unknown };
};

/** Go writes no empty list or map that may be absent. */
const isLeftOut = (type: Type, value: Json): boolean =>
  type.is === 'list'
    ? Array.isArray(value) && value.length === 0
    : type.is === 'map' && isJsonObject(value) && Object.keys(value).length === 0;

const fillAlways = (type: StructType, value: JsonObject) => {
  for (const [name, field] of type.fields) {
    if (field.always && value[name] === undefined) value[name] = emptyOf(field.type);
  }
};

/** What a new, empty value of the type holds: the structs that are always written. */
const emptyOf = (type: Type): JsonObject => {
  const empty: JsonObject = {};
  if (type.is !== 'struct') return empty;
  for (const [name, field] of type.fields) if (field.always) empty[name] = emptyOf(field.type);
  return empty;
};

/** A status nobody has written yet: as `emptyOf`, with the counts that are always written. */
export const emptyStatus = (type: Type): JsonObject => {
  const empty = emptyOf(type);
  if (type.is !== 'struct') return empty;
  for (const [name, field] of type.fields) {
    if (field.required && field.type.is === 'scalar' && field.type.scalar === 'integer') empty[name] = 0;
  }
  return empty;
};

/** As `emptyOf`, with null for each list the type requires: how a decoder's empty value compares with a filled one. */
export const unsetOf = (type: Type): JsonObject => {
  const unset: JsonObject = {};
  if (type.is !== 'struct') return unset;
  for (const [name, field] of type.fields) {
    if (field.always) unset[name] = unsetOf(field.type);
    else if (field.required && field.type.is === 'list') unset[name] = null;
  }
  return unset;
};

const goTypes: Readonly<Record<Scalar, string>> = {
  string: 'string',
  integer: 'int32',
  number: 'float64',
  boolean: 'bool',
  quantity: 'resource.Quantity',
  'int-or-string': 'intstr.IntOrString',
  time: 'v1.Time',
};

const wrong = (custom: boolean, value: Json, path: string, owner: string, goType: string): Json => {
  if (custom) return value;
  const found = Array.isArray(value) ? 'array' : value !== null && typeof value === 'object' ? 'object' : typeof value;
  const field = owner === '' ? 'value' : `struct field ${owner}.${path.replaceAll(/\[\d+\]/g, '')}`;
  throw new WrongType(
    `json: cannot unmarshal ${found === 'boolean' ? 'bool' : found} into Go ${field} of type ${goType}`,
  );
};

const scalar = (kind: Scalar, value: Json, path: string, owner: string): Json => {
  const is = typeof value;
  if (kind === 'quantity') {
    if (is !== 'string' && is !== 'number') throw new BadQuantity();
    return canonicalQuantity(String(value));
  }
  const fits =
    kind === 'int-or-string'
      ? is === 'string' || is === 'number'
      : kind === 'integer' || kind === 'number'
        ? is === 'number'
        : kind === 'boolean'
          ? is === 'boolean'
          : is === 'string';
  return fits ? value : wrong(false, value, path, owner, goTypes[kind]);
};
