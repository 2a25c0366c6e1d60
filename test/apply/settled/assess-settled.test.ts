import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { assessLanding } from '../../../shared/apply/settle/assess-landing.ts';
import { assessSettled } from '../../../shared/apply/settled/assess-settled.ts';
import { live } from '../manifests.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();
const condition = (type: string, status: string, reason = '', more: object = {}) => ({ type, status, reason, ...more });

const workload = (kind: string, spec: object, status: object, generation = 2): LiveObject =>
  live(kind === 'Job' ? 'batch/v1' : 'apps/v1', kind, {
    metadata: { generation },
    spec,
    status: kind === 'Job' ? status : { observedGeneration: generation, ...status },
  });
const running = [condition('Progressing', 'True', 'NewReplicaSetAvailable'), condition('Available', 'True')];
const full = { replicas: 3, updatedReplicas: 3, availableReplicas: 3, readyReplicas: 3, conditions: running };
const deployment = (status: object, spec: object = {}) =>
  workload('Deployment', { replicas: 3, progressDeadlineSeconds: 600, ...spec }, status);
const stateful = {
  replicas: 3,
  readyReplicas: 3,
  currentReplicas: 3,
  updatedReplicas: 3,
  currentRevision: 'a',
  updateRevision: 'a',
};
const daemon = {
  desiredNumberScheduled: 3,
  currentNumberScheduled: 3,
  updatedNumberScheduled: 3,
  numberAvailable: 3,
  numberReady: 3,
};
const core = (kind: string, rest: object = {}) => live('v1', kind, { ...rest });
const service = (spec: object, status: object = {}) => core('Service', { spec, status });
const crd = (...conditions: object[]) =>
  live('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { status: { conditions } });
const custom = (rest: object, created = 60) =>
  live('example.com/v1', 'Widget', { metadata: { creationTimestamp: ago(created), generation: 1 }, ...rest });
const pod = (status: object) => core('Pod', { status });
const lonely = (age: number | undefined) =>
  core('Pod', {
    metadata: age === undefined ? {} : { creationTimestamp: ago(age) },
    status: { phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'Unschedulable')] },
  });
const waitingPod = (reason: string, message: string, age = 1) =>
  pod({
    phase: 'Pending',
    startTime: ago(age),
    containerStatuses: [{ name: 'a', state: { waiting: { reason, message } } }],
  });
const hpa = (...conditions: object[]) => live('autoscaling/v2', 'HorizontalPodAutoscaler', { status: { conditions } });
const address = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };

describe('assessSettled', () => {
  it.each<[string, LiveObject, string]>([
    [
      'an object being deleted',
      live('v1', 'ConfigMap', { metadata: { deletionTimestamp: ago(1) } }),
      'terminating Terminating',
    ],
    [
      'a generation its controller has not seen',
      workload('Deployment', {}, { ...full, observedGeneration: 1 }),
      'in-progress LatestGenerationNotObserved',
    ],
    [
      'an observed generation written as text',
      live('argoproj.io/v1', 'Rollout', { metadata: { generation: 2 }, status: { observedGeneration: '2' } }),
      'ready Ready',
    ],
    [
      'condition Reconciling',
      custom({ status: { conditions: [condition('Reconciling', 'True', 'Scaling')] } }),
      'in-progress Scaling',
    ],
    [
      'condition Stalled',
      custom({ status: { conditions: [condition('Stalled', 'True', 'BadSpec')] } }),
      'failed BadSpec',
    ],
    ['ConfigMap', core('ConfigMap'), 'ready Ready'],
    ['Secret', core('Secret'), 'ready Ready'],
    ['CronJob', live('batch/v1', 'CronJob'), 'ready Ready'],
    ['Deployment: all there', deployment(full), 'ready Ready'],
    [
      'Deployment: deadline exceeded',
      deployment({ ...full, conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded')] }),
      'failed ProgressDeadlineExceeded',
    ],
    ['Deployment: no status', deployment({}), 'in-progress LessReplicas'],
    ['Deployment: too few', deployment({ ...full, replicas: 2 }), 'in-progress LessReplicas'],
    ['Deployment: old ones among them', deployment({ ...full, updatedReplicas: 1 }), 'in-progress LessUpdated'],
    ['Deployment: old ones beside them', deployment({ ...full, replicas: 4 }), 'in-progress ExtraPods'],
    ['Deployment: not all available', deployment({ ...full, availableReplicas: 2 }), 'in-progress LessAvailable'],
    ['Deployment: not all ready', deployment({ ...full, readyReplicas: 2 }), 'in-progress LessReady'],
    [
      'Deployment: new ReplicaSet not available',
      deployment({
        ...full,
        conditions: [condition('Progressing', 'True', 'ReplicaSetUpdated'), condition('Available', 'True')],
      }),
      'in-progress ReplicaSetNotAvailable',
    ],
    [
      'Deployment: progress not tracked',
      deployment({ ...full, conditions: [condition('Available', 'True')] }, { progressDeadlineSeconds: 2147483647 }),
      'ready Ready',
    ],
    [
      'Deployment: below its minimum',
      deployment({ ...full, conditions: [running[0] ?? {}, condition('Available', 'False')] }),
      'in-progress DeploymentNotAvailable',
    ],
    ['Deployment: paused', deployment({}, { paused: true }), 'ready Suspended'],
    ['Deployment: scaled to nothing', deployment({ conditions: running }, { replicas: 0 }), 'ready Ready'],
    [
      'ReplicaSet: all there',
      workload(
        'ReplicaSet',
        { replicas: 1 },
        { replicas: 1, fullyLabeledReplicas: 1, availableReplicas: 1, readyReplicas: 1 },
      ),
      'ready Ready',
    ],
    [
      'ReplicaSet: pods refused',
      workload('ReplicaSet', {}, { conditions: [condition('ReplicaFailure', 'True', 'FailedCreate')] }),
      'in-progress ReplicaFailure',
    ],
    ['StatefulSet: all there', workload('StatefulSet', { replicas: 3 }, stateful), 'ready Ready'],
    [
      'StatefulSet: OnDelete',
      workload('StatefulSet', { replicas: 3, updateStrategy: { type: 'OnDelete' } }, {}),
      'ready Ready',
    ],
    [
      'StatefulSet: not all ready',
      workload('StatefulSet', { replicas: 3 }, { ...stateful, readyReplicas: 2 }),
      'in-progress LessReady',
    ],
    [
      'StatefulSet: another revision',
      workload('StatefulSet', { replicas: 3 }, { ...stateful, updateRevision: 'b' }),
      'in-progress RevisionMismatch',
    ],
    [
      'StatefulSet: up to its partition',
      workload(
        'StatefulSet',
        { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
        { ...stateful, updateRevision: 'b', updatedReplicas: 1 },
      ),
      'ready Ready',
    ],
    [
      'StatefulSet: before its partition',
      workload(
        'StatefulSet',
        { replicas: 3, updateStrategy: { rollingUpdate: { partition: 1 } } },
        { ...stateful, updatedReplicas: 1 },
      ),
      'in-progress PartitionRollout',
    ],
    ['DaemonSet: all there', workload('DaemonSet', {}, daemon), 'ready Ready'],
    ['DaemonSet: not seen', workload('DaemonSet', {}, {}), 'in-progress NoDesiredNumber'],
    [
      'DaemonSet: old ones among them',
      workload('DaemonSet', {}, { ...daemon, updatedNumberScheduled: 1 }),
      'in-progress LessUpdated',
    ],
    [
      'DaemonSet: OnDelete',
      workload('DaemonSet', { updateStrategy: { type: 'OnDelete' } }, { ...daemon, updatedNumberScheduled: 1 }),
      'ready Ready',
    ],
    [
      'ReplicationController: not all ready',
      live('v1', 'ReplicationController', { spec: { replicas: 2 }, status: { replicas: 2, fullyLabeledReplicas: 2 } }),
      'in-progress LessAvailable',
    ],
    ['Job: running', workload('Job', {}, { startTime: ago(5), active: 1 }), 'in-progress JobRunning'],
    ['Job: not started', workload('Job', {}, {}), 'in-progress JobNotStarted'],
    [
      'Job: about to fail',
      workload('Job', {}, { startTime: ago(5), conditions: [condition('FailureTarget', 'True', 'PodFailurePolicy')] }),
      'failed JobFailed',
    ],
    [
      'Job: about to complete',
      workload('Job', {}, { startTime: ago(5), conditions: [condition('SuccessCriteriaMet', 'True')] }),
      'in-progress JobRunning',
    ],
    ['Job: complete', workload('Job', {}, { conditions: [condition('Complete', 'True')] }), 'ready Ready'],
    [
      'Job: failed',
      workload('Job', {}, { conditions: [condition('Failed', 'True', 'BackoffLimitExceeded')] }),
      'failed JobFailed',
    ],
    [
      'Job: suspended',
      workload('Job', { suspend: true }, { conditions: [condition('Suspended', 'True')] }),
      'ready Suspended',
    ],
    ['Pod: running and ready', pod({ phase: 'Running', conditions: [condition('Ready', 'True')] }), 'ready Ready'],
    ['Pod: running, not ready', pod({ phase: 'Running' }), 'in-progress PodNotReady'],
    ['Pod: succeeded', pod({ phase: 'Succeeded' }), 'ready Ready'],
    ['Pod: failed', pod({ phase: 'Failed' }), 'failed PodFailed'],
    [
      'Pod: crash loop',
      pod({ phase: 'Running', containerStatuses: [{ name: 'a', state: { waiting: { reason: 'CrashLoopBackOff' } } }] }),
      'failed CrashLoopBackOff',
    ],
    ['Pod: no node for 14 s', lonely(14), 'in-progress PodNotReady'],
    ['Pod: no node for 15 s', lonely(15), 'failed Unschedulable'],
    ['Pod: no node, nobody knows for how long', lonely(undefined), 'failed Unschedulable'],
    [
      'Pod: an image that does not exist',
      waitingPod('ErrImagePull', 'registry.example.com/web:v9: not found'),
      'failed ErrImagePull',
    ],
    [
      'Pod: a registry that does not answer, yet',
      waitingPod('ErrImagePull', 'i/o timeout', 14),
      'in-progress PodNotReady',
    ],
    ['Pod: a registry that did not answer', waitingPod('ErrImagePull', 'i/o timeout', 15), 'failed ErrImagePull'],
    [
      'Pod: a piece of work under way',
      core('Pod', {
        spec: { restartPolicy: 'Never' },
        status: { phase: 'Running', conditions: [condition('Ready', 'True')] },
      }),
      'in-progress PodRunning',
    ],
    [
      'PersistentVolumeClaim: pending',
      core('PersistentVolumeClaim', { status: { phase: 'Pending' } }),
      'in-progress NotBound',
    ],
    ['PersistentVolumeClaim: bound', core('PersistentVolumeClaim', { status: { phase: 'Bound' } }), 'ready Ready'],
    ['PersistentVolumeClaim: lost', core('PersistentVolumeClaim', { status: { phase: 'Lost' } }), 'failed Lost'],
    ['Service: ClusterIP', service({ type: 'ClusterIP' }), 'ready Ready'],
    [
      'Service: LoadBalancer without address',
      service({ type: 'LoadBalancer', clusterIP: '10.0.0.1' }),
      'in-progress NoAddress',
    ],
    [
      'Service: LoadBalancer with address',
      service({ type: 'LoadBalancer', clusterIP: '10.0.0.1' }, address),
      'ready Ready',
    ],
    ['Ingress without address', live('networking.k8s.io/v1', 'Ingress'), 'in-progress NoAddress'],
    [
      'Ingress of the old group without address',
      live('extensions/v1beta1', 'Ingress', { status: { loadBalancer: {} } }),
      'in-progress NoAddress',
    ],
    ['Ingress with address', live('networking.k8s.io/v1', 'Ingress', { status: address }), 'ready Ready'],
    ['CRD: fresh', crd(), 'in-progress Installing'],
    ['CRD: installing', crd(condition('Established', 'False', 'Installing')), 'in-progress Installing'],
    ['CRD: established', crd(condition('NamesAccepted', 'True'), condition('Established', 'True')), 'ready Ready'],
    ['CRD: names taken', crd(condition('NamesAccepted', 'False')), 'failed NamesNotAccepted'],
    [
      'CRD: not established for another reason',
      crd(condition('Established', 'False', 'Terminating')),
      'failed NotEstablished',
    ],
    ['HPA: scales', hpa(condition('AbleToScale', 'True'), condition('ScalingActive', 'True')), 'ready Ready'],
    [
      'HPA: no metric',
      hpa(condition('ScalingActive', 'False', 'FailedGetResourceMetric')),
      'in-progress FailedGetResourceMetric',
    ],
    ['HPA: not scaled yet', hpa(condition('ScalingActive', 'True')), 'in-progress NotActive'],
    ['HPA: no status', live('autoscaling/v2', 'HorizontalPodAutoscaler'), 'in-progress NotActive'],
    [
      'HPA: of v1, whose conditions are in an annotation',
      live('autoscaling/v1', 'HorizontalPodAutoscaler', {
        metadata: {
          annotations: {
            'autoscaling.alpha.kubernetes.io/conditions': JSON.stringify([condition('AbleToScale', 'True')]),
          },
        },
        status: { currentReplicas: 1 },
      }),
      'ready Ready',
    ],
    [
      'APIService: available',
      live('apiregistration.k8s.io/v1', 'APIService', { status: { conditions: [condition('Available', 'True')] } }),
      'ready Ready',
    ],
    ['APIService: no answer', live('apiregistration.k8s.io/v1', 'APIService'), 'in-progress NotAvailable'],
    ['custom object: no status', custom({}), 'in-progress NoStatus'],
    ['custom object: an empty status', custom({ status: { conditions: [] } }), 'in-progress NoStatus'],
    [
      'custom object: no status, and it says that there will be none',
      live('example.com/v1', 'Widget', { metadata: { annotations: { 'tidegate.dev/settled-when': 'applied' } } }),
      'ready Ready',
    ],
    [
      'custom object: a good condition that is false',
      custom({ status: { conditions: [condition('Available', 'False', 'NoPods')] } }),
      'in-progress NoPods',
    ],
    [
      'custom object: a bad condition that is true',
      custom({ status: { conditions: [condition('Ready', 'True'), condition('Degraded', 'True', 'Lagging')] } }),
      'in-progress Lagging',
    ],
    [
      'custom object: a bad condition that is false',
      custom({ status: { conditions: [condition('Failed', 'False', 'AsExpected')] } }),
      'ready Ready',
    ],
    [
      'custom object: failed for good',
      custom({ status: { conditions: [condition('InstallFailed', 'True', 'NoChart')] } }),
      'failed NoChart',
    ],
    [
      'custom object: Progressing stays true when all is there',
      custom({ status: { conditions: [condition('Progressing', 'True', 'NewReplicaSetAvailable')] } }),
      'ready Ready',
    ],
    [
      'custom object: a condition of the generation before',
      custom({ status: { conditions: [condition('Ready', 'True', '', { observedGeneration: 0 })] } }),
      'in-progress LatestGenerationNotObserved',
    ],
    [
      'custom object: a route that no gateway took',
      custom({ status: { parents: [{ conditions: [condition('Accepted', 'False', 'NoMatchingParent')] }] } }),
      'in-progress NoMatchingParent',
    ],
    ['custom object: phase Pending', custom({ status: { phase: 'Pending' } }), 'in-progress Pending'],
    ['custom object: state failed', custom({ status: { state: 'failed' } }), 'failed failed'],
    [
      'custom object: health within an object',
      custom({ status: { health: { status: 'Progressing' } } }),
      'in-progress Progressing',
    ],
    ['custom object: a server that is Running', custom({ status: { phase: 'Running' } }), 'ready Ready'],
    [
      'custom object: a piece of work that is Running',
      live('example.com/v1', 'Workflow', { status: { phase: 'Running' } }),
      'in-progress Running',
    ],
    [
      'an observed generation that is no number',
      live('example.com/v1', 'Widget', { metadata: { generation: 1 }, status: { observedGeneration: 'later' } }),
      'unknown Malformed',
    ],
    ['HPA: scaled to nothing on purpose', hpa(condition('ScalingActive', 'False', 'ScalingDisabled')), 'ready Ready'],
    ['custom object: Ready', custom({ status: { conditions: [condition('Ready', 'True')] } }), 'ready Ready'],
    [
      'custom object: not Ready',
      custom({ status: { conditions: [condition('Ready', 'False', 'Pulling')] } }),
      'in-progress Pulling',
    ],
    [
      'custom object named like a built-in one',
      live('example.com/v1', 'Deployment', { status: { phase: 'Ready' } }),
      'ready Ready',
    ],
  ])('%s', (_, object, expected) => {
    const { status, reason } = assessSettled(object, now);
    expect(`${status} ${reason}`).toBe(expected);
  });

  it('waits for no status of a kind that serves none', () => {
    expect(assessSettled(custom({}), now, { statusless: true }).status).toBe('ready');
  });

  it('says why a Job has failed', () => {
    const failedJob = (reason: string, message: string) =>
      assessSettled(workload('Job', {}, { conditions: [condition('Failed', 'True', reason, { message })] }), now)
        .message;
    expect([
      failedJob('BackoffLimitExceeded', 'Job has reached the specified backoff limit'),
      failedJob(
        'PodFailurePolicy',
        'Container main for pod shop/m-x failed with exit code 42 matching FailJob rule at index 0',
      ),
      failedJob('', ''),
    ]).toEqual([
      'BackoffLimitExceeded: Job has reached the specified backoff limit',
      'PodFailurePolicy: Container main for pod shop/m-x failed with exit code 42 matching FailJob rule at index 0',
      'it failed',
    ]);
  });

  it('says how far it is', () => {
    expect(assessSettled(deployment({ ...full, readyReplicas: 1, availableReplicas: 3 }), now)).toEqual({
      status: 'in-progress',
      reason: 'LessReady',
      message: '1 of 3 replicas are ready',
    });
  });
});

describe('assessLanding', () => {
  const object = live('v1', 'ConfigMap', { metadata: { uid: 'u', generation: 3 } });
  const landed = { uid: 'u', generation: 3, resourceVersion: '1' };
  it.each<[string, LiveObject | undefined, typeof landed | undefined, string]>([
    ['what was written, is judged', object, landed, 'ready'],
    ['a later generation is judged', object, { ...landed, generation: 2 }, 'ready'],
    ['what nobody wrote in this run is judged as it is', object, undefined, 'ready'],
    ['an older generation than was written is a stale read', object, { ...landed, generation: 4 }, 'in-progress'],
    ['another object under the name has failed', object, { ...landed, uid: 'v' }, 'failed'],
    ['no object has failed', undefined, landed, 'failed'],
  ])('%s', (_, found, written, expected) => {
    expect(assessLanding('/ConfigMap/shop/it', found, written, now).settled.status).toBe(expected);
  });
});
