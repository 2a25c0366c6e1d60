import { setDefaults } from '../admission/defaults.ts';
import { admitPod } from '../admission/pod-defaults.ts';
import { qosClassOf } from '../admission/quality-of-service.ts';
import { validate } from '../admission/validate.ts';
import { selectOwnPods } from '../admission/workload-defaults.ts';
import type { Ownable } from '../apply/managed-fields.ts';
import { trackUpdate, type Writer } from '../apply/server-side-apply.ts';
import { type ControlPlane, nameSuffix, newUid, timeOf } from '../control-plane.ts';
import {
  at,
  copyOf,
  type JsonObject,
  type KubeObject,
  listAt,
  type ManagedFieldsEntry,
  type ObjectMeta,
  sameJson,
  stringAt,
} from '../object.ts';
import { emptyStatus, unsetOf } from '../schema/conform.ts';
import { crdResource } from '../schema/registry.ts';
import { groupResourceOf, groupVersionOf, hasSubresource, type Resource } from '../schema/resource.ts';
import { memberType } from '../schema/type.ts';
import type { ObjectKey } from '../storage/sqlite.ts';
import { allocateService } from './allocate.ts';
import { nextGeneration } from './generation.ts';
import { alreadyExists, conflict, forbidden, invalid, notFound, staleVersion } from './status-error.ts';

export interface WriteAs {
  readonly manager: string;
  readonly dryRun: boolean;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** The owners where applying has worked them out already. */
  readonly managedFields?: ManagedFieldsEntry[];
}

export const keyOf = (resource: Resource, namespace: string, name: string): ObjectKey => ({
  resource: groupResourceOf(resource),
  namespace: resource.namespaced ? namespace : '',
  name,
});

const ownableBy = (resource: Resource, subresource: string): Ownable => {
  if (subresource === 'status') return resource.custom === undefined ? 'not-spec' : 'only-status';
  return subresource === '' && hasSubresource(resource, 'status') ? 'not-status' : 'all';
};

export const writerOf = (plane: ControlPlane, resource: Resource, { manager, subresource }: WriteAs): Writer => ({
  manager,
  apiVersion: groupVersionOf(resource),
  subresource,
  ownable: ownableBy(resource, subresource),
  time: timeOf(plane),
});

export const withoutManagedFields = (object: KubeObject): KubeObject => {
  const { managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
};

const checkNamespace = (plane: ControlPlane, resource: Resource, namespace: string, name: string) => {
  if (!resource.namespaced) return;
  const found = plane.storage.get({ resource: 'namespaces', namespace: '', name: namespace });
  if (found === undefined) throw notFound({ group: '', plural: 'namespaces' }, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  const because = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const message = `namespace ${namespace} is being terminated`;
  throw forbidden(resource, name, because, [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }]);
};

const refuseInvalid = (resource: Resource, object: KubeObject, old: KubeObject | undefined) => {
  const errors = validate(resource, object, old);
  if (errors.length > 0) throw invalid(resource, object.metadata.name ?? '', errors);
};

/** A status that a client sends with the object itself counts for nothing where status has a path of its own. */
const resetStatus = (resource: Resource, object: KubeObject) => {
  if (!hasSubresource(resource, 'status')) return;
  delete object.status;
  if (resource.type.is !== 'struct' || resource.type.fields.get('status')?.always !== true) return;
  object.status = emptyStatus(memberType(resource.type, 'status'));
};

/** Stores a new object, defaulted and checked. Changes `object`, which must be the caller's own. Throws StatusError. */
export const createObject = (
  plane: ControlPlane,
  resource: Resource,
  namespace: string,
  object: KubeObject,
  write: WriteAs,
): KubeObject => {
  const { metadata } = object;
  if (!metadata.name && metadata.generateName) metadata.name = `${metadata.generateName}${nameSuffix(plane.random)}`;
  const name = metadata.name ?? '';
  checkNamespace(plane, resource, namespace, name);
  resetStatus(resource, object);
  setDefaults(resource, object);
  const kept: ObjectMeta = { ...metadata, name };
  for (const field of [
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
  ] as const) {
    delete kept[field];
  }
  delete kept.resourceVersion;
  object.metadata = { ...object.metadata, ...kept };
  for (const field of Object.keys(object.metadata))
    if (!(field in kept)) delete object.metadata[field as keyof ObjectMeta];
  if (resource.namespaced) object.metadata.namespace = namespace;
  const managedFields =
    write.managedFields ??
    trackUpdate(
      resource.type,
      unsetOf(resource.type),
      withoutManagedFields(object),
      undefined,
      writerOf(plane, resource, write),
    );
  const generation = nextGeneration(resource, object, undefined);
  object.metadata = {
    ...object.metadata,
    uid: newUid(plane.random),
    ...(generation === undefined ? {} : { generation }),
    creationTimestamp: timeOf(plane),
    ...(managedFields.length === 0 ? {} : { managedFields }),
  };
  prepareNew(plane, resource, object);
  refuseInvalid(resource, object, undefined);
  const key = keyOf(resource, namespace, name);
  if (plane.storage.get(key) !== undefined) throw alreadyExists(resource, name);
  return write.dryRun ? object : plane.storage.put(key, copyOf(object));
};

/** What the server gives a new object of some kinds; nobody owns these fields. */
const prepareNew = (plane: ControlPlane, resource: Resource, object: KubeObject) => {
  switch (groupResourceOf(resource)) {
    case 'namespaces':
      object.spec = { ...object.spec, finalizers: ['kubernetes'] };
      break;
    case 'pods':
      admitPod(object);
      object.status = { ...object.status, qosClass: qosClassOf(object) };
      break;
    case 'jobs.batch':
      selectOwnPods(object);
      break;
    case 'services':
      allocateService(plane.storage, object, undefined);
      break;
    case 'statefulsets.apps':
      object.status = { ...object.status, availableReplicas: 0 };
      break;
    case crdResource: {
      const stored = listAt(object.spec, 'versions').filter((version) => at(version, 'storage') === true);
      const storedVersions = stored.map((version) => stringAt(version, 'name') ?? '');
      object.status = { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions };
      break;
    }
  }
};

const checkPreconditions = (resource: Resource, live: KubeObject, next: KubeObject) => {
  const name = live.metadata.name ?? '';
  const { uid, resourceVersion } = next.metadata;
  if (uid !== undefined && uid !== '' && uid !== live.metadata.uid) {
    throw conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== live.metadata.resourceVersion) {
    throw staleVersion(resource, name);
  }
};

/** What the request's path lets it change: everything but status, or status (and metadata of built-in kinds). */
const reachable = (resource: Resource, live: KubeObject, next: KubeObject, subresource: string): KubeObject => {
  if (subresource === 'status') {
    const metadata = resource.custom === undefined ? { ...next.metadata, ...labelsOf(live) } : live.metadata;
    return { ...live, metadata, ...(next.status === undefined ? {} : { status: next.status }) };
  }
  if (subresource !== '' || !hasSubresource(resource, 'status')) return next;
  const { status, ...rest } = next;
  return live.status === undefined ? asKube(rest) : { ...asKube(rest), status: live.status };
};

const asKube = (value: JsonObject): KubeObject => value as KubeObject;
const labelsOf = ({ metadata: { labels } }: KubeObject): ObjectMeta => (labels === undefined ? {} : { labels });

const keepSystemFields = (live: KubeObject, next: ObjectMeta): ObjectMeta => {
  const { uid, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds, resourceVersion } =
    live.metadata;
  const { generateName } = next;
  return {
    ...next,
    ...(generateName === undefined ? {} : { generateName }),
    ...(uid === undefined ? {} : { uid }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(generation === undefined ? {} : { generation }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
};

const isReset = (entries: readonly ManagedFieldsEntry[] | undefined) =>
  entries !== undefined &&
  (entries.length === 0 || (entries.length === 1 && Object.keys(entries[0] ?? {}).length === 0));

/** Entries that a client sends count on the object itself; an empty list forgets all owners. */
const entriesBefore = (
  live: KubeObject,
  next: KubeObject,
  subresource: string,
): readonly ManagedFieldsEntry[] | undefined => {
  const sent = next.metadata.managedFields;
  if (subresource !== '' || sent === undefined) return live.metadata.managedFields;
  return isReset(sent) ? [] : sent;
};

const owners = (
  plane: ControlPlane,
  resource: Resource,
  live: KubeObject,
  sent: KubeObject,
  next: KubeObject,
  write: WriteAs,
) => {
  if (write.managedFields !== undefined) return write.managedFields;
  const entries = entriesBefore(live, sent, write.subresource);
  // An object whose owners were never tracked, or were reset, stays untracked until somebody applies it.
  if (entries === undefined || entries.length === 0) return [];
  const [before, after] = [withoutManagedFields(live), withoutManagedFields(next)];
  return trackUpdate(resource.type, before, after, entries, writerOf(plane, resource, write));
};

const withoutTimes = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    managedFields: (object.metadata.managedFields ?? []).map(({ time, ...entry }) => entry),
  },
});

/**
 * Stores the change of an object. A change of nothing writes nothing. An object that is being deleted and has lost its last finalizer
 * goes. Changes nothing of `live` or `sent`. Throws StatusError.
 */
export const updateObject = (
  plane: ControlPlane,
  resource: Resource,
  live: KubeObject,
  sent: KubeObject,
  write: WriteAs,
): KubeObject => {
  checkPreconditions(resource, live, sent);
  const next = copyOf(reachable(resource, live, sent, write.subresource));
  next.metadata = keepSystemFields(live, next.metadata);
  setDefaults(resource, next);
  const managedFields = owners(plane, resource, live, sent, next, write);
  delete next.metadata.managedFields;
  if (managedFields.length > 0) next.metadata.managedFields = managedFields;
  if (groupResourceOf(resource) === 'services') allocateService(plane.storage, next, live);
  const isDesired = write.subresource === '' || write.subresource === 'scale';
  const generation = isDesired ? nextGeneration(resource, next, live) : undefined;
  if (generation !== undefined) next.metadata.generation = generation;
  if (write.subresource !== 'status') refuseInvalid(resource, next, live);
  if (sameJson(withoutTimes(next), withoutTimes(live))) return live;
  if (write.dryRun) return next;
  const key = keyOf(resource, live.metadata.namespace ?? '', live.metadata.name ?? '');
  return isGone(next) ? plane.storage.remove(key, next) : plane.storage.put(key, copyOf(next));
};

const isGone = ({ metadata, spec }: KubeObject) =>
  metadata.deletionTimestamp !== undefined &&
  (metadata.finalizers ?? []).length === 0 &&
  (metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
  !(Array.isArray(spec?.finalizers) && spec.finalizers.length > 0);
