import { admit, mutate } from '../admission/admit.ts';
import { setDefaults } from '../admission/defaults.ts';
import { invalidValue } from '../admission/field-error.ts';
import { validate } from '../admission/validate.ts';
import { trackUpdate } from '../apply/server-side-apply.ts';
import { type ControlPlane, nameSuffix, newUid, timeOf } from '../control-plane.ts';
import { copyOf, type JsonObject, type KubeObject, type ObjectMeta, sameJson } from '../object.ts';
import { unsetOf } from '../schema/conform.ts';
import { groupResourceOf, hasSubresource, type Resource } from '../schema/resource.ts';
import { allocateService } from './allocate.ts';
import { nextGeneration } from './generation.ts';
import { keyOf } from './object-key.ts';
import { owners, withoutManagedFields, writerOf } from './owners.ts';
import { prepareNew, resetStatus } from './prepare-new.ts';
import { alreadyExists, forbidden, invalid, notFound, staleVersion } from './status-error.ts';
import { attemptOf, type WriteAs } from './write-as.ts';

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
  const changed = mutate(plane, attemptOf('CREATE', resource, object, write));
  if (changed !== undefined) {
    replaceMembers(object, changed);
    setDefaults(resource, object);
  }
  prepareNew(plane, resource, object);
  refuseInvalid(resource, object, undefined);
  admit(plane, attemptOf('CREATE', resource, object, write));
  const key = keyOf(resource, namespace, name);
  if (plane.storage.get(key) !== undefined) throw alreadyExists(resource, name);
  if (!write.dryRun) return plane.storage.put(key, copyOf(object));
  const sent = metadata.resourceVersion;
  return sent ? { ...object, metadata: { ...object.metadata, resourceVersion: sent } } : object;
};

const replaceMembers = (object: KubeObject, by: KubeObject): void => {
  for (const member of Object.keys(object)) delete object[member];
  Object.assign(object, by);
};

const checkPreconditions = (resource: Resource, live: KubeObject, next: KubeObject) => {
  const name = live.metadata.name ?? '';
  const { uid, resourceVersion } = next.metadata;
  const isStated = resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== '0';
  if (isStated && resourceVersion !== live.metadata.resourceVersion) {
    throw staleVersion(resource, name);
  }
  if (uid === undefined || uid === '' || uid === live.metadata.uid) return;
  const error = invalidValue('metadata.uid', uid, 'field is immutable');
  throw invalid(resource, name, [error, error]);
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
  const changed = mutate(plane, { ...attemptOf('UPDATE', resource, next, write), oldObject: live });
  if (changed !== undefined) {
    replaceMembers(next, changed);
    setDefaults(resource, next);
  }
  delete next.metadata.managedFields;
  if (managedFields.length > 0) next.metadata.managedFields = managedFields;
  if (groupResourceOf(resource) === 'services') allocateService(plane.storage, next, live);
  const isDesired = write.subresource === '' || write.subresource === 'scale';
  const generation = isDesired ? nextGeneration(resource, next, live) : undefined;
  if (generation !== undefined) next.metadata.generation = generation;
  if (write.subresource !== 'status') refuseInvalid(resource, next, live);
  admit(plane, { ...attemptOf('UPDATE', resource, next, write), oldObject: live });
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
