import type { PlannedJob } from '../../rollout/jobs.ts';
import { noRestarts, type RestartPlan } from '../../rollout/restarts.ts';
import { compareEach } from '../compare-each.ts';
import type { ComparedTarget } from '../compare-target.ts';
import { neededByJobs } from '../jobs/needed-by-jobs.ts';
import { partOf } from '../jobs/run-before.ts';
import { objectId } from '../object-id.ts';
import { insist } from './patience.ts';
import { runJobsEach, skipJobs } from './run-jobs-each.ts';
import type { Setting } from './setting.ts';
import { type WrittenEach, writeEach } from './write-each.ts';

/**
 * Writes a compared set around the jobs that run before it: first what they need and nothing else, then the jobs, then all of it. Where one
 * does not complete, all else is skipped.
 */
export const writeAround = async (
  setting: Setting,
  compared: ComparedTarget,
  restarts: RestartPlan,
  runs: readonly PlannedJob[],
): Promise<WrittenEach> => {
  const { input, invocation, telling } = setting;
  const before = runs.filter(({ run }) => run === 'before');
  if (before.length === 0) return writeEach(setting, compared, restarts);
  const first = objectId({ group: '', kind: 'Namespace', namespace: '', name: input.namespace });
  const jobs = compared.jobs.filter(({ run }) => run === 'before');
  const needed = await writeEach(setting, partOf(compared, neededByJobs(jobs, compared.objects, first)), noRestarts);
  const skip = (because: string): WrittenEach => {
    for (const { id } of compared.objects) {
      if (!needed.lines.has(id) && !telling.isTold(id)) {
        telling.tell({ identity: id, action: 'skipped', reason: because });
      }
    }
    return { ...needed, isWhole: false };
  };
  if (!needed.isWhole) {
    skipJobs(setting, before, 'what they need was not applied');
    return skip('it waits for jobs, whose needs were not applied');
  }
  if (!(await runJobsEach(setting, before, compared.jobs))) return skip('it waits for jobs, which did not complete');
  // What the jobs needed was written since, and is no longer as it was compared.
  const again = await insist(setting, () =>
    compareEach({ ...setting, namespace: input.namespace, signal: invocation.signal, isDryRun: false }),
  );
  if ('trouble' in again) return skip(again.trouble.message);
  const now = again.result.compared;
  if (now === undefined) return skip('the set can no longer be read');
  const meant = new Set(compared.objects.map(({ id }) => id));
  const objects = now.objects.filter(({ id }) => meant.has(id));
  const rest = await writeEach(setting, { ...now, objects }, restarts);
  return {
    lines: new Map([...rest.lines, ...needed.lines]),
    landed: new Map([...needed.landed, ...rest.landed]),
    writes: needed.writes + rest.writes,
    isWhole: rest.isWhole,
  };
};

/** Runs the jobs that come when all is ready; whether all of them have completed. */
export const runAfterEach = async (
  setting: Setting,
  { jobs }: ComparedTarget,
  runs: readonly PlannedJob[],
  isReady: boolean,
): Promise<boolean> => {
  const after = runs.filter(({ run }) => run === 'after' || run === 'test');
  if (after.length === 0) return true;
  if (isReady && setting.input.wait) return runJobsEach(setting, after, jobs);
  const reason = setting.input.wait
    ? 'it comes when all is ready, and not all became so'
    : 'it comes when all is ready, which nobody waits for';
  skipJobs(setting, after, reason);
  return false;
};
