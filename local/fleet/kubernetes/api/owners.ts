import type { Ownable } from '../apply/managed-fields.ts';
import { trackUpdate, type Writer } from '../apply/server-side-apply.ts';
import { type ControlPlane, timeOf } from '../control-plane.ts';
import type { KubeObject, ManagedFieldsEntry } from '../object.ts';
import { groupVersionOf, hasSubresource, type Resource } from '../schema/resource.ts';
import type { WriteAs } from './write-as.ts';

const ownableBy = (resource: Resource, subresource: string): Ownable => {
  if (subresource === 'status') return resource.custom === undefined ? 'not-spec' : 'only-status';
  return subresource === '' && hasSubresource(resource, 'status') ? 'not-status' : 'all';
};

/** Who becomes the owner of what a write changes. */
export const writerOf = (plane: ControlPlane, resource: Resource, { manager, subresource }: WriteAs): Writer => ({
  manager,
  apiVersion: groupVersionOf(resource),
  subresource,
  ownable: ownableBy(resource, subresource),
  // The real server gives none to a custom object's entry for its scale.
  time: resource.custom !== undefined && subresource === 'scale' ? undefined : timeOf(plane),
});

export const withoutManagedFields = (object: KubeObject): KubeObject => {
  const { managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
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

/** The owners of an object's fields after an update. */
export const owners = (
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
