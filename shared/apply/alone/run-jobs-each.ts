import type { PlannedJob } from '../../rollout/jobs.ts';
import { refusedLine } from '../alone-words.ts';
import { getObject } from '../api-requests.ts';
import type { DesiredJob } from '../desired.ts';
import { pathOf } from '../discovery.ts';
import type { JobLog } from '../jobs/job-log.ts';
import { isJobOf, jobManifest } from '../jobs/job-manifest.ts';
import { rememberJobs } from '../jobs/remember-jobs.ts';
import { type RunnableJob, runJob } from '../jobs/run-job.ts';
import { parseObjectId } from '../object-id.ts';
import { insist } from './patience.ts';
import { rest, type Setting, writingOf } from './setting.ts';

/**
 * Runs jobs one after the other and tells how each ended: `unchanged` where it had run for this content before. What comes after one that
 * did not complete is skipped. Whether all have completed.
 */
export const runJobsEach = async (
  setting: Setting,
  runs: readonly PlannedJob[],
  jobs: readonly DesiredJob[],
): Promise<boolean> => {
  const open = [...runs];
  for (let job = open.shift(); job !== undefined; job = open.shift()) {
    const desired = jobs.find(({ manifest }) => manifest.metadata.name === job?.name);
    if (desired !== undefined && (await runEach(setting, job, desired))) continue;
    skipJobs(setting, open, `job ${job.name} comes first, and did not complete`);
    return false;
  }
  return true;
};

/** Tells of jobs that do not run, and why. */
export const skipJobs = ({ telling }: Setting, runs: readonly PlannedJob[], reason: string): void => {
  for (const { id } of runs) telling.tell({ identity: id, action: 'skipped', reason });
};

/** Tells of jobs what running them would come to. */
export const tellPlannedJobs = async (setting: Setting, runs: readonly PlannedJob[]): Promise<void> => {
  const { cluster, invocation, rendered, telling } = setting;
  for (const job of runs) {
    const { namespace, name } = parseObjectId(job.id);
    const path = pathOf(
      { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true },
      namespace,
      name,
    );
    const tried = await insist(setting, () => getObject(cluster, path, invocation.signal));
    if ('trouble' in tried) telling.tell({ identity: job.id, action: 'failed', reason: tried.trouble.message });
    else if (tried.result !== undefined && isJobOf(tried.result, job, rendered.target)) {
      telling.tell({ identity: job.id, action: 'unchanged', reason: '' });
    } else telling.tell({ identity: job.id, action: 'created', reason: `runs ${job.run}` });
  }
};

const runEach = async (setting: Setting, job: PlannedJob, desired: DesiredJob): Promise<boolean> => {
  const { clock, input, interrupted, invocation, rendered, telling } = setting;
  const { target } = rendered;
  const manifest = jobManifest(desired, job, { target, namespace: input.namespace });
  const runnable: RunnableJob = { job, served: desired.served, manifest, target };
  const memory = rememberJobs(target, clock);
  let isBegun = false;
  const log: JobLog = {
    ...memory,
    begin: (one, again) => {
      isBegun = true;
      setting.begunJobs.add(job.id);
      return memory.begin(one, again);
    },
  };
  for (;;) {
    const tried = await insist(setting, () => runJob(runnable, log, writingOf(setting)));
    const end = 'trouble' in tried ? undefined : tried.result;
    if (end?.status === 'complete') {
      const action = isBegun ? 'created' : 'unchanged';
      telling.tell({ identity: job.id, action, reason: `ran ${job.run}`, status: 'ready' });
      return true;
    }
    if (end?.status === 'failed') telling.tell(refusedLine(job.id, end.failure, desired.source));
    if (end?.status === 'failed') return false;
    const isOver = end?.status !== 'in-progress' || interrupted.aborted || clock.now() >= invocation.deadline;
    if (isOver) {
      const reason = 'trouble' in tried ? tried.trouble.message : (end?.because ?? '');
      telling.tell({ identity: job.id, action: 'failed', reason });
      return false;
    }
    telling.say(end.because);
    await rest(setting, end.retryAfterSeconds * 1000);
  }
};
