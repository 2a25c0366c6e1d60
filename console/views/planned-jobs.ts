import { canonicalJson } from '../../shared/rollout/digest.ts';
import { noJobs, type PlannedJob, sayJob } from '../../shared/rollout/jobs.ts';
import type { TargetPlan } from '../../shared/rollout/plan.ts';

/** A Job that runs around a deployment, with the targets on which it does. */
export interface JobGroup extends Pick<PlannedJob, 'name' | 'service' | 'run' | 'mayRepeat'> {
  /** `job migrate before anything else is applied`. */
  readonly said: string;
  readonly targets: readonly string[];
}

/** The Jobs of several plans, each once, in the order in which they run. Pure. */
export const groupJobs = (plans: readonly Pick<TargetPlan, 'target' | 'jobs'>[]): readonly JobGroup[] => {
  const groups = new Map<string, JobGroup>();
  for (const { target, jobs = noJobs } of plans) {
    for (const job of jobs.runs) {
      const { name, service, run, mayRepeat } = job;
      const key = canonicalJson({ name, service, run, mayRepeat });
      const targets = [...(groups.get(key)?.targets ?? []), target];
      groups.set(key, { name, service, run, mayRepeat, said: sayJob(job), targets });
    }
  }
  return [...groups.values()];
};
