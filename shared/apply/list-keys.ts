import { isObject, type JsonObject } from './fields.ts';

/**
 * The fields that tell the items of Kubernetes' keyed lists apart, the most telling first (x-kubernetes-list-map-keys of the
 * built-in types). A list is keyed by the first entry that every item has and no two items share.
 */
const candidates: readonly (readonly string[])[] = [
  ['name'],
  ['containerPort', 'protocol'],
  ['port', 'protocol'],
  ['mountPath'],
  ['devicePath'],
  ['topologyKey', 'whenUnsatisfiable'],
  ['type'],
  ['ip'],
];

const isScalar = (value: unknown) => typeof value === 'string' || typeof value === 'number';

/** `name=web` or `containerPort=80,protocol=TCP`; `undefined` where the item lacks one of the keys. */
const labelOf = (item: unknown, keys: readonly string[]): string | undefined =>
  isObject(item) && keys.every((key) => isScalar(item[key]))
    ? keys.map((key) => `${key}=${String(item[key])}`).join(',')
    : undefined;

/** The items of several versions of one list under the same labels, or `undefined` where the list is not a keyed one. */
export const keyedItems = (
  ...lists: readonly (readonly unknown[])[]
): ReadonlyMap<string, JsonObject>[] | undefined => {
  for (const keys of candidates) {
    const keyed = lists.map((list) => labelled(list, keys));
    if (keyed.every((items) => items !== undefined)) return keyed.filter((items) => items !== undefined);
  }
  return undefined;
};

const labelled = (list: readonly unknown[], keys: readonly string[]): ReadonlyMap<string, JsonObject> | undefined => {
  const items = new Map<string, JsonObject>();
  for (const item of list) {
    const label = labelOf(item, keys);
    if (label === undefined || items.has(label) || !isObject(item)) return undefined;
    items.set(label, item);
  }
  return items;
};
