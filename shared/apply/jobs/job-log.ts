import type { JobRecord, PlannedJob } from '../../rollout/jobs.ts';

/** What the containers of a Job wrote, the end of it. A blob. */
export interface JobOutput {
  readonly pod: string;
  readonly container: string;
  readonly lines: readonly string[];
}

/**
 * What is known of the Jobs of one target, for one deployment. Every change is on record before anything is done by it, and what an
 * attempt that is no longer the newest adds changes nothing that is for good. Each returns the record as it then stands.
 */
export interface JobLog {
  /** Names the deployment in records. */
  readonly by: string;
  read(job: PlannedJob): Promise<JobRecord | undefined>;
  /** It is about to be created; `again` forgets how it ended. */
  begin(job: PlannedJob, again: boolean): Promise<JobRecord>;
  /** It is there, under this uid, and may be started. */
  created(job: PlannedJob, found: { readonly uid: string; readonly generation: number }): Promise<JobRecord>;
  /** It is about to be kept from running on. */
  ending(job: PlannedJob, because: string): Promise<JobRecord>;
  ended(
    job: PlannedJob,
    how: {
      readonly state: 'complete' | 'failed';
      readonly because?: string;
      readonly output: readonly JobOutput[];
    },
  ): Promise<JobRecord>;
}
