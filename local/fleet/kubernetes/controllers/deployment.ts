import { type ControlPlane, timeOf } from '../control-plane.ts';
import { copyOf, type JsonObject, type KubeObject, numberAt, objectAt, stringAt } from '../object.ts';
import type { Controller } from './control-loop.ts';
import { asCondition, assessAvailable, assessProgressing, deadlineIn, type Progress } from './deployment-conditions.ts';
import { recordEvent } from './event-recorder.ts';
import {
  allKeys,
  change,
  concernsOwner,
  controlledBy,
  create,
  ownerReference,
  read,
  remove,
  writeStatus,
} from './owned.ts';
import { conditionOf } from './pod-state.ts';
import { templateHash } from './pod-template.ts';
import { planRollingUpdate, resolveLimits, type SetSize } from './rolling-update.ts';

const revisionAnnotation = 'deployment.kubernetes.io/revision';
const hashLabel = 'pod-template-hash';
const sets = 'replicasets.apps';

const wantedOf = (object: KubeObject) => numberAt(object.spec, 'replicas') ?? 0;
const revisionOf = (object: KubeObject) => Number(object.metadata.annotations?.[revisionAnnotation] ?? 0);
const sizeOf = (set: KubeObject): SetSize => ({
  name: set.metadata.name ?? '',
  wanted: wantedOf(set),
  available: numberAt(set.status, 'availableReplicas') ?? 0,
});

const newSetOf = (deployment: KubeObject, hash: string, revision: number, replicas: number): KubeObject => {
  const spec = deployment.spec ?? {};
  const template = copyOf(objectAt(spec, 'template') ?? {});
  const metadata = objectAt(template, 'metadata') ?? {};
  const labels = { ...objectAt(metadata, 'labels'), [hashLabel]: hash };
  const selector = copyOf(objectAt(spec, 'selector') ?? {});
  const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...annotations } =
    deployment.metadata.annotations ?? {};
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? '',
      labels: Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)])),
      annotations: {
        ...annotations,
        'deployment.kubernetes.io/desired-replicas': String(wantedOf(deployment)),
        [revisionAnnotation]: String(revision),
      },
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas,
      ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: { ...selector, matchLabels: { ...objectAt(selector, 'matchLabels'), [hashLabel]: hash } },
      template: { ...template, metadata: { ...metadata, labels } },
    },
  };
};

const resize = (plane: ControlPlane, deployment: KubeObject, set: KubeObject, replicas: number) => {
  const before = wantedOf(set);
  if (before === replicas) return;
  change(plane, set, ({ spec, metadata }) => {
    if (spec !== undefined) spec.replicas = replicas;
    metadata.annotations = {
      ...metadata.annotations,
      'deployment.kubernetes.io/desired-replicas': String(wantedOf(deployment)),
    };
  });
  const way = replicas > before ? 'up' : 'down';
  const message = `Scaled ${way} replica set ${set.metadata.name} from ${before} to ${replicas}`;
  recordEvent(plane, deployment, {
    type: 'Normal',
    reason: 'ScalingReplicaSet',
    message,
    source: 'deployment-controller',
  });
};

const limitsOf = (deployment: KubeObject) => {
  const rolling = objectAt(deployment.spec, 'strategy', 'rollingUpdate');
  return resolveLimits(rolling?.maxSurge, rolling?.maxUnavailable, wantedOf(deployment));
};

const isRecreate = (deployment: KubeObject) => stringAt(deployment.spec, 'strategy', 'type') === 'Recreate';

/** The set of the present template; made, or brought to the front again, unless the Deployment is paused. */
const currentSet = (plane: ControlPlane, deployment: KubeObject, owned: readonly KubeObject[]) => {
  const hash = templateHash(objectAt(deployment.spec, 'template'));
  const found = owned.find((set) => set.metadata.labels?.[hashLabel] === hash);
  const old = owned.filter((set) => set !== found);
  const revision = Math.max(0, ...old.map(revisionOf)) + 1;
  if (found !== undefined) return { set: keepCurrent(plane, deployment, found, revision), created: false };
  if (deployment.spec?.paused === true || (isRecreate(deployment) && hasPods(plane, old)))
    return { set: undefined, created: false };
  const total = old.reduce((sum, set) => sum + wantedOf(set), 0);
  const room = isRecreate(deployment)
    ? wantedOf(deployment)
    : wantedOf(deployment) + limitsOf(deployment).maxSurge - total;
  const first = Math.max(0, Math.min(wantedOf(deployment), room));
  const set = create(plane, sets, newSetOf(deployment, hash, revision, first));
  const message = `Scaled up replica set ${set.metadata.name} from 0 to ${first}`;
  if (first > 0)
    recordEvent(plane, deployment, {
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message,
      source: 'deployment-controller',
    });
  return { set, created: true };
};

/** The set of the present template is the newest revision, and counts its pods as available as its Deployment says now. */
const keepCurrent = (plane: ControlPlane, deployment: KubeObject, set: KubeObject, revision: number): KubeObject => {
  const wanted = numberAt(deployment.spec, 'minReadySeconds') ?? 0;
  if (revisionOf(set) >= revision && (numberAt(set.spec, 'minReadySeconds') ?? 0) === wanted) return set;
  return change(plane, set, ({ metadata, spec }) => {
    const newest = String(Math.max(revision, revisionOf(set)));
    metadata.annotations = { ...metadata.annotations, [revisionAnnotation]: newest };
    if (spec !== undefined && wanted > 0) spec.minReadySeconds = wanted;
    else delete spec?.minReadySeconds;
  });
};

const hasPods = (plane: ControlPlane, owned: readonly KubeObject[]) =>
  owned.some((set) => wantedOf(set) > 0 || controlledBy(plane, 'pods', set).length > 0);

const resizeSets = (
  plane: ControlPlane,
  deployment: KubeObject,
  current: KubeObject | undefined,
  old: readonly KubeObject[],
) => {
  const replicas = wantedOf(deployment);
  if (deployment.spec?.paused === true) {
    const active = [...(current ? [current] : []), ...old].filter((set) => wantedOf(set) > 0);
    const [only] = active;
    if (only !== undefined && active.length === 1) resize(plane, deployment, only, replicas);
    return;
  }
  if (isRecreate(deployment)) {
    for (const set of old) resize(plane, deployment, set, 0);
    if (current !== undefined && !hasPods(plane, old)) resize(plane, deployment, current, replicas);
    return;
  }
  if (current === undefined) return;
  const update = { replicas, ...limitsOf(deployment), current: sizeOf(current), old: old.map(sizeOf) };
  const sizes = planRollingUpdate(update);
  for (const set of [current, ...old]) {
    const size = sizes.get(set.metadata.name ?? '');
    if (size !== undefined) resize(plane, deployment, set, size);
  }
};

const progressOf = (status: JsonObject | undefined): Progress => ({
  replicas: numberAt(status, 'replicas') ?? 0,
  updated: numberAt(status, 'updatedReplicas') ?? 0,
  ready: numberAt(status, 'readyReplicas') ?? 0,
  available: numberAt(status, 'availableReplicas') ?? 0,
});

const noDeadline = 2_147_483_647;

/** Zero counts are left out, as Go's `omitempty` leaves them out. */
const counts = (values: Readonly<Record<string, number>>): JsonObject =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0));

const report = (
  plane: ControlPlane,
  deployment: KubeObject,
  current: KubeObject | undefined,
  created: boolean,
): number | undefined => {
  const owned = controlledBy(plane, sets, deployment);
  const total = (name: string) => owned.reduce((sum, set) => sum + (numberAt(set.status, name) ?? 0), 0);
  const fresh = owned.find((set) => set.metadata.uid === current?.metadata.uid);
  const now: Progress = {
    replicas: total('replicas'),
    updated: numberAt(fresh?.status, 'replicas') ?? 0,
    ready: total('readyReplicas'),
    available: total('availableReplicas'),
  };
  const deadline = numberAt(deployment.spec, 'progressDeadlineSeconds') ?? noDeadline;
  const situation = {
    wanted: wantedOf(deployment),
    maxUnavailable: isRecreate(deployment) ? 0 : limitsOf(deployment).maxUnavailable,
    paused: deployment.spec?.paused === true,
    deadlineSeconds: deadline === noDeadline ? Number.POSITIVE_INFINITY : deadline,
    newSet: current?.metadata.name,
    created,
    before: progressOf(deployment.status),
    now,
    at: timeOf(plane),
  };
  const available = assessAvailable(asCondition(conditionOf(deployment, 'Available')), situation);
  const progressing = assessProgressing(asCondition(conditionOf(deployment, 'Progressing')), situation);
  const collisions = numberAt(deployment.status, 'collisionCount');
  const status: JsonObject = {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...counts({
      replicas: now.replicas,
      updatedReplicas: now.updated,
      readyReplicas: now.ready,
      availableReplicas: now.available,
    }),
    ...counts({ unavailableReplicas: Math.max(0, wantedOf(deployment) - now.available) }),
    terminatingReplicas: total('terminatingReplicas'),
    conditions: [available, ...(progressing === undefined ? [] : [progressing])],
    ...(collisions === undefined ? {} : { collisionCount: collisions }),
  };
  const revision = current?.metadata.annotations?.[revisionAnnotation];
  const annotated = { ...deployment, metadata: { ...deployment.metadata } };
  if (revision !== undefined) {
    annotated.metadata.annotations = { ...deployment.metadata.annotations, [revisionAnnotation]: revision };
  }
  writeStatusAndRevision(plane, deployment, annotated, status);
  const waits =
    progressing !== undefined && progressing.status === 'True' && progressing.reason !== 'NewReplicaSetAvailable';
  if (!waits || !Number.isFinite(situation.deadlineSeconds)) return undefined;
  return Math.max(1000, deadlineIn(progressing, situation));
};

const writeStatusAndRevision = (plane: ControlPlane, live: KubeObject, annotated: KubeObject, status: JsonObject) => {
  const before = live.metadata.annotations?.[revisionAnnotation];
  const after = annotated.metadata.annotations?.[revisionAnnotation];
  if (before === after) {
    writeStatus(plane, live, status);
    return;
  }
  change(
    plane,
    live,
    (object) => {
      object.metadata.annotations = {
        ...object.metadata.annotations,
        ...(after === undefined ? {} : { [revisionAnnotation]: after }),
      };
      object.status = status;
    },
    'status',
  );
};

const dropHistory = (plane: ControlPlane, deployment: KubeObject, old: readonly KubeObject[]) => {
  const limit = numberAt(deployment.spec, 'revisionHistoryLimit') ?? 10;
  const idle = old.filter((set) => wantedOf(set) === 0 && (numberAt(set.status, 'replicas') ?? 0) === 0);
  const oldest = idle.toSorted((a, b) => revisionOf(a) - revisionOf(b));
  for (const set of oldest.slice(0, Math.max(0, idle.length - limit))) remove(plane, set);
};

/** Deployments: a ReplicaSet for each template, moved from old to new within surge and unavailability. */
export const deploymentController: Controller = {
  name: 'deployment',
  concerns: (_, changed) => concernsOwner(changed, 'deployments.apps', 'Deployment', [sets]),
  everything: (plane) => allKeys(plane, 'deployments.apps'),
  reconcile: (plane, key) => {
    const deployment = read(plane, 'deployments.apps', key);
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return undefined;
    const owned = controlledBy(plane, sets, deployment).toSorted((a, b) => revisionOf(a) - revisionOf(b));
    const { set: current, created } = currentSet(plane, deployment, owned);
    const old = owned.filter((set) => set.metadata.uid !== current?.metadata.uid);
    if (!created) resizeSets(plane, deployment, current, old);
    dropHistory(plane, deployment, old);
    return report(plane, deployment, current, created);
  },
};
