import { isJsonObject, type Json, type JsonObject } from '../object.ts';
import { memberType, type Type } from '../schema/type.ts';
import { emptySet, type FieldSet, isEmptySet, memberLeaf } from './field-set.ts';
import { fieldStep, formOf, isNamedField, itemStep, itemsByStep } from './path-step.ts';

const asMember = (set: FieldSet): FieldSet => (set.member ? set : { member: true, children: set.children });

/**
 * The paths of `value` that whoever applies it owns: leaves, atomic values, members of free maps, items of granular lists, and empty
 * maps. Throws MissingListKey. After structured-merge-diff's ToFieldSet.
 */
export const fieldSetOf = (type: Type, value: Json): FieldSet => {
  const form = formOf(type, value);
  if (form === 'leaf') return memberLeaf;
  const children = new Map<string, FieldSet>();
  if (form === 'list') {
    if (type.is !== 'list' || !Array.isArray(value)) return emptySet;
    for (const [step, same] of itemsByStep(type, value)) {
      const [item] = same;
      const below = same.length === 1 && item !== undefined ? fieldSetOf(type.item, item) : emptySet;
      children.set(step, asMember(below));
    }
    return { member: false, children };
  }
  if (!isJsonObject(value)) return emptySet;
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const below = fieldSetOf(memberType(type, name), member);
    const owned = isNothing(member) || !isNamedField(type, name);
    const set = owned ? asMember(below) : below;
    if (!isEmptySet(set)) children.set(fieldStep(name), set);
  }
  return { member: false, children };
};

const isNothing = (value: Json) => value === null || (isJsonObject(value) && Object.keys(value).length === 0);

/** `set` with every named struct field on the way to one of its paths made a path of its own. */
export const withNamedFields = (set: FieldSet, type: Type): FieldSet => {
  const children = new Map<string, FieldSet>();
  for (const [step, child] of set.children) {
    const name = step.slice(2);
    const isField = step.startsWith('f:');
    const below = withNamedFields(child, isField ? memberType(type, name) : type.is === 'list' ? type.item : type);
    children.set(step, isField && child.children.size > 0 && isNamedField(type, name) ? asMember(below) : below);
  }
  return { member: set.member, children };
};

/** `value` without what `set` names. Maps and lists that became empty that way are gone too. */
export const withoutFields = (type: Type, value: Json, set: FieldSet): Json | undefined => {
  const form = formOf(type, value);
  // Below an atomic value no path can be removed alone: the value goes as a whole.
  if (form === 'leaf') return type.is === 'scalar' ? value : undefined;
  if (form === 'list') {
    if (type.is !== 'list' || !Array.isArray(value)) return undefined;
    const left: Json[] = [];
    for (const item of value) {
      const found = set.children.get(itemStep(type, item));
      if (found?.member) continue;
      const kept = found === undefined || found.children.size === 0 ? item : withoutFields(type.item, item, found);
      left.push(kept ?? null);
    }
    return left.length > 0 ? left : undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const left: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const found = set.children.get(fieldStep(name));
    if (found?.member) continue;
    const kept =
      found === undefined || found.children.size === 0 ? member : withoutFields(memberType(type, name), member, found);
    if (kept !== undefined) left[name] = kept;
  }
  return Object.keys(left).length > 0 ? left : undefined;
};
