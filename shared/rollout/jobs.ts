import type { ObjectId } from './plan.ts';

/**
 * When a Job of a release runs on a target: `before` anything of the release is applied there but what the Job itself needs; `after` all of
 * it has settled; `test` after that, judged by the gate that names it and not by the deployment; `back` when the release is taken back and what
 * stood there before has settled again.
 */
export const runTimes = ['before', 'after', 'test', 'back'] as const;
export type RunTime = (typeof runTimes)[number];

/** The name of a Job for one release. Pure. */
export const jobName = (name: string, release: `sha256:${string}`): string =>
  `${name}-${release.slice('sha256:'.length).slice(0, 10)}`;

/** A Job that runs once for its release on a target. */
export interface PlannedJob {
  /** The Job as it is created: its name ends with the first 10 characters of the release digest. */
  readonly id: ObjectId;
  /** Its name in the manifest. */
  readonly name: string;
  readonly service: string;
  readonly run: RunTime;
  /** Whose job it is: of a `back` job the release that is taken back. */
  readonly release: `sha256:${string}`;
  /** The `RenderedTarget` that has its manifest. */
  readonly rendered: `sha256:${string}`;
  /** Kubernetes itself ends it after so long. */
  readonly deadlineSeconds: number;
  /** Its manifest says that running it twice does no harm. */
  readonly mayRepeat: boolean;
  /** Uid of the Job of an earlier rollout that failed for this release: it is deleted, and this one runs in its place. */
  readonly replaces?: string;
}

/** The Jobs around a deployment. Part of the plan, and so of the plan digest. */
export interface JobPlan {
  /** Of releases that are taken back, those that may still be under way: kept from running on before anything else is done. */
  readonly stops: readonly PlannedJob[];
  /** In their order, one after the other. */
  readonly runs: readonly PlannedJob[];
  /** Jobs of earlier releases that are deleted when the deployment has come to its end. */
  readonly cleans: readonly { readonly id: ObjectId; readonly uid: string }[];
}

export const noJobs: JobPlan = { stops: [], runs: [], cleans: [] };

/** How many Jobs of a plan come when all has settled. */
export const jobsAfter = ({ jobs = noJobs }: { readonly jobs?: JobPlan }): number =>
  jobs.runs.filter(({ run }) => run !== 'before').length;

/** How far a Job is, as far as it is known of. Times are epoch milliseconds. */
export interface JobRecord {
  readonly id: ObjectId;
  /**
   * `begun`: it may be there, and has never been started. `created`: its uid is known, and it may run. `ending`: it is given up, and is being
   * kept from running on. The others are for good.
   */
  readonly state: 'begun' | 'created' | 'ending' | 'complete' | 'failed';
  /** The deployment that brought it so far. */
  readonly by: string;
  readonly begunAt: number;
  readonly uid?: string;
  /** As it was created: at this generation it has not been started yet. */
  readonly generation?: number;
  readonly endedAt?: number;
  /** Why it failed, or is given up. */
  readonly because?: string;
  /** Blob of what its containers wrote. */
  readonly logs?: `sha256:${string}`;
}

/** `job migrate before anything else is applied`, behind a verb. */
export const sayJob = ({ name, run }: Pick<PlannedJob, 'name' | 'run'>): string => {
  const when = {
    before: 'before anything else is applied',
    after: 'after all has settled',
    test: 'as a test, after all has settled',
    back: 'after what stood there before has settled again',
  };
  return `job ${name} ${when[run]}`;
};
