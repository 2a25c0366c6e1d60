import type { PlannedJob } from '../../rollout/jobs.ts';
import type { DesiredJob } from '../desired.ts';
import { cleanJobs } from '../jobs/clean-jobs.ts';
import { cleansOf } from '../jobs/plan-jobs.ts';
import { listJobs } from '../jobs/read-jobs.ts';
import { insist } from './patience.ts';
import { type Setting, writingOf } from './setting.ts';

/**
 * Removes, behind jobs that ran, those of earlier contents of the set but for the newest, as a deployment does. One LIST for each namespace
 * that has jobs. They are no members of the set: no line is told of them; one that can not be removed is said, and stays.
 */
export const cleanJobsEach = async (
  setting: Setting,
  runs: readonly PlannedJob[],
  jobs: readonly DesiredJob[],
): Promise<void> => {
  const { cluster, input, invocation, rendered, telling } = setting;
  const place = { cluster, target: rendered.target, namespace: input.namespace, signal: invocation.signal };
  const tried = await insist(setting, async () => {
    const left = cleansOf(runs, jobs, await listJobs(jobs, place), new Set(runs.map(({ id }) => id)));
    for await (const cleaned of cleanJobs(left, writingOf(setting))) {
      if (cleaned.status === 'failed') telling.say(cleaned.failure.because);
    }
  });
  if ('trouble' in tried) telling.say(`Jobs of earlier contents of the set were left: ${tried.trouble.message}`);
};
