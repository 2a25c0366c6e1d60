import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { assessSettled } from '../../../shared/apply/settled/assess-settled.ts';
import { live } from '../manifests.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const is = (type: string, status: string, reason = '', message = '') => ({ type, status, reason, message });
const on = (...conditions: object[]) => ({ conditions });
const of = (apiVersion: string, kind: string, status: unknown, spec: object = {}, metadata: object = {}): LiveObject =>
  live(apiVersion, kind, { metadata: { generation: 1, ...metadata }, spec, status });

const certificate = (...conditions: object[]) => of('cert-manager.io/v1', 'Certificate', on(...conditions));
const request = (...conditions: object[]) => of('cert-manager.io/v1', 'CertificateRequest', on(...conditions));
const acme = (kind: string, status: object) => of('acme.cert-manager.io/v1', kind, status);
const rollout = (status: object, spec: object = { replicas: 3 }) => of('argoproj.io/v1alpha1', 'Rollout', status, spec);
const application = (status: object) => of('argoproj.io/v1alpha1', 'Application', status);
const kafka = (kind: string, status: object) => of('kafka.strimzi.io/v1beta2', kind, status);
const postgres = (status: object) => of('postgresql.cnpg.io/v1', 'Cluster', status, { instances: 3 });
const flux = (kind: string, ...conditions: object[]) => of('kustomize.toolkit.fluxcd.io/v1', kind, on(...conditions));
const crossplane = (...conditions: object[]) => of('s3.aws.upbound.io/v1beta1', 'Bucket', on(...conditions));
const gateway = (status: object) => of('gateway.networking.k8s.io/v1', 'Gateway', status);
const route = (...parents: object[]) => of('gateway.networking.k8s.io/v1', 'HTTPRoute', { parents });
const scaled = (...conditions: object[]) => of('keda.sh/v1alpha1', 'ScaledObject', on(...conditions));
const run = (kind: string, ...conditions: object[]) => of('tekton.dev/v1', kind, on(...conditions));
const velero = (kind: string, phase: string) => of('velero.io/v1', kind, { phase });
const elastic = (status: object) => of('elasticsearch.k8s.elastic.co/v1', 'Elasticsearch', status);
const machine = (status: object) => of('cluster.x-k8s.io/v1beta1', 'Machine', status);
const widget = (status: unknown, spec: object = {}) => of('example.com/v1', 'Widget', status, spec);

/** As a cluster has them while they come up, when they are there, and when they are sick; from the documents of their makers. */
const table: readonly (readonly [string, LiveObject, string])[] = [
  [
    'cert-manager: being issued',
    certificate(is('Issuing', 'True', 'DoesNotExist'), is('Ready', 'False', 'DoesNotExist')),
    'in-progress DoesNotExist',
  ],
  ['cert-manager: issued', certificate(is('Ready', 'True', 'Ready')), 'ready Ready'],
  [
    'cert-manager: issued, and being renewed',
    certificate(is('Ready', 'True', 'Ready'), is('Issuing', 'True', 'Renewing')),
    'in-progress Renewing',
  ],
  [
    'cert-manager: not issued',
    certificate(is('Issuing', 'False', 'Failed'), is('Ready', 'False', 'DoesNotExist')),
    'in-progress DoesNotExist',
  ],
  [
    'cert-manager: a request that was denied',
    request(is('Denied', 'True', 'policy.cert-manager.io')),
    'failed policy.cert-manager.io',
  ],
  [
    'cert-manager: a request that makes no sense',
    request(is('InvalidRequest', 'True', 'BadCSR'), is('Ready', 'False', 'Failed')),
    'failed BadCSR',
  ],
  [
    'cert-manager: a request that was approved and is not signed',
    request(is('Approved', 'True'), is('Ready', 'False', 'Pending')),
    'in-progress Pending',
  ],
  ['cert-manager: an order that is pending', acme('Order', { state: 'pending' }), 'in-progress pending'],
  ['cert-manager: an order that is valid', acme('Order', { state: 'valid' }), 'ready Ready'],
  ['cert-manager: an order that errored', acme('Order', { state: 'errored' }), 'failed errored'],
  [
    'Argo Rollouts: progressing',
    rollout({
      phase: 'Progressing',
      observedGeneration: '1',
      ...on(is('Progressing', 'True', 'ReplicaSetUpdated'), is('Completed', 'False')),
    }),
    'in-progress ReplicaSetUpdated',
  ],
  [
    'Argo Rollouts: healthy',
    rollout({
      phase: 'Healthy',
      observedGeneration: '1',
      replicas: 3,
      readyReplicas: 3,
      ...on(
        is('Available', 'True'),
        is('Healthy', 'True'),
        is('Completed', 'True'),
        is('Progressing', 'True', 'NewReplicaSetAvailable'),
      ),
    }),
    'ready Ready',
  ],
  [
    'Argo Rollouts: out of time',
    rollout({
      phase: 'Degraded',
      ...on(is('Available', 'True'), is('Progressing', 'False', 'ProgressDeadlineExceeded')),
    }),
    'failed ProgressDeadlineExceeded',
  ],
  [
    'Argo Rollouts: paused at a step',
    rollout({ phase: 'Paused', ...on(is('Available', 'True'), is('Completed', 'False', 'RolloutCompleted')) }),
    'in-progress RolloutCompleted',
  ],
  [
    'Argo Rollouts: of the generation before',
    rollout({ phase: 'Healthy', observedGeneration: '0' }),
    'in-progress LatestGenerationNotObserved',
  ],
  ['Argo CD: healthy', application({ health: { status: 'Healthy' }, sync: { status: 'Synced' } }), 'ready Ready'],
  ['Argo CD: degraded', application({ health: { status: 'Degraded' } }), 'in-progress Degraded'],
  ['Argo CD: missing', application({ health: { status: 'Missing' } }), 'in-progress Missing'],
  ['Argo CD: suspended', application({ health: { status: 'Suspended' } }), 'ready Suspended'],
  ['Argo CD: nobody knows', application({ health: { status: 'Unknown' } }), 'in-progress Unknown'],
  [
    'Argo CD: a condition without a status',
    application({ conditions: [{ type: 'ComparisonError', message: 'no repo' }] }),
    'failed ComparisonError',
  ],
  [
    'Argo CD: a set that could not be generated',
    of('argoproj.io/v1alpha1', 'ApplicationSet', on(is('ErrorOccurred', 'True', 'ApplicationParamsGenerationError'))),
    'failed ApplicationParamsGenerationError',
  ],
  [
    'Argo Workflows: running',
    of('argoproj.io/v1alpha1', 'Workflow', { phase: 'Running', ...on(is('PodRunning', 'True')) }),
    'in-progress Running',
  ],
  [
    'Argo Workflows: succeeded',
    of('argoproj.io/v1alpha1', 'Workflow', {
      phase: 'Succeeded',
      ...on(is('PodRunning', 'False'), is('Completed', 'True')),
    }),
    'ready Ready',
  ],
  [
    'Argo Workflows: failed',
    of('argoproj.io/v1alpha1', 'Workflow', { phase: 'Failed', message: 'exit 1' }),
    'failed Failed',
  ],
  [
    'Strimzi: ready, with a warning about a field',
    kafka('Kafka', on(is('Warning', 'True', 'DeprecatedFields'), is('Ready', 'True'))),
    'ready Ready',
  ],
  [
    'Strimzi: not ready',
    kafka('Kafka', on(is('NotReady', 'True', 'Creating', 'Kafka cluster is being deployed'))),
    'in-progress Creating',
  ],
  ['Strimzi: a rebalance under way', kafka('KafkaRebalance', on(is('Rebalancing', 'True'))), 'in-progress Rebalancing'],
  [
    'Strimzi: a proposal on its way',
    kafka('KafkaRebalance', on(is('PendingProposal', 'True'))),
    'in-progress PendingProposal',
  ],
  [
    'CloudNativePG: setting up',
    postgres({ phase: 'Setting up primary', instances: 1, readyInstances: 0 }),
    'in-progress Setting up primary',
  ],
  [
    'CloudNativePG: ready',
    postgres({
      phase: 'Cluster in healthy state',
      instances: 3,
      readyInstances: 3,
      ...on(is('Ready', 'True'), is('ContinuousArchiving', 'False'), is('LastBackupSucceeded', 'False')),
    }),
    'ready Ready',
  ],
  [
    'CloudNativePG: waiting',
    postgres({ phase: 'Waiting for the instances to become active', readyInstances: 2 }),
    'in-progress Waiting for the instances to become active',
  ],
  ['CloudNativePG: failing over', postgres({ phase: 'Failing over' }), 'in-progress Failing over'],
  [
    'CloudNativePG: lost',
    postgres({ phase: 'Cluster is unrecoverable and needs manual intervention' }),
    'failed Cluster is unrecoverable and needs manual intervention',
  ],
  [
    'CloudNativePG: healthy, by its word alone, and an instance short',
    postgres({ phase: 'Cluster in healthy state', readyInstances: 2 }),
    'in-progress LessReady',
  ],
  [
    'Flux: reconciling',
    flux('Kustomization', is('Reconciling', 'True', 'Progressing'), is('Ready', 'Unknown', 'Progressing')),
    'in-progress Progressing',
  ],
  ['Flux: ready', flux('Kustomization', is('Ready', 'True', 'ReconciliationSucceeded')), 'ready Ready'],
  [
    'Flux: stalled',
    flux('HelmRelease', is('Stalled', 'True', 'RetriesExceeded'), is('Ready', 'False')),
    'failed RetriesExceeded',
  ],
  [
    'Crossplane: creating',
    crossplane(is('Synced', 'True', 'ReconcileSuccess'), is('Ready', 'False', 'Creating')),
    'in-progress Creating',
  ],
  ['Crossplane: there', crossplane(is('Synced', 'True'), is('Ready', 'True', 'Available')), 'ready Ready'],
  [
    'Crossplane: there as it was, and refusing the change',
    crossplane(is('Synced', 'False', 'ReconcileError'), is('Ready', 'True')),
    'in-progress ReconcileError',
  ],
  [
    'AWS controllers: synced',
    of('s3.services.k8s.aws/v1alpha1', 'Bucket', on(is('ACK.ResourceSynced', 'True'))),
    'ready Ready',
  ],
  [
    'AWS controllers: not synced',
    of('s3.services.k8s.aws/v1alpha1', 'Bucket', on(is('ACK.ResourceSynced', 'False'))),
    'in-progress NotResourceSynced',
  ],
  [
    'AWS controllers: refused for good',
    of('s3.services.k8s.aws/v1alpha1', 'Bucket', on(is('ACK.Terminal', 'True', '', 'BucketAlreadyExists'))),
    'failed Terminal',
  ],
  [
    'Gateway API: as the server creates it',
    gateway(on(is('Accepted', 'Unknown', 'Pending'), is('Programmed', 'Unknown', 'Pending'))),
    'in-progress Pending',
  ],
  [
    'Gateway API: programmed',
    gateway({ addresses: [{ value: '192.0.2.1' }], ...on(is('Accepted', 'True'), is('Programmed', 'True')) }),
    'ready Ready',
  ],
  [
    'Gateway API: programmed, without an address',
    gateway(on(is('Accepted', 'True'), is('Programmed', 'True'))),
    'in-progress NoAddress',
  ],
  [
    'Gateway API: a listener in conflict',
    gateway({
      addresses: [{}],
      ...on(is('Accepted', 'True')),
      listeners: [on(is('Conflicted', 'True', 'HostnameConflict'))],
    }),
    'in-progress HostnameConflict',
  ],
  [
    'Gateway API: a route that one of two parents takes',
    route(on(is('Accepted', 'True')), on(is('Accepted', 'False', 'NoMatchingParent'))),
    'in-progress NoMatchingParent',
  ],
  [
    'Gateway API: a route to nothing',
    route(on(is('Accepted', 'True'), is('ResolvedRefs', 'False', 'BackendNotFound'))),
    'in-progress BackendNotFound',
  ],
  [
    'Knative: deploying',
    of(
      'serving.knative.dev/v1',
      'Service',
      on(is('ConfigurationsReady', 'Unknown'), is('Ready', 'Unknown', 'Deploying')),
    ),
    'in-progress Deploying',
  ],
  [
    'Knative: there',
    of(
      'serving.knative.dev/v1',
      'Service',
      on(is('ConfigurationsReady', 'True'), is('RoutesReady', 'True'), is('Ready', 'True')),
    ),
    'ready Ready',
  ],
  [
    'KEDA: idle',
    scaled(is('Ready', 'True', 'ScaledObjectReady'), is('Active', 'False', 'ScalerNotActive'), is('Fallback', 'False')),
    'ready Ready',
  ],
  ['KEDA: not ready', scaled(is('Ready', 'False', 'ScaledObjectCheckFailed')), 'in-progress ScaledObjectCheckFailed'],
  [
    'Tekton: running',
    run('PipelineRun', is('Succeeded', 'Unknown', 'Running', 'Tasks Completed: 1')),
    'in-progress Running',
  ],
  ['Tekton: succeeded', run('TaskRun', is('Succeeded', 'True')), 'ready Ready'],
  ['Tekton: failed', run('PipelineRun', is('Succeeded', 'False', 'Failed', 'task build failed')), 'failed Failed'],
  ['Kubeflow: created', of('kubeflow.org/v1', 'TFJob', on(is('Created', 'True'))), 'in-progress Running'],
  [
    'Kubeflow: running',
    of('kubeflow.org/v1', 'TFJob', on(is('Created', 'True'), is('Running', 'True'))),
    'in-progress Running',
  ],
  [
    'Kubeflow: through',
    of('kubeflow.org/v1', 'TFJob', on(is('Created', 'True'), is('Running', 'False'), is('Succeeded', 'True'))),
    'ready Ready',
  ],
  ['Velero: under way', velero('Backup', 'InProgress'), 'in-progress InProgress'],
  [
    'Velero: waiting for a plugin',
    velero('Backup', 'WaitingForPluginOperations'),
    'in-progress WaitingForPluginOperations',
  ],
  ['Velero: partly failed', velero('Backup', 'PartiallyFailed'), 'failed PartiallyFailed'],
  ['Velero: a schedule', velero('Schedule', 'Enabled'), 'ready Ready'],
  ['Velero: a place that is not there', velero('BackupStorageLocation', 'Unavailable'), 'in-progress Unavailable'],
  ['ECK: applying', elastic({ phase: 'ApplyingChanges', health: 'yellow' }), 'in-progress ApplyingChanges'],
  ['ECK: red', elastic({ phase: 'Ready', health: 'red' }), 'in-progress red'],
  ['ECK: green', elastic({ phase: 'Ready', health: 'green', availableNodes: 3 }), 'ready Ready'],
  [
    'Cluster API: provisioning',
    machine({
      phase: 'Provisioning',
      infrastructureReady: false,
      ...on(is('InfrastructureReady', 'False', 'WaitingForInfrastructure')),
    }),
    'in-progress WaitingForInfrastructure',
  ],
  [
    'Cluster API: running',
    machine({ phase: 'Running', infrastructureReady: true, ...on(is('Ready', 'True')) }),
    'ready Ready',
  ],
  [
    'Cluster API: people have to see to it',
    machine({ phase: 'Failed', failureReason: 'CreateError', failureMessage: 'no quota' }),
    'failed CreateError',
  ],
  [
    'snapshots: being taken',
    of('snapshot.storage.k8s.io/v1', 'VolumeSnapshot', { readyToUse: false, error: { message: 'busy' } }),
    'in-progress NotReady',
  ],
  ['snapshots: taken', of('snapshot.storage.k8s.io/v1', 'VolumeSnapshot', { readyToUse: true }), 'ready Ready'],
  [
    'RabbitMQ: a replica short',
    of(
      'rabbitmq.com/v1beta1',
      'RabbitmqCluster',
      on(is('AllReplicasReady', 'False', 'NotAllPodsReady'), is('ClusterAvailable', 'True'), is('NoWarnings', 'False')),
    ),
    'in-progress NotAllPodsReady',
  ],
  [
    'RabbitMQ: there',
    of(
      'rabbitmq.com/v1beta1',
      'RabbitmqCluster',
      on(
        is('AllReplicasReady', 'True'),
        is('ClusterAvailable', 'True'),
        is('ReconcileSuccess', 'True'),
        is('NoWarnings', 'False'),
      ),
    ),
    'ready Ready',
  ],
  ['Zalando: running', of('acid.zalan.do/v1', 'postgresql', { PostgresClusterStatus: 'Running' }), 'ready Ready'],
  [
    'Zalando: update failed',
    of('acid.zalan.do/v1', 'postgresql', { PostgresClusterStatus: 'UpdateFailed' }),
    'failed UpdateFailed',
  ],
  [
    'Flink: deploying',
    of('flink.apache.org/v1beta1', 'FlinkDeployment', {
      jobManagerDeploymentStatus: 'DEPLOYING',
      jobStatus: { state: 'RECONCILING' },
    }),
    'in-progress DEPLOYING',
  ],
  [
    'Flink: stable',
    of('flink.apache.org/v1beta1', 'FlinkDeployment', {
      jobManagerDeploymentStatus: 'READY',
      lifecycleState: 'STABLE',
      jobStatus: { state: 'RUNNING' },
    }),
    'ready Ready',
  ],
  [
    'Spark: running, which is what a stream does',
    of('sparkoperator.k8s.io/v1beta2', 'SparkApplication', { applicationState: { state: 'RUNNING' } }),
    'ready Ready',
  ],
  [
    'Spark: failed',
    of('sparkoperator.k8s.io/v1beta2', 'SparkApplication', { applicationState: { state: 'SUBMISSION_FAILED' } }),
    'failed SUBMISSION_FAILED',
  ],
  [
    'KubeVirt: crashing',
    of('kubevirt.io/v1', 'VirtualMachine', { printableStatus: 'CrashLoopBackOff' }),
    'failed CrashLoopBackOff',
  ],
  [
    'KubeVirt: running',
    of('kubevirt.io/v1', 'VirtualMachine', {
      printableStatus: 'Running',
      ...on(is('Ready', 'True'), is('LiveMigratable', 'False')),
    }),
    'ready Ready',
  ],
  ['Kyverno: not ready', of('kyverno.io/v1', 'ClusterPolicy', { ready: false }), 'in-progress NotReady'],
  [
    'OLM: installed',
    of('operators.coreos.com/v1alpha1', 'ClusterServiceVersion', { phase: 'Succeeded' }),
    'ready Ready',
  ],
  [
    'OLM: a subscription that is up to date',
    of('operators.coreos.com/v1alpha1', 'Subscription', { state: 'AtLatestKnown' }),
    'ready Ready',
  ],
  [
    'OLM: a subscription that waits',
    of('operators.coreos.com/v1alpha1', 'Subscription', { state: 'UpgradePending' }),
    'in-progress UpgradePending',
  ],
  [
    'OLM: a plan that somebody has to approve',
    of('operators.coreos.com/v1alpha1', 'InstallPlan', { phase: 'RequiresApproval' }),
    'in-progress RequiresApproval',
  ],
  [
    'Contour: invalid',
    of('projectcontour.io/v1', 'HTTPProxy', { currentStatus: 'invalid', ...on(is('Valid', 'False', 'ErrorPresent')) }),
    'in-progress ErrorPresent',
  ],
  ['Istio: a status nobody writes', of('networking.istio.io/v1', 'VirtualService', undefined), 'ready Ready'],
  [
    'Istio: a status that somebody writes',
    of('networking.istio.io/v1', 'VirtualService', on(is('Reconciled', 'False', 'Bad'))),
    'in-progress Bad',
  ],
  ['Prometheus: a rule', of('monitoring.coreos.com/v1', 'PrometheusRule', {}), 'ready Ready'],
  ['Prometheus: not yet', of('monitoring.coreos.com/v1', 'Prometheus', undefined), 'in-progress NoStatus'],
  [
    'Prometheus: degraded',
    of(
      'monitoring.coreos.com/v1',
      'Prometheus',
      on(is('Available', 'Degraded', 'SomePodsNotReady'), is('Reconciled', 'True')),
    ),
    'in-progress SomePodsNotReady',
  ],
  [
    'OpenKruise: a clone short',
    of('apps.kruise.io/v1alpha1', 'CloneSet', { replicas: 3, updatedReplicas: 3, readyReplicas: 2 }, { replicas: 3 }),
    'in-progress LessReady',
  ],
  [
    'OpenKruise: there',
    of('apps.kruise.io/v1alpha1', 'CloneSet', { replicas: 3, updatedReplicas: 3, readyReplicas: 3 }, { replicas: 3 }),
    'ready Ready',
  ],
  ['no status', widget(undefined), 'in-progress NoStatus'],
  ['a status of empty things', widget({ conditions: [], phase: '', nodes: {}, since: null }), 'in-progress NoStatus'],
  ['a status that says nothing known', widget({ observedGeneration: 1, url: 'https://example.com' }), 'ready Ready'],
  [
    'a condition nobody knows, and nobody knows yet',
    widget(on(is('Frobnicated', 'Unknown', 'Thinking'))),
    'in-progress Thinking',
  ],
  ['a condition nobody knows', widget(on(is('Frobnicated', 'False'))), 'ready Ready'],
  ['a word nobody knows', widget({ phase: 'Frobnicated' }), 'in-progress Frobnicated'],
  ['a word nobody knows, in a field beside', widget({ phase: 'Ready', jobState: 'Frobnicated' }), 'ready Ready'],
  ['what went wrong last time', widget({ phase: 'Ready', lastBackupStatus: 'Failed' }), 'ready Ready'],
  ['conditions that are none', widget({ conditions: 'fine', phase: 'Ready' }), 'ready Ready'],
  ['a condition with a boolean', widget({ conditions: [{ type: 'Ready', status: true }] }), 'ready Ready'],
  [
    'a condition of the generation before',
    widget({ conditions: [{ ...is('Ready', 'True'), observedGeneration: 0 }] }),
    'in-progress LatestGenerationNotObserved',
  ],
  ['fewer replicas than asked for', widget({ replicas: 1 }, { replicas: 2 }), 'in-progress LessReady'],
  ['no replicas asked for', widget({ replicas: 0 }, { replicas: 0 }), 'ready Ready'],
];

describe('a custom object', () => {
  it.each(table)('%s', (_, object, expected) => {
    const { status, reason } = assessSettled(object, now);
    expect(`${status} ${reason}`).toBe(expected);
  });

  it('says what would help where its word is not known', () => {
    expect(assessSettled(widget({ phase: 'Frobnicated' }), now).message).toBe(
      'its status says Frobnicated, which is not known to mean ready; give its kind a rule',
    );
  });

  it('is judged without a throw whatever its status is', () => {
    const odd = [null, 'x', 7, true, [], { conditions: [null, 7, 'x', []] }, { parents: [null, { conditions: 7 }] }];
    const statuses = odd.map((status) => assessSettled(widget(status), now).status);
    expect(statuses).toEqual(['in-progress', 'unknown', 'unknown', 'unknown', 'unknown', 'ready', 'ready']);
  });
});
