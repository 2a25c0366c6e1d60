import { canonicalJson } from '../../../../shared/rollout/digest.ts';
import { isJsonObject, type Json, type JsonObject } from '../object.ts';
import type { Type } from '../schema/type.ts';

type ListType = Extract<Type, { is: 'list' }>;

/** The item has none of the keys its list is merged by. */
export class MissingListKey extends Error {
  override readonly name = 'MissingListKey';
  constructor(keys: readonly string[]) {
    super(`associative list with keys has an element that omits key field ${keys.map((key) => `"${key}"`).join(', ')}`);
  }
}

export const fieldStep = (name: string): string => `f:${name}`;

/** How FieldsV1 names one item of a granular list: by the keys of a map list (defaults filled in), by value in a set. */
export const itemStep = (type: ListType, item: Json): string => {
  if (type.list === 'set') return `v:${canonicalJson(item)}`;
  if (!isJsonObject(item)) throw new MissingListKey(type.keys);
  const keys: JsonObject = {};
  for (const key of type.keys) {
    const preset = type.item.is === 'struct' ? type.item.fields.get(key)?.default : undefined;
    const value = item[key] ?? preset;
    if (value !== undefined) keys[key] = value;
    else if (type.keys.length === 1) throw new MissingListKey(type.keys);
  }
  if (Object.keys(keys).length === 0) throw new MissingListKey(type.keys);
  return `k:${canonicalJson(keys)}`;
};

/** The items of a granular list under their steps, in list order. Several items of one step are in one entry. */
export const itemsByStep = (type: ListType, items: readonly Json[]): ReadonlyMap<string, readonly Json[]> => {
  const byStep = new Map<string, Json[]>();
  for (const item of items) {
    const step = itemStep(type, item);
    const same = byStep.get(step);
    if (same === undefined) byStep.set(step, [item]);
    else same.push(item);
  }
  return byStep;
};

/** What the value is walked as: an `any` takes the form of the value itself. */
export const formOf = (type: Type, ...values: readonly (Json | undefined)[]): 'leaf' | 'map' | 'list' => {
  if (type.is === 'scalar') return 'leaf';
  if (type.is === 'list') return type.list === 'atomic' ? 'leaf' : 'list';
  if (type.is !== 'any') return type.atomic ? 'leaf' : 'map';
  return values.every((value) => value === undefined || value === null || isJsonObject(value)) &&
    values.some((value) => isJsonObject(value))
    ? 'map'
    : 'leaf';
};

/** Whether a struct's schema names this member; members of free maps are not named. */
export const isNamedField = (type: Type, name: string): boolean => type.is === 'struct' && type.fields.has(name);
