import { at, isObject, textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';

/** What kstatus says of an object, in our words: its Current is `ready`; `unknown` where it answers with an error. */
export interface Kstatus {
  readonly status: 'ready' | 'in-progress' | 'failed' | 'terminating' | 'unknown';
  readonly reason: string;
  readonly message: string;
}

/** A condition with every field as text, as kstatus reads it. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** kstatus refuses to judge this object; the message says which field is in its way. */
export class MalformedObject extends Error {
  override readonly name = 'MalformedObject';
}

export type KstatusRule = (object: LiveObject, conditions: readonly Condition[], now: number) => Kstatus;

export const working = (reason: string, message: string): Kstatus => ({ status: 'in-progress', reason, message });
const failing = (reason: string, message: string): Kstatus => ({ status: 'failed', reason, message });
const current = (message: string): Kstatus => ({ status: 'ready', reason: 'Current', message });

/** What is an integer upstream: a whole number of 64 bits. Beyond them its decoder makes a floating-point number. */
export const isWhole = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 63;

/** Numbers that are missing, or no whole numbers, count as their default. */
const number = (object: LiveObject, path: string, otherwise: number): number => {
  const found = at(object, ...path.split('.'));
  return isWhole(found) ? found : otherwise;
};

const text = (object: LiveObject, path: string): string => textAt(object, ...path.split('.')) ?? '';

/** Reason, what is counted, have, want: the first step with too few decides. */
type Step = readonly [reason: string, what: string, have: number, want: number];

const firstShort = (...steps: readonly Step[]): Kstatus | undefined => {
  const short = steps.find(([, , have, want]) => have < want);
  return short && working(short[0], `${short[1]}: ${short[2]}/${short[3]}`);
};

const surplus = (have: number, want: number): Kstatus | undefined =>
  have > want ? working('ExtraPods', `Pending termination: ${have - want}`) : undefined;

/** What the controller counts as "no deadline": the largest 32-bit integer. */
const noDeadline = 2 ** 31 - 1;

const deployment: KstatusRule = (object, conditions) => {
  const progress = conditions.filter(({ type }) => type === 'Progressing');
  if (progress.some(({ reason }) => reason === 'ProgressDeadlineExceeded')) {
    return failing('ProgressDeadlineExceeded', 'Progress deadline exceeded');
  }
  const progressed =
    number(object, 'spec.progressDeadlineSeconds', noDeadline) === noDeadline ||
    progress.some(({ status, reason }) => status === 'True' && reason === 'NewReplicaSetAvailable');
  const available = conditions.some(({ type, status }) => type === 'Available' && status === 'True');
  const want = number(object, 'spec.replicas', 1);
  const replicas = number(object, 'status.replicas', 0);
  const updated = number(object, 'status.updatedReplicas', 0);
  return (
    firstShort(['LessReplicas', 'Replicas', replicas, want], ['LessUpdated', 'Updated', updated, want]) ??
    surplus(replicas, want) ??
    firstShort(
      ['LessAvailable', 'Available', number(object, 'status.availableReplicas', 0), updated],
      ['LessReady', 'Ready', number(object, 'status.readyReplicas', 0), want],
    ) ??
    (progressed ? undefined : working('ReplicaSetNotAvailable', 'ReplicaSet not Available')) ??
    (available
      ? current(`Deployment is available. Replicas: ${replicas}`)
      : working('DeploymentNotAvailable', 'Deployment not Available'))
  );
};

const replicaSet: KstatusRule = (object, conditions) => {
  if (conditions.some(({ type, status }) => type === 'ReplicaFailure' && status === 'True')) {
    return working('ReplicaFailure', 'Replica Failure condition. Check Pods');
  }
  const want = number(object, 'spec.replicas', 1);
  const replicas = number(object, 'status.replicas', 0);
  return (
    firstShort(
      ['LessLabelled', 'Labelled', number(object, 'status.fullyLabeledReplicas', 0), want],
      ['LessAvailable', 'Available', number(object, 'status.availableReplicas', 0), want],
      ['LessReady', 'Ready', number(object, 'status.readyReplicas', 0), want],
    ) ??
    surplus(replicas, want) ??
    current(`ReplicaSet is available. Replicas: ${replicas}`)
  );
};

const statefulSet: KstatusRule = (object) => {
  if (text(object, 'spec.updateStrategy.type') === 'OnDelete') {
    return current('StatefulSet is using the ondelete update strategy');
  }
  const want = number(object, 'spec.replicas', 1);
  const replicas = number(object, 'status.replicas', 0);
  const updated = number(object, 'status.updatedReplicas', 0);
  const partition = number(object, 'spec.updateStrategy.rollingUpdate.partition', -1);
  const pods =
    firstShort(
      ['LessReplicas', 'Replicas', replicas, want],
      ['LessReady', 'Ready', number(object, 'status.readyReplicas', 0), want],
    ) ?? surplus(replicas, want);
  if (pods !== undefined) return pods;
  if (partition !== -1) {
    return (
      firstShort(['PartitionRollout', 'updated', updated, want - partition]) ??
      current(`Partition rollout complete. updated: ${updated}`)
    );
  }
  const short = firstShort(['LessCurrent', 'current', number(object, 'status.currentReplicas', 0), want]);
  if (short !== undefined) return short;
  return text(object, 'status.currentRevision') === text(object, 'status.updateRevision')
    ? current(`All replicas scheduled as expected. Replicas: ${replicas}`)
    : working('RevisionMismatch', 'Waiting for updated revision to match current');
};

const daemonSet: KstatusRule = (object) => {
  if (at(object, 'metadata', 'generation') === undefined) {
    return working('NoGeneration', `${object.kind} metadata.generation not found`);
  }
  if (at(object, 'status', 'observedGeneration') === undefined) {
    return working('NoObservedGeneration', `${object.kind} status.observedGeneration not found`);
  }
  const want = number(object, 'status.desiredNumberScheduled', -1);
  if (want === -1) return working('NoDesiredNumber', 'Missing .status.desiredNumberScheduled');
  return (
    firstShort(
      ['LessCurrent', 'Current', number(object, 'status.currentNumberScheduled', 0), want],
      ['LessUpdated', 'Updated', number(object, 'status.updatedNumberScheduled', 0), want],
      ['LessAvailable', 'Available', number(object, 'status.numberAvailable', 0), want],
      ['LessReady', 'Ready', number(object, 'status.numberReady', 0), want],
    ) ?? current(`All replicas scheduled as expected. Replicas: ${want}`)
  );
};

const job: KstatusRule = (object, conditions) => {
  const completions = number(object, 'spec.completions', number(object, 'spec.parallelism', 1));
  const count = (name: string) => number(object, `status.${name}`, 0);
  const suspended = at(object, 'spec', 'suspend') === true;
  for (const { type, status } of conditions) {
    if (status !== 'True') continue;
    if (type === 'Complete') return current(`Job Completed. succeeded: ${count('succeeded')}/${completions}`);
    if (type === 'Failed') return failing('JobFailed', `Job Failed. failed: ${count('failed')}/${completions}`);
    if (type === 'Suspended' && suspended) return current('Job is suspended');
  }
  if (text(object, 'status.startTime') === '') return working('JobNotStarted', 'Job not started');
  return current(
    `Job in progress. success:${count('succeeded')}, active: ${count('active')}, failed: ${count('failed')}`,
  );
};

/** How long a pod may be without a node before it counts as failed. */
const scheduleWindowMs = 15_000;

const pod: KstatusRule = (object, conditions, now) => {
  const phase = text(object, 'status.phase');
  switch (phase) {
    case 'Succeeded':
      return current('Pod has completed successfully');
    case 'Failed':
      return current('Pod has completed, but not successfully');
    case 'Running': {
      if (conditions.some(({ type, status }) => type === 'Ready' && status === 'True')) return current('Pod is Ready');
      const crashing = crashingContainers(object);
      return crashing.length > 0
        ? failing('ContainerCrashLooping', `Containers in CrashLoop state: ${crashing.join(',')}`)
        : working('PodRunningNotReady', 'Pod is running but is not Ready');
    }
    case 'Pending': {
      const scheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
      if (scheduled?.reason !== 'Unschedulable') return working('PodPending', 'Pod is in the Pending phase');
      const isYoung = now - scheduleWindowMs < Date.parse(text(object, 'metadata.creationTimestamp'));
      return isYoung
        ? working('PodNotScheduled', 'Pod has not been scheduled')
        : failing('PodUnschedulable', 'Pod could not be scheduled');
    }
    case '':
      return working('PodNotObserved', 'Pod phase not available');
    default:
      throw new MalformedObject(`unknown phase ${phase}`);
  }
};

/** Names, in order. Upstream looks at each container only as far as it must, and stumbles over what is not as expected. */
const crashingContainers = (object: LiveObject): readonly string[] => {
  const statuses = at(object, 'status', 'containerStatuses');
  if (statuses === undefined) return [];
  if (!Array.isArray(statuses)) throw new MalformedObject('status.containerStatuses is not a list');
  return statuses.flatMap((container: unknown) => {
    const name = step(container, 'name', 'text');
    const waiting = name === undefined ? undefined : step(step(container, 'state', 'object'), 'waiting', 'object');
    return step(waiting, 'reason', 'text') === 'CrashLoopBackOff' && typeof name === 'string' ? [name] : [];
  });
};

const step = (holder: unknown, name: string, expected: 'text' | 'object'): unknown => {
  if (holder === undefined) return undefined;
  const found = isObject(holder) ? holder[name] : null;
  const isExpected = expected === 'text' ? typeof found === 'string' : isObject(found);
  if (found !== undefined && !isExpected) {
    throw new MalformedObject(`status.containerStatuses: ${name} of a container is not as expected`);
  }
  return found;
};

const claim: KstatusRule = (object) => {
  const phase = textAt(object, 'status', 'phase') ?? 'unknown';
  return phase === 'Bound' ? current('PVC is Bound') : working('NotBound', `PVC is not Bound. phase: ${phase}`);
};

const service: KstatusRule = (object) =>
  text(object, 'spec.type') === 'LoadBalancer' && text(object, 'spec.clusterIP') === ''
    ? working('NoIPAssigned', 'ClusterIP not set. Service type: LoadBalancer')
    : current('Service is ready');

const definition: KstatusRule = (_object, conditions) => {
  for (const { type, status, reason, message } of conditions) {
    if (type === 'NamesAccepted' && status === 'False') return failing(reason, message);
    if (type === 'Established' && status === 'False' && reason !== 'Installing') return failing(reason, message);
    if (type === 'Established' && status === 'True') return current('CRD is established');
  }
  return working('Installing', 'Install in progress');
};

const always: KstatusRule = () => current('Resource is always ready');

/** By `group/Kind`. */
export const kstatusRules: Readonly<Record<string, KstatusRule>> = {
  '/ConfigMap': always,
  '/Secret': always,
  'batch/CronJob': always,
  'policy/PodDisruptionBudget': () => current('AllowedDisruptions has been computed.'),
  'apps/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'extensions/Deployment': deployment,
  'extensions/ReplicaSet': replicaSet,
  'extensions/DaemonSet': daemonSet,
  'batch/Job': job,
  '/Pod': pod,
  '/PersistentVolumeClaim': claim,
  '/Service': service,
  'apiextensions.k8s.io/CustomResourceDefinition': definition,
};
