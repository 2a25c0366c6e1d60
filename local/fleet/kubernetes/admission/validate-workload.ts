import type { FieldError } from '../api/status-error.ts';
import { BadSchedule, nextDue, parseSchedule } from '../controllers/cron-schedule.ts';
import { isJsonObject, type Json, type JsonObject, listAt, numberAt, objectAt, sameJson, stringAt } from '../object.ts';
import { matches, requirementsOf } from '../storage/selector.ts';
import { forbiddenField, invalidValue, required, unsupported } from './field-error.ts';
import { podSpecErrors } from './validate-pod.ts';

type Errors = readonly FieldError[];
const negative = 'must be greater than or equal to 0';

const countErrors = (spec: JsonObject, ...names: readonly string[]): Errors =>
  names.flatMap((name) => {
    const value = numberAt(spec, name);
    return value !== undefined && value < 0 ? [invalidValue(`spec.${name}`, value, negative)] : [];
  });

const selectorErrors = (spec: JsonObject): Errors => {
  const selector = objectAt(spec, 'selector');
  if (selector === undefined) return [required('spec.selector')];
  const requirements = requirementsOf(selector) ?? [];
  if (requirements.length === 0)
    return [invalidValue('spec.selector', selector, 'empty selector is invalid for deployment')];
  const labels = objectAt(spec, 'template', 'metadata', 'labels') ?? {};
  const texts = Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
  if (matches(requirements, texts)) return [];
  return [invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')];
};

/** The claims of a StatefulSet are volumes of its pods, by the names of their templates. */
const claimsOf = (spec: JsonObject): readonly string[] =>
  listAt(spec, 'volumeClaimTemplates').map((claim) => stringAt(claim, 'metadata', 'name') ?? '');

const templateErrors = (spec: JsonObject): Errors =>
  podSpecErrors(objectAt(spec, 'template', 'spec') ?? {}, 'spec.template.spec', claimsOf(spec));

const alwaysRestarts = (spec: JsonObject): Errors => {
  const policy = stringAt(spec, 'template', 'spec', 'restartPolicy');
  return policy === 'Always' ? [] : [unsupported('spec.template.spec.restartPolicy', policy, ['Always'])];
};

const isZero = (value: Json | undefined) => value === 0 || value === '0' || value === '0%';

const rollingErrors = (spec: JsonObject): Errors => {
  const rolling = objectAt(spec, 'strategy', 'rollingUpdate');
  if (rolling === undefined || !isZero(rolling.maxSurge) || !isZero(rolling.maxUnavailable)) return [];
  const field = 'spec.strategy.rollingUpdate.maxUnavailable';
  return [invalidValue(field, rolling.maxUnavailable, 'may not be 0 when `maxSurge` is 0')];
};

const sameSelector = (spec: JsonObject, old: JsonObject | undefined): Errors =>
  old === undefined || sameJson(spec.selector, old.selector)
    ? []
    : [invalidValue('spec.selector', spec.selector, 'field is immutable')];

export const deploymentErrors = (spec: JsonObject, old: JsonObject | undefined): Errors => [
  ...countErrors(spec, 'replicas', 'minReadySeconds', 'revisionHistoryLimit'),
  ...selectorErrors(spec),
  ...templateErrors(spec),
  ...alwaysRestarts(spec),
  ...rollingErrors(spec),
  ...sameSelector(spec, old),
];

export const replicaSetErrors = (spec: JsonObject, old: JsonObject | undefined): Errors => [
  ...countErrors(spec, 'replicas', 'minReadySeconds'),
  ...selectorErrors(spec),
  ...templateErrors(spec),
  ...sameSelector(spec, old),
];

export const daemonSetErrors = (spec: JsonObject, old: JsonObject | undefined): Errors => [
  ...countErrors(spec, 'minReadySeconds'),
  ...selectorErrors(spec),
  ...templateErrors(spec),
  ...alwaysRestarts(spec),
  ...sameSelector(spec, old),
];

const statefulSetMutable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

export const statefulSetErrors = (spec: JsonObject, old: JsonObject | undefined): Errors => {
  const fixed = (value: JsonObject) =>
    Object.fromEntries(Object.entries(value).filter(([name]) => !statefulSetMutable.includes(name)));
  const named = statefulSetMutable.slice(0, -1).map((name) => `'${name}'`);
  const because = `updates to statefulset spec for fields other than ${named.join(', ')} and 'minReadySeconds' are forbidden`;
  return [
    ...countErrors(spec, 'replicas', 'minReadySeconds'),
    ...selectorErrors(spec),
    ...templateErrors(spec),
    ...alwaysRestarts(spec),
    ...(old === undefined || sameJson(fixed(spec), fixed(old)) ? [] : [forbiddenField('spec', because)]),
  ];
};

export const jobErrors = (spec: JsonObject, old: JsonObject | undefined): Errors => {
  const policy = stringAt(spec, 'template', 'spec', 'restartPolicy');
  const restarts =
    policy === 'Never' || policy === 'OnFailure'
      ? []
      : [required('spec.template.spec.restartPolicy', 'valid values: "OnFailure", "Never"')];
  const isSuspended = old?.suspend === true && numberAt(spec, 'completions') === numberAt(old, 'completions');
  const fixed = ['completions', 'selector', 'completionMode', ...(isSuspended ? [] : ['template'])];
  return [
    ...countErrors(spec, 'parallelism', 'completions', 'backoffLimit'),
    ...templateErrors(spec),
    ...restarts,
    ...(old === undefined
      ? []
      : fixed.flatMap((name) => (sameJson(spec[name], old[name]) ? [] : [fixedField(name, spec[name])]))),
  ];
};

const fixedField = (name: string, value: Json | undefined) => invalidValue(`spec.${name}`, value, 'field is immutable');

const scheduleErrors = (spec: JsonObject): Errors => {
  const schedule = stringAt(spec, 'schedule');
  if (!schedule) return [required('spec.schedule')];
  const timeZone = stringAt(spec, 'timeZone') ?? 'UTC';
  const wrong = (field: string, value: string, check: () => unknown): Errors => {
    try {
      check();
      return [];
    } catch (error) {
      if (!(error instanceof BadSchedule)) throw error;
      return [invalidValue(field, value, error.message)];
    }
  };
  return [
    ...wrong('spec.schedule', schedule, () => parseSchedule(schedule)),
    ...wrong('spec.timeZone', timeZone, () => nextDue(parseSchedule('@hourly'), 0, timeZone)),
  ];
};

export const cronJobErrors = (spec: JsonObject): Errors => {
  const template = objectAt(spec, 'jobTemplate', 'spec', 'template', 'spec') ?? {};
  return [...scheduleErrors(spec), ...podSpecErrors(template, 'spec.jobTemplate.spec.template.spec')];
};

const podMutable = [
  'containers',
  'initContainers',
  'activeDeadlineSeconds',
  'tolerations',
  'terminationGracePeriodSeconds',
  'nodeName',
  'schedulingGates',
];
const podComplaint =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

export const podErrors = (spec: JsonObject, old: JsonObject | undefined): Errors => {
  const withoutImages = (value: JsonObject): JsonObject => ({
    ...Object.fromEntries(Object.entries(value).filter(([name]) => !podMutable.includes(name))),
    containers: (Array.isArray(value.containers) ? value.containers : []).map((container) =>
      isJsonObject(container) ? { ...container, image: '' } : container,
    ),
  });
  const changed = old !== undefined && !sameJson(withoutImages(spec), withoutImages(old));
  return [...podSpecErrors(spec, 'spec'), ...(changed ? [forbiddenField('spec', podComplaint)] : [])];
};
