import { type JsonObject, type KubeObject, listAt, numberAt, objectAt, stringAt } from '../object.ts';
import {
  age,
  type Column,
  flag,
  labelsText,
  nameColumn,
  number,
  orNone,
  selectorText,
  since,
  text,
  wide,
} from './column.ts';
import { humanDuration } from './human-duration.ts';

const specCount = (object: KubeObject, field: string, otherwise = 0) => numberAt(object.spec, field) ?? otherwise;
const statusCount = (object: KubeObject, field: string) => numberAt(object.status, field) ?? 0;

/** Names and images of the containers of the pod template at `path`, and who it selects: what `-o wide` adds. */
const containersAt = (...path: readonly string[]): readonly Column[] => {
  const of = (field: string) => (object: KubeObject) =>
    listAt(object.spec, ...path, 'spec', 'containers')
      .map((container) => stringAt(container, field) ?? '')
      .join(',');
  return [wide('Containers', of('name')), wide('Images', of('image'))];
};
const selector = wide('Selector', (object) => selectorText(objectAt(object.spec, 'selector')));
const template = containersAt('template');

const deployments: readonly Column[] = [
  nameColumn,
  text('Ready', (object) => `${statusCount(object, 'readyReplicas')}/${specCount(object, 'replicas', 1)}`),
  text('Up-to-date', (object) => statusCount(object, 'updatedReplicas')),
  text('Available', (object) => statusCount(object, 'availableReplicas')),
  age,
  ...template,
  selector,
];

const replicaSets: readonly Column[] = [
  nameColumn,
  number('Desired', (object) => specCount(object, 'replicas', 1)),
  number('Current', (object) => statusCount(object, 'replicas')),
  number('Ready', (object) => statusCount(object, 'readyReplicas')),
  age,
  ...template,
  selector,
];

const statefulSets: readonly Column[] = [
  nameColumn,
  text('Ready', (object) => `${statusCount(object, 'readyReplicas')}/${specCount(object, 'replicas', 1)}`),
  age,
  ...template,
];

const daemonSets: readonly Column[] = [
  nameColumn,
  number('Desired', (object) => statusCount(object, 'desiredNumberScheduled')),
  number('Current', (object) => statusCount(object, 'currentNumberScheduled')),
  number('Ready', (object) => statusCount(object, 'numberReady')),
  number('Up-to-date', (object) => statusCount(object, 'updatedNumberScheduled')),
  number('Available', (object) => statusCount(object, 'numberAvailable')),
  text('Node Selector', (object) => labelsText(objectAt(object.spec, 'template', 'spec', 'nodeSelector'))),
  age,
  ...template,
  selector,
];

const isTrue = (object: KubeObject, type: string) =>
  listAt(object.status, 'conditions').some(
    (condition) => stringAt(condition, 'type') === type && stringAt(condition, 'status') === 'True',
  );

const jobStatus = (job: KubeObject): string => {
  if (isTrue(job, 'Complete')) return 'Complete';
  if (isTrue(job, 'Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (isTrue(job, 'Suspended')) return 'Suspended';
  if (isTrue(job, 'FailureTarget')) return 'FailureTarget';
  return isTrue(job, 'SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
};

const completionsOf = (job: KubeObject): string => {
  const succeeded = statusCount(job, 'succeeded');
  const completions = numberAt(job.spec, 'completions');
  if (completions !== undefined) return `${succeeded}/${completions}`;
  const parallelism = specCount(job, 'parallelism');
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
};

const durationOf = (job: KubeObject, now: number): string => {
  const start = stringAt(job.status, 'startTime');
  if (start === undefined) return '';
  const end = stringAt(job.status, 'completionTime');
  return humanDuration((end === undefined ? now : Date.parse(end)) - Date.parse(start));
};

const jobs: readonly Column[] = [
  nameColumn,
  text('Status', jobStatus),
  text('Completions', completionsOf),
  text('Duration', durationOf),
  age,
  ...template,
  selector,
];

const lastSchedule = (cronJob: KubeObject, now: number): string => {
  const last = stringAt(cronJob.status, 'lastScheduleTime');
  return last === undefined ? '<none>' : since(last, now);
};

const cronJobs: readonly Column[] = [
  nameColumn,
  text('Schedule', (object) => stringAt(object.spec, 'schedule') ?? ''),
  text('Timezone', (object) => orNone(stringAt(object.spec, 'timeZone'))),
  flag('Suspend', (object) => object.spec?.suspend === true),
  number('Active', (object) => listAt(object.status, 'active').length),
  text('Last Schedule', lastSchedule),
  age,
  ...containersAt('jobTemplate', 'spec', 'template'),
  wide('Selector', (object) => selectorText(objectAt(object.spec, 'jobTemplate', 'spec', 'selector'))),
];

const budgetValue = (budget: KubeObject, field: string): string => {
  const value = budget.spec?.[field];
  return value === undefined ? 'N/A' : String(value);
};

const budgets: readonly Column[] = [
  nameColumn,
  text('Min Available', (object) => budgetValue(object, 'minAvailable')),
  text('Max Unavailable', (object) => budgetValue(object, 'maxUnavailable')),
  number('Allowed Disruptions', (object) => statusCount(object, 'disruptionsAllowed')),
  age,
];

const ownerOf = ({ metadata }: KubeObject): string => {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return '<none>';
  const [group = ''] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [''];
  return `${owner.kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${owner.name}`;
};

const revisions: readonly Column[] = [
  nameColumn,
  text('Controller', ownerOf),
  text('Revision', (object) => Number(object.revision ?? 0)),
  age,
];

const currentOf = (metric: JsonObject | undefined): string => {
  const used = numberAt(metric, 'resource', 'current', 'averageUtilization');
  return used === undefined ? '<unknown>' : `${used}%`;
};

/** Targets of CPU and memory by utilisation, which is what is simulated; others are shown by their kind. */
const autoscalerTargets = (autoscaler: KubeObject): string => {
  const current = listAt(autoscaler.status, 'currentMetrics');
  const wanted = listAt(autoscaler.spec, 'metrics').map((metric, place) => {
    const wantedUse = numberAt(metric, 'resource', 'target', 'averageUtilization');
    const name = stringAt(metric, 'resource', 'name') ?? stringAt(metric, 'type') ?? '';
    return wantedUse === undefined
      ? name
      : `${name}: ${currentOf(objectAt({ current: [...current] }, 'current', place))}/${wantedUse}%`;
  });
  return wanted.length === 0 ? '<none>' : wanted.join(', ');
};

const autoscalers: readonly Column[] = [
  nameColumn,
  text(
    'Reference',
    (object) => `${stringAt(object.spec, 'scaleTargetRef', 'kind')}/${stringAt(object.spec, 'scaleTargetRef', 'name')}`,
  ),
  text('Targets', autoscalerTargets),
  text('MinPods', (object) => String(numberAt(object.spec, 'minReplicas') ?? '<unset>')),
  text('MaxPods', (object) => specCount(object, 'maxReplicas')),
  text('Replicas', (object) => statusCount(object, 'currentReplicas')),
  age,
];

/** Kinds that make pods, and what is about them. */
export const workloadColumns: Readonly<Record<string, readonly Column[]>> = {
  'deployments.apps': deployments,
  'replicasets.apps': replicaSets,
  replicationcontrollers: replicaSets,
  'statefulsets.apps': statefulSets,
  'daemonsets.apps': daemonSets,
  'controllerrevisions.apps': revisions,
  'jobs.batch': jobs,
  'cronjobs.batch': cronJobs,
  'poddisruptionbudgets.policy': budgets,
  'horizontalpodautoscalers.autoscaling': autoscalers,
};
