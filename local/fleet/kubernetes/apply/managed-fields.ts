import type { ManagedFieldsEntry } from '../object.ts';
import {
  difference,
  type FieldSet,
  fieldsV1Of,
  isEmptySet,
  onlyField,
  parseFieldsV1,
  union,
  withoutField,
} from './field-set.ts';

/** One entry of managedFields, its set parsed. */
export interface FieldManager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** Entries are the same manager's if this is equal: the version counts only for updates, the time never. */
export const managerKey = (entry: Omit<FieldManager, 'fields' | 'time'>): string =>
  JSON.stringify({
    manager: entry.manager,
    operation: entry.operation,
    ...(entry.operation === 'Update' ? { apiVersion: entry.apiVersion } : {}),
    ...(entry.subresource === '' ? {} : { subresource: entry.subresource }),
  });

export type Managers = ReadonlyMap<string, FieldManager>;

export const parseManagers = (entries: readonly ManagedFieldsEntry[] | undefined): Managers =>
  new Map(
    (entries ?? []).map((entry) => {
      const manager: FieldManager = {
        manager: entry.manager ?? 'unknown',
        operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
        apiVersion: entry.apiVersion ?? '',
        subresource: entry.subresource ?? '',
        time: entry.time,
        fields: parseFieldsV1(entry.fieldsV1 ?? {}),
      };
      return [managerKey(manager), manager];
    }),
  );

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** The entries in the order the API writes them: applies before updates, then by time, manager, version, subresource. */
export const encodeManagers = (managers: Managers): ManagedFieldsEntry[] =>
  [...managers.values()]
    .toSorted(
      (a, b) =>
        byText(a.operation, b.operation) ||
        byText(a.time ?? '', b.time ?? '') ||
        byText(a.manager, b.manager) ||
        byText(a.apiVersion, b.apiVersion) ||
        byText(a.subresource, b.subresource),
    )
    .map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
      manager,
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: fieldsV1Of(fields),
      ...(subresource === '' ? {} : { subresource }),
    }));

const neverOwned = parseFieldsV1({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:clusterName': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
  },
});

/** Which part of an object a request may own: everything but status, all but spec (`/status`), or status alone (`/status` of custom). */
export type Ownable = 'all' | 'not-status' | 'not-spec' | 'only-status';

export const ownableFields = (set: FieldSet, ownable: Ownable): FieldSet => {
  if (ownable === 'not-status') return withoutField(set, 'status');
  if (ownable === 'not-spec') return withoutField(set, 'spec');
  return ownable === 'only-status' ? onlyField(set, 'status') : set;
};

export const withoutNeverOwned = (set: FieldSet): FieldSet => difference(set, neverOwned);

/** `managers` with `self` in it, or without it where it owns nothing. */
export const withManager = (managers: Managers, self: FieldManager): Managers => {
  const next = new Map(managers);
  const fields = withoutNeverOwned(self.fields);
  if (isEmptySet(fields)) next.delete(managerKey(self));
  else next.set(managerKey(self), { ...self, fields });
  return next;
};

/** `managers` without `lost` in any set but that of `self`; a manager that owns nothing any more is gone. */
export const takeFromOthers = (managers: Managers, self: string | undefined, lost: FieldSet): Managers => {
  const next = new Map<string, FieldManager>();
  for (const [key, entry] of managers) {
    const fields = key === self ? entry.fields : difference(entry.fields, lost);
    if (!isEmptySet(fields)) next.set(key, { ...entry, fields });
  }
  return next;
};

const updateManagersKept = 10;

/** Keeps the number of Update entries at ten: the oldest of one version are joined under `ancient-changes`. */
export const capUpdateManagers = (managers: Managers): Managers => {
  const updates = [...managers].filter(([, entry]) => entry.operation === 'Update');
  let over = updates.length - updateManagersKept;
  if (over <= 0) return managers;
  const next = new Map(managers);
  const oldest = updates.toSorted(([aKey, a], [bKey, b]) => byText(a.time ?? '', b.time ?? '') || byText(aKey, bKey));
  const firsts = new Map<string, string>();
  for (const [key, entry] of oldest) {
    if (over <= 0) break;
    const first = firsts.get(entry.apiVersion);
    if (first === undefined) {
      firsts.set(entry.apiVersion, key);
      continue;
    }
    const bucket = { ...entry, manager: 'ancient-changes', subresource: '' };
    const bucketKey = managerKey(bucket);
    const before = next.get(bucketKey) ?? next.get(first);
    next.delete(first);
    next.delete(key);
    next.set(bucketKey, {
      ...bucket,
      fields: before === undefined ? entry.fields : union(entry.fields, before.fields),
    });
    over -= 1;
  }
  return next;
};
