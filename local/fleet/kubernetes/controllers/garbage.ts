import { deleteObject } from '../api/delete-object.ts';
import { keyOf } from '../api/object-key.ts';
import type { ControlPlane } from '../control-plane.ts';
import type { KubeObject } from '../object.ts';
import type { Controller } from './control-loop.ts';
import { change, kindOf, remove } from './owned.ts';

const stored = (plane: ControlPlane, text: string): KubeObject | undefined => {
  const [resource = '', namespace = '', name = ''] = text.split(' ');
  return plane.storage.get({ resource, namespace, name });
};

const everyObject = (plane: ControlPlane): readonly KubeObject[] =>
  plane.storage.resources().flatMap((resource) => plane.storage.list(resource));

const textOf = (resource: string, object: KubeObject) =>
  `${resource} ${object.metadata.namespace ?? ''} ${object.metadata.name ?? ''}`;

const owns = (owner: KubeObject) => (object: KubeObject) =>
  object.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) === true;

const dropFinalizer = (plane: ControlPlane, object: KubeObject, name: string) =>
  change(plane, object, ({ metadata }) => {
    const left = (metadata.finalizers ?? []).filter((finalizer) => finalizer !== name);
    if (left.length > 0) metadata.finalizers = left;
    else delete metadata.finalizers;
  });

const orphanDependents = (plane: ControlPlane, owner: KubeObject) => {
  for (const dependent of everyObject(plane).filter(owns(owner))) {
    change(plane, dependent, ({ metadata }) => {
      const left = (metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
      if (left.length > 0) metadata.ownerReferences = left;
      else delete metadata.ownerReferences;
    });
  }
  dropFinalizer(plane, owner, 'orphan');
};

const deleteDependentsFirst = (plane: ControlPlane, owner: KubeObject, resource: string) => {
  const dependents = everyObject(plane).filter(owns(owner));
  for (const dependent of dependents) {
    if (dependent.metadata.deletionTimestamp !== undefined) continue;
    const found = plane.registry.findKind(
      dependent.apiVersion.includes('/') ? (dependent.apiVersion.split('/')[0] ?? '') : '',
      dependent.kind,
    );
    if (found !== undefined) deleteObject(plane, found, dependent, { dryRun: false, propagation: 'Foreground' });
  }
  const blocking = everyObject(plane).filter((object) =>
    object.metadata.ownerReferences?.some(
      ({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true,
    ),
  );
  const fresh = plane.storage.get(
    keyOf(kindOf(plane, resource), owner.metadata.namespace ?? '', owner.metadata.name ?? ''),
  );
  if (blocking.length === 0 && fresh !== undefined) dropFinalizer(plane, fresh, 'foregroundDeletion');
};

/** Objects whose owners are all gone go too; orphaning and foreground deletion are carried out. */
export const garbageController: Controller = {
  name: 'garbage',
  concerns: (plane, changed) => {
    const { resource } = changed.key;
    if (changed.type !== 'DELETED') {
      const { deletionTimestamp, ownerReferences } = changed.object.metadata;
      return deletionTimestamp !== undefined || ownerReferences !== undefined ? [textOf(resource, changed.object)] : [];
    }
    const owners = changed.object.metadata.ownerReferences ?? [];
    const related = everyPair(plane).filter(
      ({ object }) => owns(changed.object)(object) || owners.some(({ uid }) => uid === object.metadata.uid),
    );
    return related.map((pair) => textOf(pair.resource, pair.object));
  },
  everything: (plane) =>
    everyPair(plane)
      .filter(
        ({ object: { metadata } }) =>
          metadata.ownerReferences !== undefined || metadata.deletionTimestamp !== undefined,
      )
      .map((pair) => textOf(pair.resource, pair.object)),
  reconcile: (plane, key) => {
    const object = stored(plane, key);
    const [resource = ''] = key.split(' ');
    if (object === undefined) return undefined;
    const { finalizers = [], deletionTimestamp, ownerReferences = [] } = object.metadata;
    if (deletionTimestamp !== undefined) {
      if (finalizers.includes('orphan')) orphanDependents(plane, object);
      else if (finalizers.includes('foregroundDeletion')) deleteDependentsFirst(plane, object, resource);
      return undefined;
    }
    if (ownerReferences.length === 0) return undefined;
    const uids = new Set(everyObject(plane).map(({ metadata }) => metadata.uid));
    if (!ownerReferences.some(({ uid }) => uids.has(uid))) remove(plane, object);
    return undefined;
  },
};

const everyPair = (plane: ControlPlane) =>
  plane.storage.resources().flatMap((resource) => plane.storage.list(resource).map((object) => ({ resource, object })));
