import type { JobRecord, PlannedJob } from '../../rollout/jobs.ts';
import { brief, type InProgress } from '../../rollout/outcome.ts';
import type { Manifest } from '../../rollout/release.ts';
import { getObject } from '../api-requests.ts';
import { type Deleted, deleteObject } from '../delete-object.ts';
import { pathOf, type ServedKind } from '../discovery.ts';
import { closeOvertaken } from '../fence-off.ts';
import { textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';
import { parseObjectId, spoken } from '../object-id.ts';
import type { ObjectFailure } from '../refusals.ts';
import type { Judged } from '../settle/assess-workload.ts';
import { type Evidence, gatherEvidence } from '../settle/gather-evidence.ts';
import { hasTime, lastMoment, type Writing } from '../writing.ts';
import { assessJob, isOver, isSuspended, type JobStep } from './assess-job.ts';
import type { JobLog } from './job-log.ts';
import { observeJob } from './observe-job.ts';
import { readOutput } from './read-output.ts';
import { createJob, type JobWritten, setSuspended } from './write-job.ts';

/** A Job, and what brings it about. */
export interface RunnableJob {
  readonly job: PlannedJob;
  readonly served: ServedKind;
  /** As it is created. */
  readonly manifest: Manifest;
  readonly target: string;
}

export type JobEnd =
  | { readonly status: 'complete' }
  | { readonly status: 'failed'; readonly failure: ObjectFailure; readonly evidence: readonly Evidence[] }
  | { readonly status: 'stopped'; readonly because: string }
  | InProgress;

/** A slice looks as long; then the state machine waits, the longer the longer the Job has been running. */
const lookMs = 25_000;
/** Beyond its deadline, at which Kubernetes itself ends it. */
const graceMs = 60_000;

/**
 * Brings one Job to its end: creates it, starts it, waits for it, keeps what it wrote. Every step is first on record, so that it may die
 * anywhere and be called again by anybody: the Job is started once. It fails at once where no pod of it can ever run, and is then kept from
 * starting later. @throws ClusterUnreachable, AccessRefused, ApiServerRefused; the same call again is safe.
 */
export const runJob = async (runnable: RunnableJob, log: JobLog, writing: Writing): Promise<JobEnd> => {
  const { job, target } = runnable;
  const { clock, guard } = writing;
  const until = Math.min(lastMoment(writing), clock.now() + lookMs);
  const observe = observeJob(writing);
  const began = clock.now();
  let record = await log.read(job);
  for (;;) {
    const isFinal = record?.state === 'complete' || (record?.state === 'failed' && !job.mayRepeat);
    const live = isFinal ? undefined : await getObject(writing.cluster, pathIn(runnable), writing.invocation.signal);
    const step = assessJob({ job, target, by: log.by, record, live });
    const done = await takeStep(step, runnable, { log, writing, observe, record });
    if ('end' in done) return done.end;
    record = done.record;
    if (done.because === undefined) continue;
    const waitMs = Math.min(Math.max(250, (clock.now() - began) / 4), 2000);
    if (clock.now() + waitMs >= until || !hasTime(writing, waitMs)) {
      return { status: 'in-progress', retryAfterSeconds: pauseAfter(record, clock.now()), because: done.because };
    }
    const stop = await guard();
    if (stop !== undefined) return { status: 'stopped', because: stop };
    await clock.sleep(waitMs, writing.invocation.signal);
  }
};

/** A tenth of the time it has run, 2 s to 30 s: three hours are some 250 looks, well within what a history holds. */
const pauseAfter = (record: JobRecord | undefined, now: number): number =>
  Math.min(30, Math.max(2, Math.round((now - (record?.begunAt ?? now)) / 10_000)));

interface Taking {
  readonly log: JobLog;
  readonly writing: Writing;
  readonly observe: (live: LiveObject) => Promise<Judged>;
  readonly record: JobRecord | undefined;
}

/** `because`: what is waited for. */
type Taken = { readonly end: JobEnd } | { readonly record: JobRecord | undefined; readonly because?: string };

const takeStep = async (step: JobStep, runnable: RunnableJob, taking: Taking): Promise<Taken> => {
  const { job, served, manifest } = runnable;
  const { log, writing, record } = taking;
  switch (step.is) {
    case 'complete':
      return { end: { status: 'complete' } };
    case 'failed':
      return failedWith(job, step.because);
    case 'create': {
      const begun = await log.begin(job, false);
      return after(await createJob(writing, served, manifest), begun, runnable, writing);
    }
    case 'record': {
      const { uid, generation = 0 } = step.live.metadata;
      return { record: await log.created(job, { uid, generation }) };
    }
    case 'start':
      return after(await setSuspended(writing, served, step.live, false), record, runnable, writing);
    case 'again': {
      const gone = step.live && (await deleteObject(writing, { id: job.id, served, object: step.live }));
      if (gone !== undefined && gone.status !== 'gone') return after(gone, record, runnable, writing);
      await closeOvertaken([job.id], writing);
      return { record: await log.begin(job, true) };
    }
    case 'wait':
      return wait(step.live, runnable, taking);
    case 'stop':
      return giveUp(step.live, step.because, runnable, taking);
    case 'ended':
      return endWith(step.how, step.live, job, taking);
  }
};

/** What was written of a Job keeps what earlier attempts sent of it from changing anything, if it still comes. */
const after = async (
  written: JobWritten | Deleted,
  record: JobRecord | undefined,
  { job }: RunnableJob,
  writing: Writing,
): Promise<Taken> => {
  if (written.status === 'done') await closeOvertaken([job.id], writing);
  switch (written.status) {
    case 'failed':
      return { end: { status: 'failed', failure: written.failure, evidence: [] } };
    case 'stopped':
      return { end: { status: 'stopped', because: brief(written.because) } };
    case 'later':
      return {
        end: { ...written, status: 'in-progress', retryAfterSeconds: Math.max(1, written.retryAfterSeconds) },
      };
    default:
      return { record };
  }
};

const failedWith = (job: PlannedJob, because: string, evidence: readonly Evidence[] = []): Taken => ({
  end: {
    status: 'failed',
    failure: { id: job.id, code: 'JOB_FAILED', because: brief(`job ${job.name} failed: ${because}`) },
    evidence,
  },
});

/** Looks at a Job that is under way; one that can not get anywhere, or is long past its deadline, is given up. */
const wait = async (live: LiveObject, { job }: RunnableJob, taking: Taking): Promise<Taken> => {
  const { log, writing, observe, record } = taking;
  const judged = await observe(live);
  const { settled } = judged;
  if (settled.status === 'failed' && settled.reason !== 'JobFailed') {
    return { record: await log.ending(job, `${settled.reason}: ${settled.message}`) };
  }
  const since = Date.parse(textAt(live, 'status', 'startTime') ?? live.metadata.creationTimestamp ?? '');
  const lateMs = writing.clock.now() - since - job.deadlineSeconds * 1000 - graceMs;
  if (lateMs >= 0) return { record: await log.ending(job, `it did not end within ${job.deadlineSeconds} s`) };
  const because = brief(
    `waiting for ${spoken(job.id)} (${settled.reason}: ${settled.message}) since ${new Date(since).toISOString()}`,
  );
  return { record, because };
};

/** What is left of a Job that failed, read before it is gone. */
const wordsOf = async (live: LiveObject, { writing, observe }: Taking) => {
  const { cluster, invocation } = writing;
  const judged = await observe(live);
  return {
    said: judged.settled.message,
    output: await readOutput(live, cluster, invocation.signal),
    evidence: await gatherEvidence([judged], cluster, invocation.signal),
  };
};

/** Keeps what the Job wrote, then that it has ended. */
const endWith = async (
  state: 'complete' | 'failed',
  live: LiveObject,
  job: PlannedJob,
  taking: Taking,
): Promise<Taken> => {
  const { log, writing } = taking;
  if (state === 'complete') {
    const output = await readOutput(live, writing.cluster, writing.invocation.signal);
    return { record: await log.ended(job, { state, output }) };
  }
  const { said, output, evidence } = await wordsOf(live, taking);
  await log.ended(job, { state, because: brief(said), output });
  return failedWith(job, said, evidence);
};

/** Keeps a Job from running on, whose pods are gone with that, and has it failed. */
const giveUp = async (
  live: LiveObject | undefined,
  because: string,
  runnable: RunnableJob,
  taking: Taking,
): Promise<Taken> => {
  const { job, served } = runnable;
  const { log, writing, record } = taking;
  const words = live && (await wordsOf(live, taking));
  // A start of an earlier attempt may still arrive, unless the Job has moved since.
  const mayStart = writing.pending?.some(({ id }) => id === job.id) === true;
  if (live !== undefined && !isOver(live) && (!isSuspended(live) || mayStart)) {
    const suspended = await setSuspended(writing, served, live, true);
    if (suspended.status !== 'done') return after(suspended, record, runnable, writing);
    await closeOvertaken([job.id], writing);
  }
  await log.ended(job, { state: 'failed', because: brief(because), output: words?.output ?? [] });
  return failedWith(job, because, words?.evidence);
};

const pathIn = ({ job, served }: RunnableJob): string => {
  const { namespace, name } = parseObjectId(job.id);
  return pathOf(served, namespace, name);
};
