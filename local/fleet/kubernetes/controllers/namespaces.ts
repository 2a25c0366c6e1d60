import { deleteObject } from '../api/delete-object.ts';
import { keyOf } from '../api/object-key.ts';
import { type ControlPlane, timeOf } from '../control-plane.ts';
import type { JsonObject, KubeObject } from '../object.ts';
import { groupResourceOf } from '../schema/resource.ts';
import type { Controller } from './control-loop.ts';
import { allKeys, create, nameKey, read, writeStatus } from './owned.ts';

const contentsOf = (plane: ControlPlane, namespace: string) =>
  plane.storage
    .resources()
    .flatMap((resource) => plane.storage.list(resource, namespace).map((object) => ({ resource, object })));

/** The conditions of a namespace that something still holds. */
const heldBy = (
  plane: ControlPlane,
  left: readonly { readonly resource: string; readonly object: KubeObject }[],
): JsonObject[] => {
  const count = (texts: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  };
  const named = (resource: string) => {
    const found = plane.registry.findStored(resource);
    return found === undefined ? resource : `${found.plural}.${found.group}`;
  };
  const resources = count(left.map(({ resource }) => named(resource))).map(
    ([name, number]) => `${name} has ${number} resource instances`,
  );
  const finalizers = count(left.flatMap(({ object }) => object.metadata.finalizers ?? [])).map(
    ([name, number]) => `${name} in ${number} resource instances`,
  );
  const condition = (type: string, isTrue: boolean, reason: string, message: string): JsonObject => ({
    type,
    status: isTrue ? 'True' : 'False',
    lastTransitionTime: timeOf(plane),
    reason,
    message,
  });
  return [
    condition(
      'NamespaceContentRemaining',
      resources.length > 0,
      'SomeResourcesRemain',
      `Some resources are remaining: ${resources.join(', ')}`,
    ),
    condition(
      'NamespaceFinalizersRemaining',
      finalizers.length > 0,
      'SomeFinalizersRemain',
      `Some content in the namespace has finalizers remaining: ${finalizers.join(', ')}`,
    ),
  ];
};

const lookAgainMs = 1000;

/** Namespaces: a service account and root certificate in each; one that is deleted goes when everything in it has gone. */
export const namespaceController: Controller = {
  name: 'namespace',
  concerns: (plane, changed) => {
    if (changed.key.resource === 'namespaces') return [nameKey(changed.key)];
    if (changed.type !== 'DELETED' || changed.key.namespace === '') return [];
    const namespace = plane.storage.get({ resource: 'namespaces', namespace: '', name: changed.key.namespace });
    return namespace?.metadata.deletionTimestamp === undefined ? [] : [`/${changed.key.namespace}`];
  },
  everything: (plane) => allKeys(plane, 'namespaces'),
  reconcile: (plane, key) => {
    const namespace = read(plane, 'namespaces', key);
    if (namespace === undefined) return undefined;
    const name = namespace.metadata.name ?? '';
    if (namespace.metadata.deletionTimestamp === undefined) {
      if (plane.storage.get({ resource: 'serviceaccounts', namespace: name, name: 'default' }) === undefined) {
        create(plane, 'serviceaccounts', {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name: 'default', namespace: name },
        });
      }
      if (plane.storage.get({ resource: 'configmaps', namespace: name, name: 'kube-root-ca.crt' }) === undefined) {
        create(plane, 'configmaps', {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'kube-root-ca.crt', namespace: name },
          data: { 'ca.crt': 'simulated' },
        });
      }
      return undefined;
    }
    for (const { resource, object } of contentsOf(plane, name)) {
      const found = plane.registry.findStored(resource);
      if (found !== undefined && object.metadata.deletionTimestamp === undefined) {
        deleteObject(plane, found, object, { dryRun: false, propagation: 'Background' });
      }
    }
    const left = contentsOf(plane, name).filter(({ resource }) => resource !== 'events');
    if (left.length === 0) {
      for (const { resource, object } of contentsOf(plane, name)) {
        plane.storage.remove({ resource, namespace: name, name: object.metadata.name ?? '' }, object);
      }
      const resource = plane.registry.find('', 'v1', 'namespaces');
      if (resource !== undefined) plane.storage.remove(keyOf(resource, '', name), { ...namespace, spec: {} });
      return undefined;
    }
    writeStatus(plane, namespace, { phase: 'Terminating', conditions: heldBy(plane, left) });
    return left.some(({ resource }) => groupResourceOf({ group: '', plural: 'pods' }) === resource)
      ? lookAgainMs
      : undefined;
  },
};
