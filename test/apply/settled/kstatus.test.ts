import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { assessKstatus } from '../../../shared/apply/settled/kstatus.ts';
import { live } from '../manifests.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const condition = (type: string, status: string, reason = '', message = '') => ({ type, status, reason, message });
const of = (apiVersion: string, kind: string, status?: unknown, spec: object = {}, metadata: object = {}): LiveObject =>
  live(apiVersion, kind, {
    metadata: { generation: 1, ...metadata },
    spec,
    ...(status === undefined ? {} : { status }),
  });
const app = (kind: string, status: object, spec: object = {}) =>
  of('apps/v1', kind, { observedGeneration: 1, ...status }, spec);
const pod = (status: object, metadata: object = {}) => of('v1', 'Pod', status, {}, metadata);
const crd = (...conditions: object[]) => of('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { conditions });
const job = (status: object, spec: object = {}) => of('batch/v1', 'Job', status, spec);
const custom = (status?: unknown, metadata: object = {}) => of('something/v1', 'MyCR', status, {}, metadata);

const one = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
const available = condition('Available', 'True');
const four = { replicas: 4, readyReplicas: 4, currentReplicas: 4 };
const labelled = { replicas: 4, readyReplicas: 4, availableReplicas: 4, fullyLabeledReplicas: 4 };
const daemon = {
  desiredNumberScheduled: 4,
  currentNumberScheduled: 4,
  updatedNumberScheduled: 4,
  numberAvailable: 4,
  numberReady: 4,
};
const unschedulable = { phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'Unschedulable')] };
const crashing = [{ name: 'nginx', state: { waiting: { reason: 'CrashLoopBackOff' } } }];

describe('assessKstatus', () => {
  it.each<[string, LiveObject, string]>([
    ['Pod without status', pod({}), 'in-progress PodNotObserved: Pod phase not available'],
    ['Pod ready', pod({ phase: 'Running', conditions: [condition('Ready', 'True')] }), 'ready Current: Pod is Ready'],
    ['Pod succeeded', pod({ phase: 'Succeeded' }), 'ready Current: Pod has completed successfully'],
    ['Pod failed is current', pod({ phase: 'Failed' }), 'ready Current: Pod has completed, but not successfully'],
    [
      'Pod being scheduled',
      pod(unschedulable, { creationTimestamp: '2026-03-01T11:59:50Z' }),
      'in-progress PodNotScheduled: Pod has not been scheduled',
    ],
    [
      'Pod unschedulable for 15 s',
      pod(unschedulable, { creationTimestamp: '2026-03-01T11:59:45Z' }),
      'failed PodUnschedulable: Pod could not be scheduled',
    ],
    ['Pod unschedulable, age unknown', pod(unschedulable), 'failed PodUnschedulable: Pod could not be scheduled'],
    ['Pod pending', pod({ phase: 'Pending' }), 'in-progress PodPending: Pod is in the Pending phase'],
    [
      'Pod in a crash loop',
      pod({ phase: 'Running', containerStatuses: crashing }),
      'failed ContainerCrashLooping: Containers in CrashLoop state: nginx',
    ],
    [
      'Pod whose init container crashes',
      pod({ phase: 'Running', initContainerStatuses: crashing }),
      'in-progress PodRunningNotReady: Pod is running but is not Ready',
    ],
    ['Pod of an unknown phase', pod({ phase: 'Lost' }), 'unknown Malformed: unknown phase Lost'],
    [
      'claim without status',
      of('v1', 'PersistentVolumeClaim'),
      'in-progress NotBound: PVC is not Bound. phase: unknown',
    ],
    ['claim bound', of('v1', 'PersistentVolumeClaim', { phase: 'Bound' }), 'ready Current: PVC is Bound'],
    ['StatefulSet without status', of('apps/v1', 'StatefulSet'), 'in-progress LessReplicas: Replicas: 0/1'],
    [
      'StatefulSet all there',
      app('StatefulSet', four, { replicas: 4 }),
      'ready Current: All replicas scheduled as expected. Replicas: 4',
    ],
    [
      'StatefulSet less ready',
      app('StatefulSet', { ...four, readyReplicas: 2 }, { replicas: 4 }),
      'in-progress LessReady: Ready: 2/4',
    ],
    [
      'StatefulSet less current',
      app('StatefulSet', { ...four, currentReplicas: 2 }, { replicas: 4 }),
      'in-progress LessCurrent: current: 2/4',
    ],
    [
      'StatefulSet extra pods',
      app('StatefulSet', { ...four, replicas: 8 }, { replicas: 4 }),
      'in-progress ExtraPods: Pending termination: 4',
    ],
    [
      'StatefulSet another revision',
      app('StatefulSet', { ...four, currentRevision: 'a', updateRevision: 'b' }, { replicas: 4 }),
      'in-progress RevisionMismatch: Waiting for updated revision to match current',
    ],
    [
      'StatefulSet with partition 0 goes by what is updated',
      app('StatefulSet', four, { replicas: 4, updateStrategy: { rollingUpdate: { partition: 0 } } }),
      'in-progress PartitionRollout: updated: 0/4',
    ],
    [
      'StatefulSet up to its partition',
      app(
        'StatefulSet',
        { ...four, updatedReplicas: 2 },
        { replicas: 4, updateStrategy: { rollingUpdate: { partition: 2 } } },
      ),
      'ready Current: Partition rollout complete. updated: 2',
    ],
    [
      'StatefulSet OnDelete',
      app('StatefulSet', {}, { updateStrategy: { type: 'OnDelete' } }),
      'ready Current: StatefulSet is using the ondelete update strategy',
    ],
    [
      'DaemonSet without status',
      of('apps/v1', 'DaemonSet'),
      'in-progress NoObservedGeneration: DaemonSet status.observedGeneration not found',
    ],
    [
      'DaemonSet without generation',
      of('apps/v1', 'DaemonSet', daemon, {}, { generation: undefined }),
      'in-progress NoGeneration: DaemonSet metadata.generation not found',
    ],
    [
      'DaemonSet without numbers',
      app('DaemonSet', { currentReplicas: 1 }),
      'in-progress NoDesiredNumber: Missing .status.desiredNumberScheduled',
    ],
    ['DaemonSet all there', app('DaemonSet', daemon), 'ready Current: All replicas scheduled as expected. Replicas: 4'],
    [
      'DaemonSet of an older generation',
      of('apps/v1', 'DaemonSet', { ...daemon, observedGeneration: 1 }, {}, { generation: 2 }),
      'in-progress LatestGenerationNotObserved: DaemonSet generation is 2, but latest observed generation is 1',
    ],
    ['DaemonSet less ready', app('DaemonSet', { ...daemon, numberReady: 2 }), 'in-progress LessReady: Ready: 2/4'],
    [
      'DaemonSet less available',
      app('DaemonSet', { ...daemon, numberAvailable: 2 }),
      'in-progress LessAvailable: Available: 2/4',
    ],
    ['Deployment without status', of('apps/v1', 'Deployment'), 'in-progress LessReplicas: Replicas: 0/1'],
    [
      'Deployment all there',
      app('Deployment', { ...one, conditions: [available] }),
      'ready Current: Deployment is available. Replicas: 1',
    ],
    [
      'Deployment not progressing',
      app(
        'Deployment',
        { ...one, conditions: [condition('Progressing', 'False', 'Some reason'), available] },
        { progressDeadlineSeconds: 45 },
      ),
      'in-progress ReplicaSetNotAvailable: ReplicaSet not Available',
    ],
    [
      'Deployment not available',
      app('Deployment', { ...one, conditions: [condition('Available', 'False')] }),
      'in-progress DeploymentNotAvailable: Deployment not Available',
    ],
    [
      'Deployment past its deadline',
      app('Deployment', { conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded')] }),
      'failed ProgressDeadlineExceeded: Progress deadline exceeded',
    ],
    [
      'Deployment that is paused has no rule of its own',
      app('Deployment', {}, { paused: true }),
      'in-progress LessReplicas: Replicas: 0/1',
    ],
    ['Deployment of the old group', of('extensions/v1beta1', 'Deployment'), 'in-progress LessReplicas: Replicas: 0/1'],
    ['ReplicaSet without status', of('apps/v1', 'ReplicaSet'), 'in-progress LessLabelled: Labelled: 0/1'],
    [
      'ReplicaSet all there',
      app('ReplicaSet', labelled, { replicas: 4 }),
      'ready Current: ReplicaSet is available. Replicas: 4',
    ],
    [
      'ReplicaSet less available',
      app('ReplicaSet', { ...labelled, availableReplicas: 2 }, { replicas: 4 }),
      'in-progress LessAvailable: Available: 2/4',
    ],
    [
      'ReplicaSet less ready',
      app('ReplicaSet', { ...labelled, readyReplicas: 2 }, { replicas: 4 }),
      'in-progress LessReady: Ready: 2/4',
    ],
    [
      'ReplicaSet failing',
      app('ReplicaSet', { ...labelled, conditions: [condition('ReplicaFailure', 'True')] }, { replicas: 4 }),
      'in-progress ReplicaFailure: Replica Failure condition. Check Pods',
    ],
    [
      'budget not observed',
      of('policy/v1beta1', 'PodDisruptionBudget', { observedGeneration: 1 }, {}, { generation: 2 }),
      'in-progress LatestGenerationNotObserved: PodDisruptionBudget generation is 2, but latest observed generation is 1',
    ],
    [
      'budget observed',
      of('policy/v1', 'PodDisruptionBudget', { observedGeneration: 1 }),
      'ready Current: AllowedDisruptions has been computed.',
    ],
    ['custom object without status', custom(), 'ready Current: Resource is current'],
    [
      'custom object Ready',
      custom({ conditions: [condition('Ready', 'True', 'AllOk')] }),
      'ready Current: Resource is Ready',
    ],
    [
      'custom object not Ready',
      custom({ observedGeneration: 1, conditions: [condition('Ready', 'False', 'NotReadyYet', 'soon')] }),
      'in-progress NotReadyYet: soon',
    ],
    [
      'custom object with another condition',
      custom({ conditions: [condition('SomeCondition', 'False')] }),
      'ready Current: Resource is current',
    ],
    [
      'custom object Reconciling',
      custom({ conditions: [condition('Reconciling', 'True', 'Pulling', 'an image')] }),
      'in-progress Pulling: an image',
    ],
    [
      'custom object Stalled',
      custom({ conditions: [condition('Stalled', 'True', 'BadSpec', 'no image')] }),
      'failed BadSpec: no image',
    ],
    [
      'observed generation as text is an error',
      custom({ observedGeneration: '1' }),
      'unknown Malformed: status.observedGeneration is not a whole number',
    ],
    ['status as text is an error', custom('fine'), 'unknown Malformed: status is not an object'],
    ['Job without status', job({}), 'in-progress JobNotStarted: Job not started'],
    [
      'Job complete',
      job({ succeeded: 1, conditions: [condition('Complete', 'True')] }),
      'ready Current: Job Completed. succeeded: 1/1',
    ],
    [
      'Job failed',
      job({ succeeded: 3, failed: 1, conditions: [condition('Failed', 'True')] }, { completions: 4 }),
      'failed JobFailed: Job Failed. failed: 1/4',
    ],
    [
      'Job running is current',
      job({ startTime: '2019-06-04T01:17:13Z', succeeded: 3, failed: 1, active: 2 }, { completions: 10 }),
      'ready Current: Job in progress. success:3, active: 2, failed: 1',
    ],
    [
      'Job suspended',
      job({ conditions: [condition('Suspended', 'True')] }, { suspend: true }),
      'ready Current: Job is suspended',
    ],
    [
      'Job that was suspended',
      job({ conditions: [condition('Suspended', 'True')] }, { suspend: false }),
      'in-progress JobNotStarted: Job not started',
    ],
    ['CronJob', of('batch/v1', 'CronJob'), 'ready Current: Resource is always ready'],
    ['Service', of('v1', 'Service'), 'ready Current: Service is ready'],
    [
      'load balancer with a cluster address only',
      of('v1', 'Service', undefined, { type: 'LoadBalancer', clusterIP: '1.2.3.4' }),
      'ready Current: Service is ready',
    ],
    [
      'load balancer without cluster address',
      of('v1', 'Service', undefined, { type: 'LoadBalancer' }),
      'in-progress NoIPAssigned: ClusterIP not set. Service type: LoadBalancer',
    ],
    ['Ingress without address', of('networking.k8s.io/v1', 'Ingress'), 'ready Current: Resource is current'],
    [
      'degraded autoscaler',
      of('autoscaling/v2', 'HorizontalPodAutoscaler', { conditions: [condition('ScalingActive', 'False')] }),
      'ready Current: Resource is current',
    ],
    ['CRD without conditions', crd(), 'in-progress Installing: Install in progress'],
    [
      'CRD installing',
      crd(condition('NamesAccepted', 'True'), condition('Established', 'False', 'Installing')),
      'in-progress Installing: Install in progress',
    ],
    [
      'CRD whose names are taken',
      crd(condition('NamesAccepted', 'False', 'SomeReason', 'taken')),
      'failed SomeReason: taken',
    ],
    [
      'CRD established',
      crd(condition('NamesAccepted', 'True'), condition('Established', 'True')),
      'ready Current: CRD is established',
    ],
    [
      'an object being deleted',
      of('v1', 'ConfigMap', undefined, {}, { deletionTimestamp: '2026-03-01T11:00:00Z' }),
      'terminating Terminating: Resource scheduled for deletion',
    ],
  ])('%s', (_, object, expected) => {
    const { status, reason, message } = assessKstatus(object, now);
    expect(`${status} ${reason}: ${message}`).toBe(expected);
  });
});
