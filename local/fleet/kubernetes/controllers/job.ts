import { type ControlPlane, nameSuffix, timeOf } from '../control-plane.ts';
import { isJsonObject, type JsonObject, type KubeObject, listAt, numberAt, stringAt } from '../object.ts';
import type { Controller } from './control-loop.ts';
import { recordEvent } from './event-recorder.ts';
import { allKeys, concernsOwner, controlledBy, create, read, remove, writeStatus } from './owned.ts';
import { conditionOf, isActive, isReady } from './pod-state.ts';
import { podOf } from './pod-template.ts';

const phaseOf = (pod: KubeObject) => stringAt(pod.status, 'phase');
const restartsOf = (pod: KubeObject) =>
  listAt(pod.status, 'containerStatuses').reduce<number>(
    (sum, status) => sum + (numberAt(status, 'restartCount') ?? 0),
    0,
  );

export interface JobCounts {
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Failed pods and restarts of containers together: what backoffLimit limits. */
  readonly failures: number;
}

export type JobStep =
  | { readonly is: 'complete' }
  | { readonly is: 'failed'; readonly reason: string; readonly message: string }
  | { readonly is: 'running'; readonly create: number };

/** What a Job does next. Without `completions`, one success is enough and no more pods are made after it. */
export const nextJobStep = (spec: JsonObject, counts: JobCounts, runningSeconds: number): JobStep => {
  const completions = numberAt(spec, 'completions');
  const deadline = numberAt(spec, 'activeDeadlineSeconds');
  if (deadline !== undefined && runningSeconds >= deadline) {
    return { is: 'failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }
  if (counts.failures > (numberAt(spec, 'backoffLimit') ?? 6)) {
    return { is: 'failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  if (completions === undefined ? counts.succeeded > 0 && counts.active === 0 : counts.succeeded >= completions)
    return { is: 'complete' };
  const left =
    completions === undefined ? (counts.succeeded > 0 ? 0 : Number.POSITIVE_INFINITY) : completions - counts.succeeded;
  const wanted = Math.min(numberAt(spec, 'parallelism') ?? 1, left);
  return { is: 'running', create: Math.max(0, wanted - counts.active) };
};

/** A failed pod is followed by a new one after 10 s, doubling, 6 min at most. */
const backoffMs = (failures: number) => (failures === 0 ? 0 : Math.min(10_000 * 2 ** (failures - 1), 360_000));

const finished = (plane: ControlPlane, job: KubeObject, step: Exclude<JobStep, { is: 'running' }>): JsonObject[] => {
  const now = timeOf(plane);
  const condition = (type: string, reason: string, message: string): JsonObject => ({
    type,
    status: 'True',
    lastProbeTime: now,
    lastTransitionTime: now,
    reason,
    message,
  });
  const source = 'job-controller';
  if (step.is === 'complete') {
    recordEvent(plane, job, { type: 'Normal', reason: 'Completed', message: 'Job completed', source });
    const message = 'Reached expected number of succeeded pods';
    return [
      condition('SuccessCriteriaMet', 'CompletionsReached', message),
      condition('Complete', 'CompletionsReached', message),
    ];
  }
  recordEvent(plane, job, { type: 'Warning', reason: step.reason, message: step.message, source });
  return [condition('FailureTarget', step.reason, step.message), condition('Failed', step.reason, step.message)];
};

const suspended = (plane: ControlPlane, job: KubeObject, isSuspended: boolean): readonly JsonObject[] => {
  const before = conditionOf(job, 'Suspended');
  const status = isSuspended ? 'True' : 'False';
  if (before === undefined && !isSuspended) return [];
  if (before?.status === status) return [before];
  const now = timeOf(plane);
  return [
    {
      type: 'Suspended',
      status,
      lastProbeTime: now,
      lastTransitionTime: now,
      reason: isSuspended ? 'JobSuspended' : 'JobResumed',
      message: isSuspended ? 'Job suspended' : 'Job resumed',
    },
  ];
};

/** Seconds after which a finished Job is deleted, by its own wish. */
const expire = (plane: ControlPlane, job: KubeObject, ended: unknown): number | undefined => {
  const ttl = numberAt(job.spec, 'ttlSecondsAfterFinished');
  if (ttl === undefined) return undefined;
  const left = Date.parse(String(ended)) + ttl * 1000 - plane.clock.now();
  if (left > 0) return left;
  remove(plane, job);
  return undefined;
};

/** Jobs: pods until enough have succeeded or too many have failed. */
export const jobController: Controller = {
  name: 'job',
  concerns: (_, changed) => concernsOwner(changed, 'jobs.batch', 'Job', ['pods']),
  everything: (plane) => allKeys(plane, 'jobs.batch'),
  reconcile: (plane, key) => {
    const job = read(plane, 'jobs.batch', key);
    if (job === undefined || job.metadata.deletionTimestamp !== undefined || !isJsonObject(job.spec)) return undefined;
    const ended = conditionOf(job, 'Complete') ?? conditionOf(job, 'Failed');
    if (ended !== undefined) return expire(plane, job, ended.lastTransitionTime);
    const pods = controlledBy(plane, 'pods', job);
    const active = pods.filter(isActive);
    const failed = pods.filter((pod) => phaseOf(pod) === 'Failed').length;
    const counts = {
      active: active.length,
      succeeded: pods.filter((pod) => phaseOf(pod) === 'Succeeded').length,
      failed,
      failures: failed + pods.reduce((sum, pod) => sum + restartsOf(pod), 0),
    };
    const isSuspended = job.spec.suspend === true;
    const started = stringAt(job.status, 'startTime') ?? (isSuspended ? undefined : timeOf(plane));
    const running = started === undefined ? 0 : (plane.clock.now() - Date.parse(started)) / 1000;
    const step: JobStep = isSuspended ? { is: 'running', create: 0 } : nextJobStep(job.spec, counts, running);
    let wakeMs: number | undefined;
    if (isSuspended || step.is !== 'running') for (const pod of active) remove(plane, pod);
    else wakeMs = addPods(plane, job, pods, step.create, counts.failed);
    const alive = controlledBy(plane, 'pods', job).filter(isActive);
    const conditions = step.is === 'running' ? suspended(plane, job, isSuspended) : finished(plane, job, step);
    writeStatus(plane, job, {
      ...(conditions.length === 0 ? {} : { conditions: [...conditions] }),
      ...(started === undefined ? {} : { startTime: started }),
      ...(step.is === 'complete' ? { completionTime: timeOf(plane) } : {}),
      ...(alive.length === 0 ? {} : { active: alive.length }),
      ...(counts.succeeded === 0 ? {} : { succeeded: counts.succeeded }),
      ...(counts.failed === 0 ? {} : { failed: counts.failed }),
      terminating: 0,
      ready: alive.filter(isReady).length,
      uncountedTerminatedPods: {},
    });
    const deadline = numberAt(job.spec, 'activeDeadlineSeconds');
    const untilDeadline = deadline === undefined || step.is !== 'running' ? undefined : (deadline - running) * 1000;
    const waits = [wakeMs, untilDeadline].filter((wait) => wait !== undefined).map(Number);
    return waits.length === 0 ? undefined : Math.min(...waits);
  },
};

const addPods = (
  plane: ControlPlane,
  job: KubeObject,
  pods: readonly KubeObject[],
  missing: number,
  failed: number,
): number | undefined => {
  if (missing === 0) return undefined;
  const lastEnd = Math.max(0, ...pods.filter((pod) => phaseOf(pod) === 'Failed').map(endOf));
  const wait = lastEnd + backoffMs(failed) - plane.clock.now();
  if (wait > 0) return wait;
  for (let count = 0; count < missing; count += 1) {
    const pod = create(plane, 'pods', podOf(job, `${job.metadata.name}-${nameSuffix(plane.random)}`));
    const message = `Created pod: ${pod.metadata.name}`;
    recordEvent(plane, job, { type: 'Normal', reason: 'SuccessfulCreate', message, source: 'job-controller' });
  }
  return undefined;
};

const endOf = (pod: KubeObject): number =>
  Math.max(
    0,
    ...listAt(pod.status, 'containerStatuses').map(
      (status) => Date.parse(stringAt(status, 'state', 'terminated', 'finishedAt') ?? '') || 0,
    ),
  );
