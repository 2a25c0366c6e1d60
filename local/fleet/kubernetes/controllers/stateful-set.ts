import type { ControlPlane } from '../control-plane.ts';
import {
  copyOf,
  isJsonObject,
  type JsonObject,
  type KubeObject,
  listAt,
  numberAt,
  type ObjectMeta,
  objectAt,
  stringAt,
} from '../object.ts';
import { matches, requirementsOf } from '../storage/selector.ts';
import type { Controller } from './control-loop.ts';
import { recordEvent } from './event-recorder.ts';
import {
  allKeys,
  change,
  concernsOwner,
  controlledBy,
  controllerOf,
  create,
  ownerReference,
  read,
  remove,
  writeStatus,
} from './owned.ts';
import { availabilityOf, isActive, isFinished, isReady } from './pod-state.ts';
import { podOf, templateHash } from './pod-template.ts';

const revisionLabel = 'controller-revision-hash';
const ordinalOf = (pod: KubeObject) => Number(/-(\d+)$/.exec(pod.metadata.name ?? '')?.[1] ?? -1);

export interface PodSlot {
  readonly ordinal: number;
  readonly exists: boolean;
  readonly ready: boolean;
  readonly terminating: boolean;
  readonly revision: string | undefined;
}

export interface StatefulPlan {
  readonly create?: number;
  readonly remove?: readonly number[];
}

/**
 * The next step of a StatefulSet: fill the lowest gap, then shrink from the top, then replace the highest pod of another revision at or
 * above the partition. One step at a time, on ready pods only, unless pods are managed in parallel: a pod that never becomes ready is
 * waited for, whatever its revision (the real controller's forced rollback).
 */
export const planStatefulSet = (
  slots: readonly PodSlot[],
  wanted: number,
  updateRevision: string,
  how: { readonly parallel: boolean; readonly onDelete: boolean; readonly partition: number },
): StatefulPlan => {
  const inRange = Array.from({ length: wanted }, (_, ordinal) => slots.find((slot) => slot.ordinal === ordinal));
  const gap = inRange.findIndex((slot) => slot === undefined || !slot.exists);
  const waiting = inRange.findIndex((slot) => slot?.exists === true && (!slot.ready || slot.terminating));
  if (gap >= 0 && (how.parallel || waiting < 0 || waiting > gap)) return { create: gap };
  if (waiting >= 0 && !how.parallel) return {};
  const surplus = slots
    .filter(({ ordinal, exists }) => exists && ordinal >= wanted)
    .toSorted((a, b) => b.ordinal - a.ordinal);
  if (surplus.some(({ terminating }) => terminating) && !how.parallel) return {};
  if (surplus.length > 0) {
    const going = surplus.filter(({ terminating }) => !terminating).map(({ ordinal }) => ordinal);
    return { remove: how.parallel ? going : going.slice(0, 1) };
  }
  if (how.onDelete) return {};
  for (const slot of slots
    .filter(({ ordinal }) => ordinal < wanted && ordinal >= how.partition)
    .toSorted((a, b) => b.ordinal - a.ordinal)) {
    if (slot.terminating) return {};
    if (slot.revision !== updateRevision) return { remove: [slot.ordinal] };
    if (!slot.ready) return {};
  }
  return {};
};

const claimsFor = (plane: ControlPlane, set: KubeObject, podName: string): readonly JsonObject[] =>
  listAt(set.spec, 'volumeClaimTemplates')
    .filter(isJsonObject)
    .map((template) => {
      const metadata = objectAt(template, 'metadata') as ObjectMeta | undefined;
      const name = `${metadata?.name}-${podName}`;
      const namespace = set.metadata.namespace ?? '';
      if (plane.storage.get({ resource: 'persistentvolumeclaims', namespace, name }) === undefined) {
        const labels = objectAt(set.spec, 'selector', 'matchLabels') as Record<string, string> | undefined;
        create(plane, 'persistentvolumeclaims', {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { ...metadata, name, namespace, labels: { ...metadata?.labels, ...labels } },
          spec: copyOf(objectAt(template, 'spec') ?? {}),
        });
      }
      return { name: metadata?.name ?? '', persistentVolumeClaim: { claimName: name } };
    });

const createPod = (plane: ControlPlane, set: KubeObject, ordinal: number, revision: string) => {
  const name = `${set.metadata.name}-${ordinal}`;
  const claims = claimsFor(plane, set, name);
  const names = claims.map((claim) => claim.name);
  const own = listAt(set.spec, 'template', 'spec', 'volumes').filter(
    (volume) => isJsonObject(volume) && !names.includes(volume.name),
  );
  const pod = podOf(set, name, {
    labels: {
      [revisionLabel]: revision,
      'statefulset.kubernetes.io/pod-name': name,
      'apps.kubernetes.io/pod-index': String(ordinal),
    },
    spec: {
      hostname: name,
      ...(stringAt(set.spec, 'serviceName') ? { subdomain: stringAt(set.spec, 'serviceName') ?? '' } : {}),
      ...(claims.length + own.length === 0 ? {} : { volumes: [...claims, ...own.map((volume) => copyOf(volume))] }),
    },
  });
  create(plane, 'pods', pod);
  const message = `create Pod ${name} in StatefulSet ${set.metadata.name} successful`;
  recordEvent(plane, set, { type: 'Normal', reason: 'SuccessfulCreate', message, source: 'statefulset-controller' });
};

/** A revision object for each template, as history and as what rollback tools read; one that a set before it left behind is taken over. */
const keepRevision = (plane: ControlPlane, set: KubeObject, name: string) => {
  const owned = controlledBy(plane, 'controllerrevisions.apps', set);
  if (owned.some(({ metadata }) => metadata.name === name)) return;
  const namespace = set.metadata.namespace ?? '';
  const left = plane.storage.get({ resource: 'controllerrevisions.apps', namespace, name });
  if (left !== undefined && controllerOf(left) === undefined) {
    change(plane, left, ({ metadata }) => {
      metadata.ownerReferences = [...(metadata.ownerReferences ?? []), ownerReference(set)];
    });
    return;
  }
  create(plane, 'controllerrevisions.apps', {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name, namespace, ownerReferences: [ownerReference(set)] },
    data: { spec: { template: copyOf(objectAt(set.spec, 'template') ?? {}) } },
    revision: 1 + Math.max(0, ...owned.map((revision) => Number(revision.revision ?? 0))),
  });
};

const statusOf = (set: KubeObject, pods: readonly KubeObject[], updateRevision: string, now: number) => {
  const wanted = numberAt(set.spec, 'replicas') ?? 1;
  const { ready, available, wakeMs } = availabilityOf(pods, numberAt(set.spec, 'minReadySeconds') ?? 0, now);
  const updated = pods.filter((pod) => pod.metadata.labels?.[revisionLabel] === updateRevision).length;
  const before = stringAt(set.status, 'currentRevision') ?? updateRevision;
  const isDone = updated === wanted && ready === wanted && pods.length === wanted && partitionOf(set) === 0;
  const currentRevision = isDone ? updateRevision : before;
  const current = pods.filter((pod) => pod.metadata.labels?.[revisionLabel] === currentRevision).length;
  const status: JsonObject = {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: pods.length,
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(current === 0 ? {} : { currentReplicas: current }),
    ...(updated === 0 ? {} : { updatedReplicas: updated }),
    availableReplicas: available,
    currentRevision,
    updateRevision,
    collisionCount: 0,
  };
  return { status, wakeMs };
};

/** Pods of its selector and name that nobody controls become its own: those that a set before it was made to leave behind. */
const adoptOrphans = (plane: ControlPlane, set: KubeObject): void => {
  const requirements = requirementsOf(objectAt(set.spec, 'selector')) ?? [];
  const isOwn = ({ metadata }: KubeObject) =>
    metadata.name?.replace(/-\d+$/, '') === set.metadata.name && matches(requirements, metadata.labels);
  const orphans = plane.storage
    .list('pods', set.metadata.namespace)
    .filter((pod) => controllerOf(pod) === undefined && isActive(pod) && isOwn(pod));
  for (const pod of orphans) {
    change(plane, pod, ({ metadata }) => {
      metadata.ownerReferences = [...(metadata.ownerReferences ?? []), ownerReference(set)];
    });
  }
};

const partitionOf = (set: KubeObject) => numberAt(set.spec, 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;

/** StatefulSets: pods by number with their claims, one after the other, each on the one before. */
export const statefulSetController: Controller = {
  name: 'statefulset',
  concerns: (_, changed) => concernsOwner(changed, 'statefulsets.apps', 'StatefulSet', ['pods']),
  everything: (plane) => allKeys(plane, 'statefulsets.apps'),
  reconcile: (plane, key) => {
    const set = read(plane, 'statefulsets.apps', key);
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return undefined;
    const updateRevision = `${set.metadata.name}-${templateHash(objectAt(set.spec, 'template'))}`;
    keepRevision(plane, set, updateRevision);
    const currentRevision = stringAt(set.status, 'currentRevision') ?? updateRevision;
    adoptOrphans(plane, set);
    const pods = controlledBy(plane, 'pods', set);
    const slots = pods.map((pod) => ({
      ordinal: ordinalOf(pod),
      exists: true,
      ready: isReady(pod),
      terminating: pod.metadata.deletionTimestamp !== undefined || isFinished(pod),
      revision: pod.metadata.labels?.[revisionLabel],
    }));
    const partition = partitionOf(set);
    const step = planStatefulSet(slots, numberAt(set.spec, 'replicas') ?? 1, updateRevision, {
      parallel: stringAt(set.spec, 'podManagementPolicy') === 'Parallel',
      onDelete: stringAt(set.spec, 'updateStrategy', 'type') === 'OnDelete',
      partition,
    });
    if (step.create !== undefined) {
      createPod(plane, set, step.create, step.create < partition ? currentRevision : updateRevision);
    }
    for (const pod of pods) if (step.remove?.includes(ordinalOf(pod)) || isFinished(pod)) remove(plane, pod);
    const { status, wakeMs } = statusOf(set, controlledBy(plane, 'pods', set), updateRevision, plane.clock.now());
    writeStatus(plane, set, status);
    return wakeMs;
  },
};
