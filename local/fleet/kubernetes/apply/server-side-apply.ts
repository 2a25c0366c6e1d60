import { type Json, type JsonObject, type ManagedFieldsEntry, sameJson } from '../object.ts';
import type { Type } from '../schema/type.ts';
import { compare } from './compare.ts';
import {
  difference,
  emptySet,
  type FieldSet,
  intersection,
  isEmptySet,
  pathsOf,
  pathText,
  union,
} from './field-set.ts';
import { fieldSetOf, withNamedFields, withoutFields } from './field-walk.ts';
import {
  capUpdateManagers,
  encodeManagers,
  type FieldManager,
  type Managers,
  managerKey,
  type Ownable,
  ownableFields,
  parseManagers,
  takeFromOthers,
  withManager,
  withoutNeverOwned,
} from './managed-fields.ts';
import { merge } from './merge.ts';

/** Who writes, as managedFields will say it. */
export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource: string;
  readonly ownable: Ownable;
  /** The time a changed entry gets, where it gets one. */
  readonly time: string | undefined;
}

export interface FieldConflict {
  /** As errors name a manager: `"kubectl" using apps/v1`. */
  readonly manager: string;
  readonly path: string;
}

export type Applied =
  | { readonly conflicts: readonly FieldConflict[] }
  | { readonly value: JsonObject; readonly managedFields: ManagedFieldsEntry[] };

const entryOf = (writer: Writer, operation: 'Apply' | 'Update', fields: FieldSet): FieldManager => ({
  manager: writer.manager,
  operation,
  apiVersion: writer.apiVersion,
  subresource: writer.subresource,
  time: writer.time,
  fields,
});

/**
 * Who owns what after a create, update or patch that is no apply. `before` is the live value without its managedFields (the empty value
 * of the type for a create).
 */
export const trackUpdate = (
  type: Type,
  before: Json,
  after: Json,
  entries: readonly ManagedFieldsEntry[] | undefined,
  writer: Writer,
): ManagedFieldsEntry[] => encodeManagers(updateManagers(type, before, after, parseManagers(entries), writer));

const updateManagers = (type: Type, before: Json, after: Json, managers: Managers, writer: Writer): Managers => {
  const changes = compare(type, before, after);
  const taken = ownableFields(union(changes.modified, changes.added), writer.ownable);
  const left = takeFromOthers(managers, undefined, union(taken, ownableFields(changes.removed, writer.ownable)));
  const owned = withoutNeverOwned(taken);
  if (isEmptySet(owned)) return left;
  const key = managerKey(entryOf(writer, 'Update', owned));
  const mine = union(left.get(key)?.fields ?? emptySet, owned);
  return capUpdateManagers(withManager(left, entryOf(writer, 'Update', mine)));
};

/**
 * Server-side apply (KEP-555) of `config` on `live`: the merged value and the new owners, or the conflicts. What the writer applied
 * before and leaves out now is removed where nobody else owns it. Throws DuplicateListItem and MissingListKey. The values carry no
 * managedFields.
 */
export const applyConfig = (
  type: Type,
  live: JsonObject,
  empty: JsonObject,
  config: JsonObject,
  entries: readonly ManagedFieldsEntry[] | undefined,
  writer: Writer,
  force: boolean,
): Applied => {
  const tracked = parseManagers(entries);
  const managers =
    tracked.size > 0
      ? tracked
      : updateManagers(type, empty, live, tracked, {
          ...writer,
          manager: 'before-first-apply',
        });
  const fields = ownableFields(fieldSetOf(type, config), writer.ownable);
  const self = entryOf(writer, 'Apply', fields);
  const key = managerKey(self);
  const last = managers.get(key);
  const withSelf: Managers = new Map([...managers, [key, self]]);
  const merged = merge(type, live, config) ?? {};
  const pruned = last === undefined ? merged : prune(type, merged, withSelf, last.fields, fields);

  const changes = compare(type, live, pruned);
  const taken = ownableFields(union(changes.modified, changes.added), writer.ownable);
  const conflicts = conflictsOf(withSelf, key, taken);
  if (conflicts.length > 0 && !force) return { conflicts };
  const left = takeFromOthers(withSelf, key, union(taken, ownableFields(changes.removed, writer.ownable)));
  const changed = !sameJson(live, pruned);
  // As the real server: an apply that changes no value keeps the entry's time, or gives a new entry none.
  const time = changed ? writer.time : last?.time;
  return { value: asObject(pruned), managedFields: encodeManagers(withManager(left, { ...self, time })) };
};

const asObject = (value: Json): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

/** Takes out what the last apply of this manager had, this one has not, and nobody else owns. After structured-merge-diff's prune. */
const prune = (type: Type, merged: Json, managers: Managers, last: FieldSet, applied: FieldSet): Json => {
  if (isEmptySet(difference(last, applied))) return merged;
  const lastNamed = withNamedFields(last, type);
  const mergedSet = withNamedFields(fieldSetOf(type, merged), type);
  const setOf = (value: Json | undefined) =>
    value === undefined ? emptySet : withNamedFields(fieldSetOf(type, value), type);
  let owned = emptySet;
  for (const entry of managers.values()) owned = union(owned, entry.fields);
  const bare = withoutFields(type, merged, lastNamed);
  const kept = union(setOf(bare), withNamedFields(owned, type));
  const pruned = withoutFields(type, merged, difference(mergedSet, kept));
  return withoutFields(type, merged, intersection(difference(mergedSet, setOf(pruned)), lastNamed)) ?? {};
};

const conflictsOf = (managers: Managers, self: string, taken: FieldSet): readonly FieldConflict[] =>
  [...managers]
    .filter(([key]) => key !== self)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, entry]) =>
      pathsOf(intersection(entry.fields, taken)).map((path) => ({ manager: managerText(entry), path: pathText(path) })),
    );

const managerText = (entry: FieldManager): string => {
  const subresource = entry.subresource === '' ? '' : ` with subresource ${JSON.stringify(entry.subresource)}`;
  const version = entry.operation === 'Update' ? ` using ${entry.apiVersion}` : '';
  return `${JSON.stringify(entry.manager)}${subresource}${version}`;
};
