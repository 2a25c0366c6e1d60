import { createHash } from 'node:crypto';
import { updateObject } from '../api/write.ts';
import { type ControlPlane, timeOf } from '../control-plane.ts';
import { copyOf, type KubeObject, numberAt } from '../object.ts';
import { create, kindOf } from './owned.ts';

export interface Occurrence {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** `kubelet`, `deployment-controller`. */
  readonly source: string;
}

/**
 * Records an event (core/v1) about an object. The same again counts up and moves `lastTimestamp`, as clients of the real API do. The
 * name is made from what it says, so that it is the same after a restart.
 */
export const recordEvent = (
  plane: ControlPlane,
  about: KubeObject,
  { type, reason, message, source }: Occurrence,
): void => {
  const { name = '', namespace = 'default', uid = '', resourceVersion = '' } = about.metadata;
  const suffix = createHash('sha256').update(`${uid}\n${reason}\n${message}\n${source}`).digest('hex').slice(0, 16);
  const key = { resource: 'events', namespace, name: `${name}.${suffix}` };
  const now = timeOf(plane);
  const before = plane.storage.get(key);
  if (before !== undefined) {
    const next = { ...copyOf(before), count: (numberAt(before, 'count') ?? 1) + 1, lastTimestamp: now };
    updateObject(plane, kindOf(plane, 'events'), before, next, { manager: source, dryRun: false, subresource: '' });
    return;
  }
  create(plane, 'events', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: key.name, namespace },
    involvedObject: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid, resourceVersion },
    reason,
    message,
    type,
    source: { component: source },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    eventTime: null,
    reportingComponent: source,
    reportingInstance: '',
  });
};
