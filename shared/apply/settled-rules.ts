import { at, conditionOf, listAt, numberAt, textAt } from './fields.ts';
import type { LiveObject } from './live-object.ts';

/** The state of one object. `reason` is a word of kstatus where it has one; `message` a clause without its subject. */
export interface Settled {
  readonly status: 'ready' | 'in-progress' | 'failed' | 'terminating' | 'unknown';
  readonly reason: string;
  readonly message: string;
}

export const ready: Settled = { status: 'ready', reason: 'Ready', message: '' };
export const inProgress = (reason: string, message: string): Settled => ({ status: 'in-progress', reason, message });
export const failed = (reason: string, message: string): Settled => ({ status: 'failed', reason, message });
const suspended: Settled = { status: 'ready', reason: 'Suspended', message: 'it is paused' };

type Rule = (object: LiveObject, now: number) => Settled;

const statusNumber = (object: LiveObject, name: string): number => numberAt(object, 'status', name) ?? 0;
const isTrue = (object: LiveObject, type: string): boolean => textAt(conditionOf(object, type), 'status') === 'True';

/** The first comparison that does not hold decides, as in kstatus. */
const firstOf = (...steps: readonly (Settled | undefined | false)[]): Settled =>
  steps.find((step): step is Settled => step !== undefined && step !== false) ?? ready;

const less = (reason: string, have: number, want: number, what: string) =>
  have < want && inProgress(reason, `${have} of ${want} replicas are ${what}`);

const extra = (have: number, want: number) =>
  have > want && inProgress('ExtraPods', `${have - want} replicas more than wanted have yet to end`);

const deployment: Rule = (object) => {
  const want = numberAt(object, 'spec', 'replicas') ?? 1;
  const replicas = statusNumber(object, 'replicas');
  const updated = statusNumber(object, 'updatedReplicas');
  const progressing = conditionOf(object, 'Progressing');
  if (at(object, 'spec', 'paused') === true) return suspended;
  if (textAt(progressing, 'reason') === 'ProgressDeadlineExceeded') {
    return failed(
      'ProgressDeadlineExceeded',
      textAt(progressing, 'message') ?? 'it made no progress within its deadline',
    );
  }
  const deadline = numberAt(object, 'spec', 'progressDeadlineSeconds');
  const tracksProgress = deadline !== undefined && deadline !== 2 ** 31 - 1;
  const isNewAvailable =
    textAt(progressing, 'status') === 'True' && textAt(progressing, 'reason') === 'NewReplicaSetAvailable';
  return firstOf(
    less('LessReplicas', replicas, want, 'there'),
    less('LessUpdated', updated, want, 'updated'),
    extra(replicas, want),
    less('LessAvailable', statusNumber(object, 'availableReplicas'), updated, 'available'),
    less('LessReady', statusNumber(object, 'readyReplicas'), want, 'ready'),
    tracksProgress && !isNewAvailable && inProgress('ReplicaSetNotAvailable', 'its new ReplicaSet is not available'),
    !isTrue(object, 'Available') &&
      inProgress('DeploymentNotAvailable', 'it has not the minimum of available replicas'),
  );
};

const replicaSet: Rule = (object) => {
  const want = numberAt(object, 'spec', 'replicas') ?? 1;
  const failure = conditionOf(object, 'ReplicaFailure');
  return firstOf(
    textAt(failure, 'status') === 'True' &&
      inProgress('ReplicaFailure', textAt(failure, 'message') ?? 'pods can not be made'),
    less('LessLabelled', statusNumber(object, 'fullyLabeledReplicas'), want, 'labelled'),
    less('LessAvailable', statusNumber(object, 'availableReplicas'), want, 'available'),
    less('LessReady', statusNumber(object, 'readyReplicas'), want, 'ready'),
    extra(statusNumber(object, 'replicas'), want),
  );
};

const statefulSet: Rule = (object) => {
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') return ready;
  const want = numberAt(object, 'spec', 'replicas') ?? 1;
  const partition = numberAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
  const updated = statusNumber(object, 'updatedReplicas');
  const rolledOut =
    partition > 0
      ? less('PartitionRollout', updated, want - partition, 'updated')
      : less('LessCurrent', statusNumber(object, 'currentReplicas'), want, 'current') ||
        (textAt(object, 'status', 'currentRevision') !== textAt(object, 'status', 'updateRevision') &&
          inProgress('RevisionMismatch', 'it has not moved to its new revision'));
  return firstOf(
    less('LessReplicas', statusNumber(object, 'replicas'), want, 'there'),
    less('LessReady', statusNumber(object, 'readyReplicas'), want, 'ready'),
    extra(statusNumber(object, 'replicas'), want),
    rolledOut,
  );
};

const daemonSet: Rule = (object) => {
  const want = numberAt(object, 'status', 'desiredNumberScheduled');
  if (numberAt(object, 'status', 'observedGeneration') === undefined || want === undefined) {
    return inProgress('NoDesiredNumber', 'its controller has not seen it yet');
  }
  return firstOf(
    less('LessCurrent', statusNumber(object, 'currentNumberScheduled'), want, 'scheduled'),
    less('LessUpdated', statusNumber(object, 'updatedNumberScheduled'), want, 'updated'),
    less('LessAvailable', statusNumber(object, 'numberAvailable'), want, 'available'),
    less('LessReady', statusNumber(object, 'numberReady'), want, 'ready'),
  );
};

const job: Rule = (object) => {
  const ended = conditionOf(object, 'Failed');
  return firstOf(
    isTrue(object, 'Complete') && ready,
    textAt(ended, 'status') === 'True' && failed('JobFailed', textAt(ended, 'message') ?? 'it failed'),
    isTrue(object, 'Suspended') && at(object, 'spec', 'suspend') === true && suspended,
    textAt(object, 'status', 'startTime') === undefined && inProgress('JobNotStarted', 'it has not started'),
    inProgress('JobRunning', `${statusNumber(object, 'succeeded')} of its pods succeeded so far`),
  );
};

/** How long a pod may find no node: a cluster autoscaler needs a minute or two to bring one. */
const unschedulableGraceMs = 120_000;

const pod: Rule = (object, now) => {
  const phase = textAt(object, 'status', 'phase');
  const crashing = listAt(object, 'status', 'containerStatuses').find(
    (container) => textAt(container, 'state', 'waiting', 'reason') === 'CrashLoopBackOff',
  );
  const scheduled = conditionOf(object, 'PodScheduled');
  const isUnschedulable =
    textAt(scheduled, 'reason') === 'Unschedulable' &&
    now - Date.parse(textAt(scheduled, 'lastTransitionTime') ?? '') >= unschedulableGraceMs;
  return firstOf(
    phase === 'Succeeded' && ready,
    phase === 'Failed' && failed('PodFailed', textAt(object, 'status', 'message') ?? 'it failed'),
    crashing !== undefined &&
      failed('CrashLoopBackOff', `container ${textAt(crashing, 'name')} crashes again and again`),
    phase === 'Running' && isTrue(object, 'Ready') && ready,
    isUnschedulable && failed('Unschedulable', textAt(scheduled, 'message') ?? 'no node can take it'),
    inProgress('PodNotReady', `its phase is ${phase ?? 'not known yet'}`),
  );
};

const claim: Rule = (object) => {
  const phase = textAt(object, 'status', 'phase') ?? 'Pending';
  if (phase === 'Lost') return failed('Lost', 'its volume is gone');
  return phase === 'Bound' ? ready : inProgress('NotBound', `its phase is ${phase}`);
};

const hasAddress = (object: LiveObject): boolean => listAt(object, 'status', 'loadBalancer', 'ingress').length > 0;
const noAddress = inProgress('NoAddress', 'it has no address yet');

const service: Rule = (object) =>
  textAt(object, 'spec', 'type') !== 'LoadBalancer' ||
  (hasAddress(object) && textAt(object, 'spec', 'clusterIP') !== undefined)
    ? ready
    : noAddress;

const definition: Rule = (object) => {
  const names = conditionOf(object, 'NamesAccepted');
  const established = conditionOf(object, 'Established');
  const message = textAt(established, 'message') ?? 'it is being installed';
  return firstOf(
    textAt(names, 'status') === 'False' &&
      failed('NamesNotAccepted', textAt(names, 'message') ?? 'its names are taken'),
    textAt(established, 'status') === 'True' && ready,
    textAt(established, 'status') === 'False' &&
      textAt(established, 'reason') !== 'Installing' &&
      failed('NotEstablished', message),
    inProgress('Installing', message),
  );
};

const autoscaler: Rule = (object) => {
  const degraded = ['AbleToScale', 'ScalingActive']
    .map((type) => conditionOf(object, type))
    .find(
      (condition) =>
        // ScalingDisabled: its target is scaled to nothing on purpose.
        textAt(condition, 'status') === 'False' && textAt(condition, 'reason') !== 'ScalingDisabled',
    );
  return degraded === undefined
    ? ready
    : inProgress(textAt(degraded, 'reason') ?? '', textAt(degraded, 'message') ?? '');
};

const apiService: Rule = (object) =>
  isTrue(object, 'Available')
    ? ready
    : inProgress(
        'NotAvailable',
        textAt(conditionOf(object, 'Available'), 'message') ?? 'its server does not answer yet',
      );

const always: Rule = () => ready;

/** By `group/Kind`. A kind without a rule goes by its conditions. */
export const settledRules: Readonly<Record<string, Rule>> = {
  '/ConfigMap': always,
  '/Secret': always,
  'batch/CronJob': always,
  'policy/PodDisruptionBudget': always,
  'apps/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'batch/Job': job,
  '/Pod': pod,
  '/PersistentVolumeClaim': claim,
  '/Service': service,
  'networking.k8s.io/Ingress': (object) => (hasAddress(object) ? ready : noAddress),
  'apiextensions.k8s.io/CustomResourceDefinition': definition,
  'autoscaling/HorizontalPodAutoscaler': autoscaler,
  'apiregistration.k8s.io/APIService': apiService,
};
