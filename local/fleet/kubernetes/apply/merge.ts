import { isJsonObject, type Json, type JsonObject } from '../object.ts';
import { memberType, type Type } from '../schema/type.ts';
import { formOf, itemsByStep } from './path-step.ts';

/** Two items of an applied list have the same keys. Applying can not tell them apart and refuses. */
export class DuplicateListItem extends Error {
  override readonly name = 'DuplicateListItem';
  constructor(step: string) {
    super(`duplicate entries for key ${step.startsWith('k:') ? keyText(step) : step.slice(2)}`);
  }
}

const keyText = (step: string) => {
  const pairs = Object.entries(JSON.parse(step.slice(2))).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return `[${pairs.join(',')}]`;
};

/** `live` with `applied` laid over it: maps by member, granular lists by item, everything else as a whole. Throws DuplicateListItem. */
export const merge = (type: Type, live: Json | undefined, applied: Json | undefined): Json | undefined => {
  if (applied === undefined) return live;
  if (live === undefined) {
    checkDuplicates(type, applied);
    return applied;
  }
  const form = formOf(type, live, applied);
  if (form === 'leaf') return applied;
  if (form === 'list') return mergeLists(type, live, applied);
  if (!isJsonObject(live) || !isJsonObject(applied)) return applied;
  const merged: JsonObject = {};
  for (const name of new Set([...Object.keys(live), ...Object.keys(applied)])) {
    const value = merge(memberType(type, name), live[name], applied[name]);
    if (value !== undefined) merged[name] = value;
  }
  return merged;
};

/** The applied items in their order; a live item that is not applied keeps its place after the one it followed. */
const mergeLists = (type: Type, live: Json, applied: Json): Json => {
  if (type.is !== 'list' || !Array.isArray(live) || !Array.isArray(applied)) return applied;
  const old = [...itemsByStep(type, live)];
  const now = itemsByStep(type, applied);
  const liveItems = new Map(old);
  const merged: Json[] = [];
  const pending = [...now.keys()];
  const take = (step: string) => {
    const items = now.get(step) ?? [];
    if (items.length > 1) throw new DuplicateListItem(step);
    const before = liveItems.get(step) ?? [];
    const value = merge(type.item, before.length === 1 ? before[0] : undefined, items[0]);
    if (value !== undefined) merged.push(value);
  };
  for (const [step, items] of old) {
    if (!now.has(step)) {
      merged.push(...items);
      continue;
    }
    const upTo = pending.indexOf(step);
    if (upTo >= 0) for (const next of pending.splice(0, upTo + 1)) take(next);
  }
  for (const next of pending) take(next);
  return merged;
};

const checkDuplicates = (type: Type, value: Json): void => {
  if (type.is === 'list' && type.list !== 'atomic' && Array.isArray(value)) {
    for (const [step, items] of itemsByStep(type, value)) {
      if (items.length > 1) throw new DuplicateListItem(step);
      for (const item of items) checkDuplicates(type.item, item);
    }
  } else if (isJsonObject(value) && formOf(type, value) === 'map') {
    for (const [name, member] of Object.entries(value)) {
      if (member !== undefined) checkDuplicates(memberType(type, name), member);
    }
  }
};
