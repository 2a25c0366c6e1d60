import type { ObjectId } from '../../rollout/plan.ts';
import type { Manifest } from '../../rollout/release.ts';
import type { ComparedObject } from '../compare-object.ts';
import { isObject, numberAt, objectAt } from '../fields.ts';
import { amountOf, isScaledBy } from '../lint/workloads.ts';
import { isKind } from '../object-id.ts';
import { type PodDemand, podDemand } from './pod-request.ts';

/** A workload that a plan creates, grows, or whose pods it replaces: what it needs room for. */
export interface WantedPods {
  readonly id: ObjectId;
  readonly manifest: Manifest;
  readonly spec: unknown;
  readonly namespace: string;
  readonly demand: PodDemand;
  /** Of the pods it has now. */
  readonly demandBefore: PodDemand;
  /** One on every node that takes it, in place of `count`. */
  readonly everyNode: boolean;
  /** Pods it will have. */
  readonly count: number;
  /** Pods it has now. */
  readonly before: number;
  /** Pods beyond `count` while it is replaced, at least one where it surges. */
  readonly surge: number;
  /** Whether a new pod must be there before an old one may go. */
  readonly surgesFirst: boolean;
  /** Its pods are replaced, or are none yet. */
  readonly restarts: boolean;
}

/**
 * The workloads of a comparison that need room: what is created, what gets another pod template, what grows. Others keep the pods they
 * have. An autoscaled one counts as many as it has, or as its autoscaler keeps at least.
 */
export const wantedPods = (objects: readonly ComparedObject[]): readonly WantedPods[] =>
  objects.flatMap((object) => {
    const { manifest, action } = object;
    if (action === 'unchanged') return [];
    const isPod = isKind(manifest, '', 'Pod');
    const spec = isPod ? manifest.spec : objectAt(manifest, 'spec', 'template').spec;
    if (!isObject(spec) || !(isPod || isCounted(manifest))) return [];
    const before = action === 'create' ? 0 : livePods(object);
    const count = isPod ? 1 : countOf(object, objects);
    const restarts = action !== 'create' && (action === 'recreate' || touches(object, '/spec/template'));
    if (action !== 'create' && !restarts && count <= before) return [];
    const rolling = rollingOf(manifest, count);
    return [
      {
        id: object.id,
        manifest,
        spec,
        namespace: manifest.metadata.namespace ?? '',
        demand: podDemand(spec),
        demandBefore: podDemand(objectAt(object.live, 'spec', 'template').spec),
        everyNode: isKind(manifest, 'apps', 'DaemonSet'),
        count,
        before,
        surge: restarts ? rolling.surge : 0,
        surgesFirst: restarts && rolling.surge > 0 && rolling.unavailable === 0,
        restarts,
      },
    ];
  });

const isCounted = (object: Manifest): boolean =>
  ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].some((kind) => isKind(object, 'apps', kind)) ||
  isKind(object, 'batch', 'Job');

/** Whether a planned change is at a path or below it, or, told in larger parts, around it. */
const touches = ({ fields }: ComparedObject, path: string): boolean =>
  fields.some((field) => field.path.startsWith(path) || (field.path !== '' && path.startsWith(field.path)));

const livePods = ({ live }: ComparedObject): number =>
  numberAt(live, 'spec', 'replicas') ?? numberAt(live, 'status', 'desiredNumberScheduled') ?? 1;

const countOf = ({ manifest, isAutoscaled, live }: ComparedObject, all: readonly ComparedObject[]): number => {
  if (isKind(manifest, 'batch', 'Job')) return numberAt(manifest, 'spec', 'parallelism') ?? 1;
  if (isKind(manifest, 'apps', 'DaemonSet')) return numberAt(live, 'status', 'desiredNumberScheduled') ?? 0;
  if (isAutoscaled === undefined) return numberAt(manifest, 'spec', 'replicas') ?? 1;
  const scaler = all.find((other) => isScaledBy(other.manifest, manifest))?.manifest;
  return numberAt(live, 'spec', 'replicas') ?? numberAt(scaler, 'spec', 'minReplicas') ?? 1;
};

/** Kubernetes takes a quarter where a Deployment says nothing: a surge rounded up, what may be missing down, and never none of both. */
const rollingOf = (object: Manifest, count: number): { readonly surge: number; readonly unavailable: number } => {
  if (isKind(object, 'apps', 'DaemonSet')) {
    const { maxSurge } = objectAt(object, 'spec', 'updateStrategy', 'rollingUpdate');
    return { surge: amountOf(maxSurge, count, Math.ceil) ?? 0, unavailable: 1 };
  }
  const strategy = objectAt(object, 'spec', 'strategy');
  if (!isKind(object, 'apps', 'Deployment') || strategy.type === 'Recreate') return { surge: 0, unavailable: 1 };
  const { maxSurge = '25%', maxUnavailable = '25%' } = objectAt(strategy, 'rollingUpdate');
  const surge = amountOf(maxSurge, count, Math.ceil) ?? 0;
  const unavailable = amountOf(maxUnavailable, count, Math.floor) ?? 0;
  return { surge, unavailable: surge === 0 ? Math.max(1, unavailable) : unavailable };
};
