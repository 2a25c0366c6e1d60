import type { Digest } from '../../blobs/blobs.ts';
import type { JobPlan, JobRecord, PlannedJob } from '../../rollout/jobs.ts';
import { brief } from '../../rollout/outcome.ts';
import type { ObjectId } from '../../rollout/plan.ts';
import type { DesiredJob } from '../desired.ts';
import type { LiveObject } from '../live-object.ts';
import { identityOf, spoken } from '../object-id.ts';
import type { Refusal } from '../refusals.ts';
import { isLeft } from './assess-job.ts';
import { jobId, jobLabel, ownDeadline } from './job-manifest.ts';

/** A release as a target has it, and how far its jobs are there. */
export interface ReleaseJobs {
  readonly release: Digest;
  readonly rendered: Digest;
  readonly jobs: readonly DesiredJob[];
  readonly records: readonly JobRecord[];
}

/** What of jobs is to be planned. */
export interface PlanningJobs {
  /** The release that is brought; absent where an older one comes back, whose jobs ran when it came. */
  readonly brought?: ReleaseJobs;
  /** Releases that are taken back, newest first. */
  readonly takenBack: readonly ReleaseJobs[];
  /** For jobs that state no deadline. */
  readonly withinMs: number;
  /** Jobs of earlier releases that are there. */
  readonly live: readonly LiveObject[];
}

/** Of each job so many stay to be looked at, the one of this release among them. */
const kept = 3;

/**
 * Which jobs run around a deployment: of the release that is brought those that did not run there yet, of a release that is taken back its
 * `back` jobs, when its own jobs had begun; what of these is still under way is stopped. A test that failed runs again in the place of the
 * one that did. Another job that failed refuses the plan, since a release runs its jobs once; so does a release that was taken back by a
 * job, since what that took back would be missing. `undefined` where no job runs. Pure.
 */
export const planJobs = ({
  brought,
  takenBack,
  withinMs,
  live,
}: PlanningJobs): { readonly jobs: JobPlan | undefined } | { readonly refusals: readonly Refusal[] } => {
  const refusals = brought === undefined ? [] : brought.jobs.flatMap((job) => refusalsOf(job, brought));
  if (refusals.length > 0) return { refusals };
  const forward = brought === undefined ? [] : leftOf(brought).map(plannedIn(brought, withinMs));
  const back = takenBack.flatMap((each) => backJobs(each).map(plannedIn(each, withinMs)));
  const inOrder = (['before', 'after', 'test'] as const).flatMap((time) => forward.filter(({ run }) => run === time));
  const runs = [...inOrder, ...back];
  const stops = takenBack.flatMap((each) => each.jobs.filter(isUnderWay(each)).map(plannedIn(each, withinMs)));
  if (runs.length === 0 && stops.length === 0) return { jobs: undefined };
  const jobs = [...(brought?.jobs ?? []), ...takenBack.flatMap((each) => each.jobs)];
  const staying = new Set([...runs, ...stops].map(({ id }) => id));
  return { jobs: { stops, runs, cleans: cleansOf(runs, jobs, live, staying) } };
};

const recordOf = (job: DesiredJob, { release, records }: ReleaseJobs): JobRecord | undefined => {
  const id = jobId(job, release);
  return records.find((record) => record.id === id);
};

const leftOf = (brought: ReleaseJobs): readonly DesiredJob[] =>
  brought.jobs.filter((job) => {
    const state = recordOf(job, brought)?.state;
    return job.run !== 'back' && state !== 'complete';
  });

const plannedIn =
  (brought: ReleaseJobs, withinMs: number) =>
  (job: DesiredJob): PlannedJob => {
    const { release, rendered } = brought;
    const record = recordOf(job, brought);
    const replaces = record?.state === 'failed' ? record.uid : undefined;
    return {
      id: jobId(job, release),
      name: job.manifest.metadata.name,
      service: job.service,
      run: job.run,
      release,
      rendered,
      deadlineSeconds: ownDeadline(job) ?? Math.ceil(withinMs / 1000),
      // A test changes nothing that a second one would meet: the next rollout of its release asks it anew.
      mayRepeat: job.mayRepeat || job.run === 'test',
      ...(replaces === undefined ? {} : { replaces }),
    };
  };

const refusalsOf = (job: DesiredJob, brought: ReleaseJobs): readonly Refusal[] => {
  const record = recordOf(job, brought);
  const refuse = (because: string): readonly Refusal[] => [
    { code: 'JOB_FAILED', object: job.id, because: brief(`${spoken(job.id)} ${because}`) },
  ];
  if (job.run === 'back') {
    if (record === undefined) return [];
    return refuse('has taken this release back here, and its other jobs run once; release a commit that changes it');
  }
  if (record?.state !== 'failed' || job.mayRepeat || job.run === 'test') return [];
  return refuse(
    `failed for this release (${brief(record.because ?? '', 200)}), and a release runs its jobs once; release a commit that changes it, or say tidegate.dev/repeat: safe on it`,
  );
};

/** `back` jobs are gone on with. */
const isUnderWay = (release: ReleaseJobs) => (job: DesiredJob) =>
  job.run !== 'back' && ['begun', 'created', 'ending'].includes(recordOf(job, release)?.state ?? '');

/** What a job undoes are the jobs of its release: where none of those was begun there is nothing to undo. */
const backJobs = (release: ReleaseJobs): readonly DesiredJob[] => {
  const others = release.jobs.filter(({ run }) => run === 'before');
  const hasBegun = others.length === 0 || others.some((job) => recordOf(job, release) !== undefined);
  if (!hasBegun) return [];
  return release.jobs.filter((job) => job.run === 'back' && recordOf(job, release)?.state !== 'complete');
};

/** Of each job that runs, those of earlier releases that are left, but for the newest. None of `staying`, which this deployment is about. */
export const cleansOf = (
  runs: readonly Pick<PlannedJob, 'name'>[],
  jobs: readonly DesiredJob[],
  live: readonly LiveObject[],
  staying: ReadonlySet<ObjectId>,
): JobPlan['cleans'] => {
  const names = [...new Set(runs.map(({ name }) => name))];
  return names.flatMap((name) => {
    const namespace = jobs.find(({ manifest }) => manifest.metadata.name === name)?.manifest.metadata.namespace ?? '';
    return live
      .filter((each) => each.metadata.labels?.[jobLabel] === name && (each.metadata.namespace ?? '') === namespace)
      .filter((each) => isLeft(each) && !staying.has(identityOf(each)))
      .toSorted((a, b) => (ageOf(a) < ageOf(b) ? 1 : -1))
      .slice(kept - 1)
      .map((each) => ({ id: identityOf(each), uid: each.metadata.uid }));
  });
};

const ageOf = ({ metadata: { creationTimestamp = '', name } }: LiveObject): string => `${creationTimestamp} ${name}`;
