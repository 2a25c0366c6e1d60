import { MissingListKey } from '../apply/path-step.ts';
import { applyConfig } from '../apply/server-side-apply.ts';
import type { ControlPlane } from '../control-plane.ts';
import { copyOf, type JsonObject, type KubeObject } from '../object.ts';
import { conform, unsetOf, WrongType } from '../schema/conform.ts';
import { undeclared } from '../schema/declared.ts';
import { BadQuantity } from '../schema/quantity.ts';
import { groupVersionOf, type Resource } from '../schema/resource.ts';
import { asObject } from './decode.ts';
import { type WriteOptions, writeAs } from './options.ts';
import { withoutManagedFields, writerOf } from './owners.ts';
import { badRequest, conflict, internalError, StatusError } from './status-error.ts';
import { createObject, updateObject } from './write.ts';

export interface Written {
  readonly object: KubeObject;
  readonly created: boolean;
}

export interface ApplyTarget {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly live: KubeObject | undefined;
}

/** Server-side apply of one request. `duplicates` are members the body gives twice. Throws StatusError. */
export const applyObject = (
  plane: ControlPlane,
  target: ApplyTarget,
  config: JsonObject,
  duplicates: readonly string[],
  options: WriteOptions,
): Written => {
  const { resource, live } = target;
  checkConfig(target, config);
  const write = writeAs(options, target.subresource);
  const empty = { ...unsetOf(resource.type), apiVersion: groupVersionOf(resource), kind: resource.kind };
  const base = live === undefined ? empty : withoutManagedFields(live);
  const owners = live?.metadata.managedFields;
  // A new object has no owners before, and needs none made up: only an existing one without owners does.
  const applied = applyOrExplain(target, base, empty, config, owners, writerOf(plane, resource, write), options.force);
  if (duplicates.length > 0 && options.fieldValidation === 'Strict') {
    const texts = duplicates.map(
      (path) => `key ${JSON.stringify(path.slice(path.lastIndexOf('.') + 1))} already set in map`,
    );
    throw badRequest(`error strict decoding YAML: yaml: unmarshal errors:\n  ${texts.join('\n  ')}`);
  }
  const merged = conformOrExplain(target, applied.value);
  const object = asObject(copyOf(merged), resource);
  if (live === undefined) {
    if (target.subresource !== '') throw internalError(`${resource.plural} "${target.name}" not found`);
    refuseUid(target, object);
    object.metadata = { ...object.metadata, name: target.name };
    const created = createObject(plane, resource, target.namespace, object, {
      ...write,
      managedFields: applied.managedFields,
    });
    return { object: created, created: true };
  }
  const updated = updateObject(plane, resource, live, object, { ...write, managedFields: applied.managedFields });
  return { object: updated, created: false };
};

const whereOf = ({ resource, namespace, name }: ApplyTarget) =>
  `${namespace}/${name}; ${groupVersionOf(resource)}, Kind=${resource.kind}`;

/** The schema of apply takes any text as a quantity; the type itself does not. */
const conformOrExplain = (target: ApplyTarget, merged: JsonObject) => {
  try {
    return conform(target.resource.type, merged, target.resource.custom !== undefined).value;
  } catch (error) {
    if (!(error instanceof BadQuantity || error instanceof WrongType)) throw error;
    throw internalError(`failed to convert new object (${whereOf(target)}) to proper version: ${error.message}`);
  }
};

const checkConfig = ({ resource, name, namespace, subresource }: ApplyTarget, config: JsonObject) => {
  const { apiVersion, kind } = config;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    throw badRequest(`error decoding YAML: Object 'Kind' is missing in '${JSON.stringify(config)}'`);
  }
  const metadata = (config.metadata ?? {}) as JsonObject;
  const isScale = subresource === 'scale' && kind === 'Scale';
  if (!isScale && (apiVersion !== groupVersionOf(resource) || kind !== resource.kind)) {
    throw badRequest(`invalid object type: ${apiVersion}, Kind=${kind}`);
  }
  if (Array.isArray(metadata.managedFields)) throw badRequest('metadata.managedFields must be nil');
  if (metadata.name !== undefined && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  if (resource.namespaced && metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
};

const refuseUid = ({ resource, name }: ApplyTarget, { metadata: { uid } }: KubeObject) => {
  if (uid === undefined || uid === '') return;
  const because = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
  throw conflict(resource, name, because);
};

const applyOrExplain = (
  target: ApplyTarget,
  live: JsonObject,
  empty: JsonObject,
  config: JsonObject,
  before: Parameters<typeof applyConfig>[4],
  writer: Parameters<typeof applyConfig>[5],
  force: boolean,
) => {
  const { resource } = target;
  const wrong = undeclared(resource.type, config);
  if (wrong.length > 0) {
    const text = wrong.length === 1 ? (wrong[0] ?? '') : `errors:\n  ${wrong.join('\n  ')}`;
    throw internalError(`failed to create typed patch object (${whereOf(target)}): ${text}`);
  }
  try {
    const applied = applyConfig(resource.type, live, empty, config, before, writer, force);
    if (!('conflicts' in applied)) return applied;
    throw applyConflict(applied.conflicts);
  } catch (error) {
    if (error instanceof MissingListKey) throw internalError(error.message);
    throw error;
  }
};

const applyConflict = (conflicts: readonly { readonly manager: string; readonly path: string }[]): StatusError => {
  const [only] = conflicts;
  const managers = [...new Set(conflicts.map(({ manager }) => manager))].toSorted();
  const grouped = managers.flatMap((manager) => [
    `conflicts with ${manager}:`,
    ...conflicts.filter((other) => other.manager === manager).map(({ path }) => `- ${path}`),
  ]);
  const message =
    conflicts.length === 1 && only !== undefined
      ? `Apply failed with 1 conflict: conflict with ${only.manager}: ${only.path}`
      : `Apply failed with ${conflicts.length} conflicts: ${grouped.join('\n')}`;
  return new StatusError(409, 'Conflict', message, {
    causes: conflicts.map(({ manager, path }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${manager}`,
      field: path,
    })),
  });
};
