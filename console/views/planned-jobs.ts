import { canonicalJson } from '../../shared/rollout/digest.ts';
import { noJobs, type PlannedJob, sayJob } from '../../shared/rollout/jobs.ts';
import type { TargetPlan } from '../../shared/rollout/plan.ts';
import { gatherAlike } from './gather-alike.ts';

/** A Job that runs around a deployment, with the targets on which it does. */
export interface JobGroup extends Pick<PlannedJob, 'name' | 'service' | 'run' | 'mayRepeat'> {
  /** `job migrate before anything else is applied`. */
  readonly said: string;
  readonly targets: readonly string[];
}

/** The Jobs of several plans, each once, in the order in which they run. Pure. */
export const groupJobs = (plans: readonly Pick<TargetPlan, 'target' | 'jobs'>[]): readonly JobGroup[] =>
  gatherAlike(
    plans.flatMap(({ target, jobs = noJobs }) => jobs.runs.map((job) => [target, job] as const)),
    ({ name, service, run, mayRepeat }) => canonicalJson({ name, service, run, mayRepeat }),
  ).map(({ item, targets }) => {
    const { name, service, run, mayRepeat } = item;
    return { name, service, run, mayRepeat, said: sayJob(item), targets };
  });
