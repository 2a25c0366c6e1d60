import { isJsonObject, type JsonObject, type KubeObject, objectAt } from '../object.ts';
import { defaultPodSpec, fill, objectsIn } from './pod-defaults.ts';

const defaultTemplate = (spec: JsonObject): void => {
  const podSpec = objectAt(spec, 'template', 'spec');
  if (podSpec !== undefined) defaultPodSpec(podSpec);
};

export const defaultDeployment = ({ spec }: JsonObject): void => {
  if (!isJsonObject(spec)) return;
  fill(spec, { replicas: 1, strategy: {}, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  if (isJsonObject(spec.strategy)) {
    fill(spec.strategy, { type: 'RollingUpdate' });
    if (spec.strategy.type === 'RollingUpdate') {
      fill(spec.strategy, { rollingUpdate: {} });
      if (isJsonObject(spec.strategy.rollingUpdate))
        fill(spec.strategy.rollingUpdate, { maxUnavailable: '25%', maxSurge: '25%' });
    }
  }
  defaultTemplate(spec);
};

export const defaultReplicaSet = ({ spec }: JsonObject): void => {
  if (!isJsonObject(spec)) return;
  fill(spec, { replicas: 1 });
  defaultTemplate(spec);
};

export const defaultStatefulSet = ({ spec }: JsonObject): void => {
  if (!isJsonObject(spec)) return;
  fill(spec, {
    replicas: 1,
    podManagementPolicy: 'OrderedReady',
    updateStrategy: {},
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: {},
  });
  if (isJsonObject(spec.updateStrategy)) {
    fill(spec.updateStrategy, { type: 'RollingUpdate' });
    if (spec.updateStrategy.type === 'RollingUpdate') {
      fill(spec.updateStrategy, { rollingUpdate: {} });
      if (isJsonObject(spec.updateStrategy.rollingUpdate)) fill(spec.updateStrategy.rollingUpdate, { partition: 0 });
    }
  }
  if (isJsonObject(spec.persistentVolumeClaimRetentionPolicy)) {
    fill(spec.persistentVolumeClaimRetentionPolicy, { whenDeleted: 'Retain', whenScaled: 'Retain' });
  }
  for (const claim of objectsIn(spec.volumeClaimTemplates)) {
    fill(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
    if (isJsonObject(claim.spec)) fill(claim.spec, { volumeMode: 'Filesystem' });
    fill(claim, { status: {} });
    if (isJsonObject(claim.status)) fill(claim.status, { phase: 'Pending' });
  }
  defaultTemplate(spec);
};

export const defaultDaemonSet = ({ spec }: JsonObject): void => {
  if (!isJsonObject(spec)) return;
  fill(spec, { updateStrategy: {}, revisionHistoryLimit: 10 });
  if (isJsonObject(spec.updateStrategy)) {
    fill(spec.updateStrategy, { type: 'RollingUpdate' });
    if (spec.updateStrategy.type === 'RollingUpdate') {
      fill(spec.updateStrategy, { rollingUpdate: {} });
      if (isJsonObject(spec.updateStrategy.rollingUpdate))
        fill(spec.updateStrategy.rollingUpdate, { maxUnavailable: 1, maxSurge: 0 });
    }
  }
  defaultTemplate(spec);
};

export const defaultJobSpec = (spec: JsonObject): void => {
  if (spec.completions === undefined && spec.parallelism === undefined) fill(spec, { completions: 1, parallelism: 1 });
  fill(spec, {
    parallelism: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
  });
  defaultTemplate(spec);
};

/** A Job selects its own pods by its uid, which only creation knows: labels and selector are filled in then. */
export const selectOwnPods = (job: KubeObject): void => {
  const spec = objectAt(job, 'spec');
  if (spec === undefined || spec.manualSelector === true || spec.selector !== undefined) return;
  const { name = '', uid = '' } = job.metadata;
  const metadata = objectAt(spec, 'template', 'metadata') ?? {};
  const labels = objectAt(metadata, 'labels') ?? {};
  fill(labels, {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  });
  if (isJsonObject(spec.template)) spec.template.metadata = { ...metadata, labels };
  job.metadata.labels ??= Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]));
  spec.selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
};

export const defaultCronJob = ({ spec }: JsonObject): void => {
  if (!isJsonObject(spec)) return;
  fill(spec, { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 });
  const template = objectAt(spec, 'jobTemplate', 'spec', 'template', 'spec');
  if (template !== undefined) defaultPodSpec(template);
};
