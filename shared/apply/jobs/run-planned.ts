import type { PlannedJob } from '../../rollout/jobs.ts';
import { brief } from '../../rollout/outcome.ts';
import type { ApplyInput } from '../apply-manifests.ts';
import { resolveDesired } from '../desired.ts';
import { discover } from '../discovery.ts';
import type { Progress, SliceResult } from '../slice.ts';
import type { Writing } from '../writing.ts';
import type { JobLog } from './job-log.ts';
import { jobManifest } from './job-manifest.ts';
import { type JobEnd, type RunnableJob, runJob } from './run-job.ts';

/** Whose jobs they are, and where their manifests are to be found. */
export type JobsInput = Pick<ApplyInput, 'rendered' | 'namespace' | 'approved' | 'takenBack' | 'progress'>;

/**
 * Runs jobs of the approved plan one after the other, as far as there is time; those that have run are passed over. The first that fails
 * ends it, unless it is a test. @throws as `runJob`.
 */
export const runPlanned = async (
  runs: readonly PlannedJob[],
  input: JobsInput,
  log: JobLog,
  writing: Writing,
): Promise<SliceResult> => {
  const { progress } = input;
  for (const job of runs) {
    const runnable = await findRunnable(job, input, writing);
    if (runnable === undefined) return manifestMissing(job, progress);
    const end = await runJob(runnable, log, writing);
    if (isJudgedByItsGate(job, end)) continue;
    if (end.status !== 'complete') return sliceOf(end, input);
  }
  return { status: 'done', progress };
};

/** A test that has run is no matter of the deployment, however it ended: that is on record, where its gate finds it. */
const isJudgedByItsGate = ({ run }: PlannedJob, end: JobEnd): boolean =>
  run === 'test' && end.status === 'failed' && end.failure.code === 'JOB_FAILED';

/**
 * Keeps jobs from running on, each as on record given up. What they have come to since counts. `undefined` when none of them can run any
 * more. @throws as `runJob`.
 */
export const stopPlanned = async (
  stops: readonly PlannedJob[],
  input: JobsInput,
  log: JobLog,
  writing: Writing,
): Promise<SliceResult | undefined> => {
  for (const job of stops) {
    const record = await log.ending(job, 'its release is taken back');
    if (record.state !== 'ending') continue;
    const runnable = await findRunnable(job, input, writing);
    if (runnable === undefined) return manifestMissing(job, input.progress);
    const end = await runJob(runnable, log, writing);
    const isOver = end.status === 'failed' && end.failure.code === 'JOB_FAILED';
    if (!isOver && end.status !== 'complete') return sliceOf(end, input);
  }
  return undefined;
};

const sliceOf = (
  end: Exclude<JobEnd, { readonly status: 'complete' }>,
  { rendered, progress }: JobsInput,
): SliceResult => {
  if (end.status !== 'failed') return { ...end, progress };
  const { failure, evidence } = end;
  const because = brief(`${rendered.target}: ${failure.because}`);
  return { status: 'failed', progress, because, objects: [failure], ...(evidence.length === 0 ? {} : { evidence }) };
};

/** The manifest of a job, in the rendering that the plan names: of this release, or of one that is taken back. */
const findRunnable = async (
  job: PlannedJob,
  { rendered, namespace, approved, takenBack }: JobsInput,
  { cluster, invocation }: Writing,
): Promise<RunnableJob | undefined> => {
  const { target } = rendered;
  const source = job.rendered === approved.rendered ? rendered : takenBack?.get(job.rendered);
  if (source === undefined) return undefined;
  const { jobs } = resolveDesired(source, await discover(cluster, invocation.signal), namespace);
  const found = jobs.find(({ manifest, service }) => manifest.metadata.name === job.name && service === job.service);
  if (found === undefined) return undefined;
  return { job, served: found.served, manifest: jobManifest(found, job, { target, namespace }), target };
};

const manifestMissing = (job: PlannedJob, progress: Progress): SliceResult => {
  const because = `the manifest of job ${job.name} is not in the rendering that the plan names; plan again`;
  return { status: 'failed', progress, because, objects: [{ id: job.id, code: 'JOB_FAILED', because }] };
};
