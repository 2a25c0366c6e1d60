import { at, conditionOf, listAt, numberAt, textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';
import { findSigns } from '../settle/find-signs.ts';
import { failed, firstOf, inProgress, isTrue, type Rule, ready, suspended } from './settled-rules.ts';

const statusNumber = (object: LiveObject, name: string): number => numberAt(object, 'status', name) ?? 0;

const less = (reason: string, have: number, want: number, what: string) =>
  have < want && inProgress(reason, `${have} of ${want} replicas are ${what}`);

const extra = (have: number, want: number) =>
  have > want && inProgress('ExtraPods', `${have - want} replicas more than wanted have yet to end`);

const deployment: Rule = (object) => {
  const want = numberAt(object, 'spec', 'replicas') ?? 1;
  const replicas = statusNumber(object, 'replicas');
  const updated = statusNumber(object, 'updatedReplicas');
  const progress = listAt(object, 'status', 'conditions').filter((each) => textAt(each, 'type') === 'Progressing');
  const exceeded = progress.find((each) => textAt(each, 'reason') === 'ProgressDeadlineExceeded');
  if (at(object, 'spec', 'paused') === true) return suspended;
  if (exceeded !== undefined) {
    return failed('ProgressDeadlineExceeded', textAt(exceeded, 'message') ?? 'it made no progress within its deadline');
  }
  const deadline = numberAt(object, 'spec', 'progressDeadlineSeconds');
  const tracksProgress = deadline !== undefined && deadline !== 2 ** 31 - 1;
  const isNewAvailable = progress.some(
    (each) => textAt(each, 'status') === 'True' && textAt(each, 'reason') === 'NewReplicaSetAvailable',
  );
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
  // Nobody knows when its pods will be deleted: waiting for that would wait for ever.
  const isUpdatedByHand = textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  if (!isUpdatedByHand && object.metadata.generation === undefined) {
    return inProgress('NoGeneration', 'it has no generation, as no object in a cluster');
  }
  const want = numberAt(object, 'status', 'desiredNumberScheduled');
  if (numberAt(object, 'status', 'observedGeneration') === undefined || want === undefined || want < 0) {
    return inProgress('NoDesiredNumber', 'its controller has not seen it yet');
  }
  return firstOf(
    less('LessCurrent', statusNumber(object, 'currentNumberScheduled'), want, 'scheduled'),
    !isUpdatedByHand && less('LessUpdated', statusNumber(object, 'updatedNumberScheduled'), want, 'updated'),
    less('LessAvailable', statusNumber(object, 'numberAvailable'), want, 'available'),
    less('LessReady', statusNumber(object, 'numberReady'), want, 'ready'),
  );
};

/** Whether a condition holds, and what it says: the reason in front, which tells a back-off limit from a failure policy. */
const said = (object: LiveObject, type: string): string | undefined => {
  const condition = conditionOf(object, type);
  if (textAt(condition, 'status') !== 'True') return undefined;
  return [textAt(condition, 'reason'), textAt(condition, 'message')].filter((text) => text).join(': ') || 'it failed';
};

/** `FailureTarget` comes before `Failed`, as soon as the controller knows: pods are still being ended then. */
const job: Rule = (object) => {
  const failure = said(object, 'Failed') ?? said(object, 'FailureTarget');
  return firstOf(
    isTrue(object, 'Complete') && ready,
    failure !== undefined && failed('JobFailed', failure),
    isTrue(object, 'Suspended') && at(object, 'spec', 'suspend') === true && suspended,
    textAt(object, 'status', 'startTime') === undefined && inProgress('JobNotStarted', 'it has not started'),
    inProgress('JobRunning', `${statusNumber(object, 'succeeded')} of its pods succeeded so far`),
  );
};

/** How long kstatus gives a pod to find a node. */
const scheduleWindowMs = 15_000;

/**
 * A pod by itself, without its events: what `findSigns` has no patience with any more has failed. Of a pod that is not started again
 * (`restartPolicy` Never or OnFailure) the end is what it is there for.
 */
const pod: Rule = (object, now) => {
  const phase = textAt(object, 'status', 'phase');
  const crashing = listAt(object, 'status', 'containerStatuses').find(
    (container) => textAt(container, 'state', 'waiting', 'reason') === 'CrashLoopBackOff',
  );
  const [worst] = findSigns([object]).filter(({ patienceMs, since }) => patienceMs === 0 || now - since >= patienceMs);
  const scheduled = conditionOf(object, 'PodScheduled');
  const isLate = !(now - scheduleWindowMs < Date.parse(object.metadata.creationTimestamp ?? ''));
  const runsToItsEnd = ['Never', 'OnFailure'].includes(textAt(object, 'spec', 'restartPolicy') ?? '');
  return firstOf(
    phase === 'Succeeded' && ready,
    phase === 'Failed' && failed('PodFailed', textAt(object, 'status', 'message') ?? 'it failed'),
    crashing !== undefined &&
      failed('CrashLoopBackOff', `container ${textAt(crashing, 'name')} crashes again and again`),
    isLate &&
      textAt(scheduled, 'status') === 'False' &&
      textAt(scheduled, 'reason') === 'Unschedulable' &&
      failed('Unschedulable', textAt(scheduled, 'message') ?? 'no node can take it'),
    worst !== undefined && failed(worst.reason, worst.message),
    runsToItsEnd && phase === 'Running' && inProgress('PodRunning', 'it has not come to its end'),
    phase === 'Running' && isTrue(object, 'Ready') && ready,
    inProgress('PodNotReady', `its phase is ${phase ?? 'not known yet'}`),
  );
};

/** By `group/Kind`: what has pods. */
export const workloadRules: Readonly<Record<string, Rule>> = {
  'apps/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  '/ReplicationController': replicaSet,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'batch/Job': job,
  '/Pod': pod,
};
