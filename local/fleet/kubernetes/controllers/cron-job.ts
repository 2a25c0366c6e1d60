import type { ControlPlane } from '../control-plane.ts';
import {
  copyOf,
  isJsonObject,
  type JsonObject,
  type KubeObject,
  listAt,
  numberAt,
  objectAt,
  stringAt,
  timestampOf,
} from '../object.ts';
import type { Controller } from './control-loop.ts';
import { BadSchedule, type CronSchedule, nextDue, parseSchedule } from './cron-schedule.ts';
import { recordEvent } from './event-recorder.ts';
import { allKeys, concernsOwner, controlledBy, create, ownerReference, read, remove, writeStatus } from './owned.ts';
import { conditionOf } from './pod-state.ts';

const source = 'cronjob-controller';
/** From so many missed times on the controller says that something is wrong; the last of them still counts. */
const manyMissed = 100;

export interface CronTimes {
  /** When it was due last, not after now. */
  readonly due: number | undefined;
  /** Milliseconds until it is due next. */
  readonly wakeMs: number | undefined;
  readonly missed: number;
}

/** The last time a schedule was due after `since`, as of `now`, and when it is next. Epoch milliseconds. */
export const cronTimes = (schedule: CronSchedule, timeZone: string, since: number, now: number): CronTimes => {
  let due: number | undefined;
  let missed = 0;
  let next = nextDue(schedule, since, timeZone);
  while (next !== undefined && next <= now) {
    due = next;
    missed += 1;
    // Of thousands only the last counts: the search begins again near the end.
    const from = missed > manyMissed ? Math.max(next, now - (now - next) / 2) : next;
    next = nextDue(schedule, from, timeZone);
  }
  return { due, missed, wakeMs: next === undefined ? undefined : Math.max(1, next - now) };
};

const isOver = (job: KubeObject): boolean =>
  conditionOf(job, 'Complete')?.status === 'True' || conditionOf(job, 'Failed')?.status === 'True';
const isComplete = (job: KubeObject): boolean => conditionOf(job, 'Complete')?.status === 'True';
const beganAt = (job: KubeObject): string => stringAt(job.status, 'startTime') ?? job.metadata.creationTimestamp ?? '';

/** The finished Jobs that are more than its history keeps, oldest first. */
const beyondHistory = (cronJob: KubeObject, jobs: readonly KubeObject[]): readonly KubeObject[] => {
  const finished = jobs.filter(isOver).toSorted((a, b) => (beganAt(a) < beganAt(b) ? -1 : 1));
  const extra = (of: readonly KubeObject[], kept: number) => of.slice(0, Math.max(0, of.length - kept));
  return [
    ...extra(finished.filter(isComplete), numberAt(cronJob.spec, 'successfulJobsHistoryLimit') ?? 3),
    ...extra(
      finished.filter((job) => !isComplete(job)),
      numberAt(cronJob.spec, 'failedJobsHistoryLimit') ?? 1,
    ),
  ];
};

const jobOf = (cronJob: KubeObject, due: number, timeZone: string): KubeObject => {
  const template = copyOf(objectAt(cronJob.spec, 'jobTemplate') ?? {});
  const labels = objectAt(template, 'metadata', 'labels');
  const annotations = objectAt(template, 'metadata', 'annotations');
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${cronJob.metadata.name}-${Math.floor(due / 60_000)}`,
      namespace: cronJob.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels: labels as Record<string, string> }),
      annotations: {
        ...(annotations as Record<string, string> | undefined),
        'batch.kubernetes.io/cronjob-scheduled-timestamp':
          timeZone === 'UTC' ? timestampOf(due) : zonedTimestamp(due, timeZone),
      },
      ownerReferences: [ownerReference(cronJob)],
    },
    spec: objectAt(template, 'spec') ?? {},
  };
};

/** RFC 3339 with the zone's offset at that moment. */
const zonedTimestamp = (at: number, timeZone: string): string => {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign = '+', hours = '00', minutes = '00'] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  return `${timestampOf(at + offsetMs).slice(0, -1)}${offsetMs === 0 ? 'Z' : `${sign}${hours}:${minutes}`}`;
};

const referenceTo = ({ metadata }: KubeObject): JsonObject => ({
  kind: 'Job',
  namespace: metadata.namespace ?? '',
  name: metadata.name ?? '',
  uid: metadata.uid ?? '',
  apiVersion: 'batch/v1',
  resourceVersion: metadata.resourceVersion ?? '',
});

/** As it was when it was started. */
const listedOr = (cronJob: KubeObject, job: KubeObject): JsonObject => {
  const listed = listAt(cronJob.status, 'active').find((reference) => stringAt(reference, 'uid') === job.metadata.uid);
  return isJsonObject(listed) ? listed : referenceTo(job);
};

/** What is started now, as the concurrency policy has it: Jobs that run may forbid it, or have to make room. */
const start = (
  plane: ControlPlane,
  cronJob: KubeObject,
  due: number,
  timeZone: string,
  active: readonly KubeObject[],
): boolean => {
  const policy = stringAt(cronJob.spec, 'concurrencyPolicy') ?? 'Allow';
  if (policy === 'Forbid' && active.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    recordEvent(plane, cronJob, { type: 'Normal', reason: 'JobAlreadyActive', message, source });
    return false;
  }
  for (const job of policy === 'Replace' ? active : []) {
    remove(plane, job);
    recordEvent(plane, cronJob, {
      type: 'Normal',
      reason: 'SuccessfulDelete',
      message: `Deleted job ${job.metadata.name}`,
      source,
    });
  }
  const job = jobOf(cronJob, due, timeZone);
  const key = { resource: 'jobs.batch', namespace: job.metadata.namespace ?? '', name: job.metadata.name ?? '' };
  if (plane.storage.get(key) === undefined) {
    create(plane, 'jobs.batch', job);
    recordEvent(plane, cronJob, {
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: `Created job ${job.metadata.name}`,
      source,
    });
  }
  return true;
};

const noteFinished = (plane: ControlPlane, cronJob: KubeObject, jobs: readonly KubeObject[]): void => {
  const listed = new Set(listAt(cronJob.status, 'active').map((reference) => stringAt(reference, 'uid')));
  for (const job of jobs.filter((each) => isOver(each) && listed.has(each.metadata.uid))) {
    const message = `Saw completed job: ${job.metadata.name}, condition: ${isComplete(job) ? 'Complete' : 'Failed'}`;
    recordEvent(plane, cronJob, { type: 'Normal', reason: 'SawCompletedJob', message, source });
  }
};

const lastSuccess = (cronJob: KubeObject, jobs: readonly KubeObject[]): string | undefined =>
  [
    stringAt(cronJob.status, 'lastSuccessfulTime'),
    ...jobs.filter(isComplete).map((job) => stringAt(job.status, 'completionTime')),
  ]
    .filter((time) => time !== undefined)
    .toSorted()
    .at(-1);

/** What the schedule of a CronJob has due; events say why where it has nothing. */
const dueOf = (plane: ControlPlane, cronJob: KubeObject): (CronTimes & { readonly timeZone: string }) | undefined => {
  const now = plane.clock.now();
  const timeZone = stringAt(cronJob.spec, 'timeZone') ?? 'UTC';
  const last = stringAt(cronJob.status, 'lastScheduleTime') ?? cronJob.metadata.creationTimestamp ?? '';
  const deadline = numberAt(cronJob.spec, 'startingDeadlineSeconds');
  const since = Math.max(Date.parse(last), deadline === undefined ? 0 : now - deadline * 1000);
  try {
    const times = cronTimes(parseSchedule(stringAt(cronJob.spec, 'schedule') ?? ''), timeZone, since, now);
    if (times.missed > manyMissed) {
      const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
      recordEvent(plane, cronJob, { type: 'Warning', reason: 'TooManyMissedTimes', message, source });
    }
    return { ...times, timeZone };
  } catch (error) {
    if (!(error instanceof BadSchedule)) throw error;
    const message = `unparseable schedule: ${error.message}`;
    recordEvent(plane, cronJob, { type: 'Warning', reason: 'UnparseableSchedule', message, source });
    return undefined;
  }
};

/** CronJobs: a Job whenever one is due, no more finished ones than are to be kept. */
export const cronJobController: Controller = {
  name: 'cronjob',
  concerns: (_, changed) => concernsOwner(changed, 'cronjobs.batch', 'CronJob', ['jobs.batch']),
  everything: (plane) => allKeys(plane, 'cronjobs.batch'),
  reconcile: (plane, key) => {
    const cronJob = read(plane, 'cronjobs.batch', key);
    if (cronJob === undefined || cronJob.metadata.deletionTimestamp !== undefined || !isJsonObject(cronJob.spec))
      return undefined;
    const jobs = controlledBy(plane, 'jobs.batch', cronJob);
    noteFinished(plane, cronJob, jobs);
    for (const job of beyondHistory(cronJob, jobs)) remove(plane, job);
    const times = cronJob.spec.suspend === true ? undefined : dueOf(plane, cronJob);
    const active = jobs.filter((job) => !isOver(job));
    const hasStarted = times?.due !== undefined && start(plane, cronJob, times.due, times.timeZone, active);
    const running = controlledBy(plane, 'jobs.batch', cronJob).filter(
      (job) => !isOver(job) && job.metadata.deletionTimestamp === undefined,
    );
    const lastScheduled = hasStarted ? timestampOf(times.due ?? 0) : stringAt(cronJob.status, 'lastScheduleTime');
    const lastSuccessful = lastSuccess(cronJob, jobs);
    writeStatus(plane, cronJob, {
      ...(running.length === 0 ? {} : { active: running.map((job) => listedOr(cronJob, job)) }),
      ...(lastScheduled === undefined ? {} : { lastScheduleTime: lastScheduled }),
      ...(lastSuccessful === undefined ? {} : { lastSuccessfulTime: lastSuccessful }),
    });
    return times?.wakeMs;
  },
};
