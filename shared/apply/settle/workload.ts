import { isObject, objectAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';
import { fieldManager } from '../manager.ts';
import { selectorOf } from './newest-pods.ts';

const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Job'];

/** Whether an object's state is that of pods: it is one, or it makes them. Custom workloads are told by selector and template. */
export const hasPods = (object: LiveObject): boolean => {
  if (object.kind === 'Pod') return object.apiVersion === 'v1';
  if (selectorOf(object) === undefined) return false;
  return kinds.includes(object.kind) || isObject(objectAt(object, 'spec').template);
};

/** When our field manager last changed an object, epoch milliseconds; NaN where it never did. */
export const writtenAt = ({ metadata }: LiveObject): number => {
  const own = (metadata.managedFields ?? []).find(
    ({ manager, operation, subresource }) =>
      manager === fieldManager && operation === 'Apply' && subresource === undefined,
  );
  return Date.parse(own?.time ?? '');
};
