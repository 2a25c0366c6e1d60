import { conditionOf, isObject, listAt, numberAt, objectAt, textAt } from './fields.ts';
import type { LiveObject } from './live-object.ts';
import { unschedulableGraceMs } from './settled-rules.ts';

/** A pod that will not become ready by itself, and why. */
export interface Doom {
  readonly pod: LiveObject;
  readonly reason: string;
  readonly message: string;
  /** The container whose log tells more; absent where none has run. */
  readonly container?: string;
}

/** Pull errors that the next try will not heal; others (time-outs, rate limits) are given time. */
const hopelessPull = /not found|manifest unknown|does not exist|unauthorized|denied|forbidden|invalid reference/i;
/** How long a registry, a volume or a Secret written by somebody else may take to come, counted from the pod's start. */
const graceMs = 20_000;

const pullReasons = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'];
const startReasons = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError', 'StartError'];

/**
 * The first pod, by name, that is doomed: its image can not be pulled, a container can not be created, crashes again after a restart,
 * or no node takes it. Found within seconds, where the workload itself says nothing until its progress deadline. With
 * `mayCrash` (Jobs, whose back-off limit counts crashes) a crash loop is left to the workload.
 */
export const findDoom = (pods: readonly LiveObject[], now: number, mayCrash = false): Doom | undefined => {
  const byName = [...pods].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  for (const pod of byName) {
    const doom = assessPod(pod, now, mayCrash);
    if (doom !== undefined) return doom;
  }
  return undefined;
};

const assessPod = (pod: LiveObject, now: number, mayCrash: boolean): Doom | undefined => {
  const since = Date.parse(textAt(pod, 'status', 'startTime') ?? pod.metadata.creationTimestamp ?? '');
  const hasHadTime = now - since >= graceMs;
  for (const container of [
    ...listAt(pod, 'status', 'initContainerStatuses'),
    ...listAt(pod, 'status', 'containerStatuses'),
  ]) {
    const name = textAt(container, 'name') ?? '';
    const waiting = objectAt(container, 'state', 'waiting');
    const reason = textAt(waiting, 'reason') ?? '';
    const message = textAt(waiting, 'message') ?? reason;
    if (pullReasons.includes(reason) && (hasHadTime || hopelessPull.test(message))) {
      return { pod, reason, message: `image ${textAt(container, 'image') ?? ''} of container ${name}: ${message}` };
    }
    // A cache that lags behind is the kubelet's own affair.
    if (startReasons.includes(reason) && hasHadTime && !/failed to sync .* cache/.test(message)) {
      return { pod, reason, message: `container ${name}: ${message}` };
    }
    const restarts = numberAt(container, 'restartCount') ?? 0;
    if (reason === 'CrashLoopBackOff' && restarts >= 1 && !mayCrash) {
      return { pod, reason, message: `container ${name} ${lastEnd(container)}, ${restarts} restarts`, container: name };
    }
  }
  return assessScheduling(pod, now);
};

const lastEnd = (container: unknown): string => {
  const ended = objectAt(container, 'lastState', 'terminated');
  const why = textAt(ended, 'reason') === 'OOMKilled' ? ' (out of memory)' : '';
  return `ended with exit code ${numberAt(ended, 'exitCode') ?? 'unknown'}${why}`;
};

const assessScheduling = (pod: LiveObject, now: number): Doom | undefined => {
  const scheduled = conditionOf(pod, 'PodScheduled');
  const isOut = textAt(scheduled, 'status') === 'False' && textAt(scheduled, 'reason') === 'Unschedulable';
  const since = Date.parse(textAt(scheduled, 'lastTransitionTime') ?? pod.metadata.creationTimestamp ?? '');
  return isOut && now - since >= unschedulableGraceMs
    ? { pod, reason: 'Unschedulable', message: textAt(scheduled, 'message') ?? 'no node can take it' }
    : undefined;
};

const owns = (uid: string) => (object: LiveObject) =>
  (object.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid);

const revisionAnnotation = 'deployment.kubernetes.io/revision';
const hashLabel = 'controller-revision-hash';

/**
 * The pods of a workload that belong to its newest state: of a Deployment those of the ReplicaSet with its revision, of a StatefulSet
 * those of its update revision, of a DaemonSet those with the hash of its youngest pod, of others all. Old pods may be as
 * sick as they like: they are what is being replaced. `owned` are the pods and ReplicaSets its selector finds.
 */
export const newestPods = (
  workload: LiveObject,
  owned: { readonly pods: readonly LiveObject[]; readonly replicaSets: readonly LiveObject[] },
): readonly LiveObject[] => {
  if (workload.kind === 'Pod') return [workload];
  const pods = owned.pods.filter(owns(workload.metadata.uid));
  switch (workload.kind) {
    case 'Deployment': {
      const revision = workload.metadata.annotations?.[revisionAnnotation];
      const newest = owned.replicaSets
        .filter(owns(workload.metadata.uid))
        .find((set) => set.metadata.annotations?.[revisionAnnotation] === revision);
      return newest === undefined ? [] : owned.pods.filter(owns(newest.metadata.uid));
    }
    case 'StatefulSet': {
      const revision = textAt(workload, 'status', 'updateRevision');
      return pods.filter((pod) => pod.metadata.labels?.[hashLabel] === revision);
    }
    case 'DaemonSet': {
      if ((numberAt(workload, 'status', 'updatedNumberScheduled') ?? 0) === 0) return [];
      const age = (pod: LiveObject) => pod.metadata.creationTimestamp ?? '';
      const youngest = [...pods].sort((a, b) => (age(a) < age(b) ? 1 : -1))[0];
      return pods.filter((pod) => pod.metadata.labels?.[hashLabel] === youngest?.metadata.labels?.[hashLabel]);
    }
    default:
      return pods;
  }
};

/** A label selector as the API server reads it in a query; `undefined` where the workload has none. */
export const selectorOf = (workload: LiveObject): string | undefined => {
  const selector = objectAt(workload, 'spec', 'selector');
  const labels = Object.entries(objectAt(selector, 'matchLabels')).map(([name, value]) => `${name}=${String(value)}`);
  const expressions = listAt(selector, 'matchExpressions').filter(isObject).map(writeExpression);
  const all = [...labels, ...expressions];
  return all.length === 0 ? undefined : all.join(',');
};

const writeExpression = (expression: Readonly<Record<string, unknown>>): string => {
  const key = String(expression.key);
  const values = listAt(expression, 'values').join(',');
  switch (expression.operator) {
    case 'In':
      return `${key} in (${values})`;
    case 'NotIn':
      return `${key} notin (${values})`;
    case 'Exists':
      return key;
    default:
      return `!${key}`;
  }
};
