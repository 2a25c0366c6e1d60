import { background, deleteObject } from '../api/delete-object.ts';
import { createObject, updateObject } from '../api/write.ts';
import type { ControlPlane } from '../control-plane.ts';
import { copyOf, type JsonObject, type KubeObject, type OwnerReference } from '../object.ts';
import { groupResourceOf, type Resource } from '../schema/resource.ts';
import type { Change, ObjectKey } from '../storage/sqlite.ts';

const manager = 'kube-controller-manager';

/** `namespace/name`, how controllers name what they look at. */
export const nameKey = ({ namespace, name }: Pick<ObjectKey, 'namespace' | 'name'>): string => `${namespace}/${name}`;

const keyParts = (key: string): { readonly namespace: string; readonly name: string } => {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
};

export const allKeys = (plane: ControlPlane, resource: string): readonly string[] =>
  plane.storage.list(resource).map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`);

export const read = (plane: ControlPlane, resource: string, key: string): KubeObject | undefined =>
  plane.storage.get({ resource, ...keyParts(key) });

export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find(({ controller }) => controller === true);

/** The objects of a resource that `owner` controls, in name order. */
export const controlledBy = (plane: ControlPlane, resource: string, owner: KubeObject): readonly KubeObject[] =>
  plane.storage
    .list(resource, owner.metadata.namespace)
    .filter((object) => controllerOf(object)?.uid === owner.metadata.uid);

/** The names of `kind` that a change of something it controls concerns: itself, or the owner of what changed. */
export const concernsOwner = (
  change: Change,
  resource: string,
  kind: string,
  parts: readonly string[],
): readonly string[] => {
  if (change.key.resource === resource) return [nameKey(change.key)];
  if (!parts.includes(change.key.resource)) return [];
  const owner = controllerOf(change.object);
  return owner?.kind === kind ? [`${change.key.namespace}/${owner.name}`] : [];
};

export const ownerReference = (owner: KubeObject): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name ?? '',
  uid: owner.metadata.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
});

/** The kind under which objects of `plural.group` are stored. Throws where it is not served: controllers ask for built-in ones only. */
export const kindOf = (plane: ControlPlane, resource: string): Resource => {
  const found = plane.registry.findStored(resource);
  if (found === undefined) throw new Error(`controllers: ${resource} is not served`);
  return found;
};

/** Creates an object in the controllers' name. `object` must be the caller's own. */
export const create = (plane: ControlPlane, resource: string, object: KubeObject): KubeObject =>
  createObject(plane, kindOf(plane, resource), object.metadata.namespace ?? '', object, {
    manager,
    dryRun: false,
    subresource: '',
  });

/** Writes what `change` makes of a copy of the object, in the controllers' name. A change of nothing writes nothing. */
export const change = (
  plane: ControlPlane,
  live: KubeObject,
  edit: (object: KubeObject) => void,
  subresource = '',
): KubeObject => {
  const next = copyOf(live);
  edit(next);
  const resource = resourceOf(plane, live);
  return updateObject(plane, resource, live, next, { manager, dryRun: false, subresource });
};

/** Writes an object's status, as `by` where it is not the controller manager. */
export const writeStatus = (plane: ControlPlane, live: KubeObject, status: JsonObject, by = manager): KubeObject => {
  const next = { ...copyOf(live), status };
  return updateObject(plane, resourceOf(plane, live), live, next, {
    manager: by,
    dryRun: false,
    subresource: 'status',
  });
};

/** Deletes an object in the background; one that is going already stays as it is. */
export const remove = (plane: ControlPlane, live: KubeObject): void => {
  if (live.metadata.deletionTimestamp === undefined) deleteObject(plane, resourceOf(plane, live), live, background);
};

const resourceOf = (plane: ControlPlane, object: KubeObject): Resource => {
  const slash = object.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : object.apiVersion.slice(0, slash);
  const found = plane.registry.findKind(group, object.kind);
  if (found === undefined) throw new Error(`controllers: ${object.kind} of ${object.apiVersion} is not served`);
  return kindOf(plane, groupResourceOf(found));
};
