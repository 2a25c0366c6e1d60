/** What JSON can carry; `undefined` is a member that is left out. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [member: string]: Json | undefined;
}

export type OwnerReference = {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
};

export type ManagedFieldsEntry = {
  manager?: string;
  operation?: string;
  apiVersion?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: JsonObject;
  subresource?: string;
};

export type ObjectMeta = {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: { [name: string]: string };
  annotations?: { [name: string]: string };
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: ManagedFieldsEntry[];
};

/** Any object of the API: what every kind has, and the rest as JSON. */
export type KubeObject = {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: JsonObject;
  status?: JsonObject;
  [field: string]: Json | undefined;
};

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The member at `path`, or undefined where any step is missing. */
export const at = (value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined => {
  let current: Json | undefined = value;
  for (const step of path) {
    if (Array.isArray(current)) current = typeof step === 'number' ? current[step] : undefined;
    else current = isJsonObject(current) ? current[step] : undefined;
  }
  return current;
};

export const objectAt = (value: Json | undefined, ...path: readonly (string | number)[]): JsonObject | undefined => {
  const found = at(value, ...path);
  return isJsonObject(found) ? found : undefined;
};

export const listAt = (value: Json | undefined, ...path: readonly (string | number)[]): readonly Json[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
};

export const stringAt = (value: Json | undefined, ...path: readonly (string | number)[]): string | undefined => {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
};

export const numberAt = (value: Json | undefined, ...path: readonly (string | number)[]): number | undefined => {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : undefined;
};

/** A copy that shares nothing with its source; members that are `undefined` are gone. */
export const copyOf = <Value extends Json>(value: Value): Value => copied(value) as Value;

/** By hand: a third of the time of writing text and reading it, and every write to a cluster copies its object three times. */
const copied = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(copied);
  if (typeof value !== 'object' || value === null) return value;
  const copy: JsonObject = {};
  for (const member of Object.keys(value)) {
    const inner = value[member];
    if (inner === undefined) continue;
    // An assignment would set the prototype.
    if (member === '__proto__') Object.defineProperty(copy, member, { ...own, value: copied(inner) });
    else copy[member] = copied(inner);
  }
  return copy;
};
const own = { configurable: true, enumerable: true, writable: true };

/** Whether two values are the same JSON: member order and members left out do not matter. */
export const sameJson = (a: Json | undefined, b: Json | undefined): boolean => {
  if (a === b) return true;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  for (const member of Object.keys(a)) if (!sameJson(a[member], b[member])) return false;
  for (const member of Object.keys(b)) if (b[member] !== undefined && a[member] === undefined) return false;
  return true;
};

/** Kubernetes' text of a moment: whole seconds, UTC. */
export const timestampOf = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
