import { type ControlPlane, nameSuffix } from '../control-plane.ts';
import { type JsonObject, type KubeObject, numberAt, stringAt } from '../object.ts';
import type { Controller } from './control-loop.ts';
import { recordEvent } from './event-recorder.ts';
import { allKeys, concernsOwner, controlledBy, create, read, remove, writeStatus } from './owned.ts';
import { availabilityOf, isActive, isReady } from './pod-state.ts';
import { podOf } from './pod-template.ts';

/** Which pods go first when there are too many: those without a node, not running, not ready, then the youngest. */
const orderForRemoval = (pods: readonly KubeObject[]): readonly KubeObject[] => {
  const rank = (pod: KubeObject) =>
    (stringAt(pod.spec, 'nodeName') === undefined ? 0 : 4) +
    (stringAt(pod.status, 'phase') === 'Running' ? 2 : 0) +
    (isReady(pod) ? 1 : 0);
  const born = (pod: KubeObject) => pod.metadata.creationTimestamp ?? '';
  return pods.toSorted((a, b) => rank(a) - rank(b) || (born(a) < born(b) ? 1 : born(a) > born(b) ? -1 : 0));
};

const matchCount = (plane: ControlPlane, set: KubeObject, active: readonly KubeObject[]) => {
  const missing = (numberAt(set.spec, 'replicas') ?? 1) - active.length;
  for (let count = 0; count < missing; count += 1) {
    const pod = create(plane, 'pods', podOf(set, `${set.metadata.name}-${nameSuffix(plane.random)}`));
    const message = `Created pod: ${pod.metadata.name}`;
    recordEvent(plane, set, { type: 'Normal', reason: 'SuccessfulCreate', message, source: 'replicaset-controller' });
  }
  for (const pod of orderForRemoval(active).slice(0, Math.max(0, -missing))) {
    remove(plane, pod);
    const message = `Deleted pod: ${pod.metadata.name}`;
    recordEvent(plane, set, { type: 'Normal', reason: 'SuccessfulDelete', message, source: 'replicaset-controller' });
  }
};

/** ReplicaSets: as many active pods as wanted. */
export const replicaSetController: Controller = {
  name: 'replicaset',
  concerns: (_, changed) => concernsOwner(changed, 'replicasets.apps', 'ReplicaSet', ['pods']),
  everything: (plane) => allKeys(plane, 'replicasets.apps'),
  reconcile: (plane, key) => {
    const set = read(plane, 'replicasets.apps', key);
    if (set === undefined) return undefined;
    const going = set.metadata.deletionTimestamp !== undefined;
    if (!going) matchCount(plane, set, controlledBy(plane, 'pods', set).filter(isActive));
    const pods = controlledBy(plane, 'pods', set);
    const active = pods.filter(isActive);
    const { ready, available, wakeMs } = availabilityOf(
      active,
      numberAt(set.spec, 'minReadySeconds') ?? 0,
      plane.clock.now(),
    );
    const status: JsonObject = {
      replicas: active.length,
      ...(active.length === 0 ? {} : { fullyLabeledReplicas: active.length }),
      ...(ready === 0 ? {} : { readyReplicas: ready }),
      ...(available === 0 ? {} : { availableReplicas: available }),
      terminatingReplicas: pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined).length,
      observedGeneration: set.metadata.generation ?? 1,
    };
    writeStatus(plane, set, status);
    return wakeMs;
  },
};
