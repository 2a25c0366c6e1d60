import type { Invocation } from '../outside/outside.ts';
import type { ApplyInput, ApplyOutside } from './apply-manifests.ts';
import type { JobLog } from './jobs/job-log.ts';
import { runPlanned } from './jobs/run-planned.ts';
import type { SliceResult } from './slice.ts';

/** What running jobs takes beside what writing does: what is known of them. */
export interface RunJobsOutside extends ApplyOutside {
  readonly jobs: JobLog;
}

/**
 * Runs the jobs of the approved plan that come when all has settled, and before anything is pruned: those `after` a release, its tests, and those
 * `back` of a release that is taken back. Each once, whoever calls this how often: what has run is on record. A slice does what fits
 * before its deadline. Writes nothing but these Jobs.
 * @throws ClusterUnreachable, AccessRefused, ApiServerRefused; the same call again is safe.
 */
export const runJobs = (
  input: ApplyInput,
  { jobs, ...outside }: RunJobsOutside,
  invocation: Invocation,
): Promise<SliceResult> => {
  const runs = (input.approved.jobs?.runs ?? []).filter(({ run }) => run !== 'before');
  return runPlanned(runs, input, jobs, { ...outside, invocation, plan: input.plan });
};
