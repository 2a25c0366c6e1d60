import { noJobs } from '../../rollout/jobs.ts';
import type { ObjectId } from '../../rollout/plan.ts';
import { noRestarts } from '../../rollout/restarts.ts';
import type { ComparedTarget } from '../compare-target.ts';
import { objectId } from '../object-id.ts';
import type { SliceResult } from '../slice.ts';
import { type SetToWrite, writeSet } from '../write-set.ts';
import type { Writing } from '../writing.ts';
import type { JobLog } from './job-log.ts';
import { neededByJobs } from './needed-by-jobs.ts';
import { type JobsInput, runPlanned, stopPlanned } from './run-planned.ts';

/** What came of the jobs that run before a deployment. */
export type RanBefore =
  /** They have run, the last until then (epoch milliseconds); nothing was written now. */
  | { readonly ran: 'before'; readonly endedAt: number }
  /** They have run now, so that the target is to be compared anew, or something else has come of them. */
  | { readonly ran: 'now'; readonly slice: SliceResult };

/**
 * Keeps jobs of a release that is taken back from running on. Applies what the jobs need that run before the deployment, and nothing else of the set; then runs them. Done already, it costs one read
 * of the record for each job. Twice is safe, and so is dying anywhere.
 */
export const runBefore = async (
  set: SetToWrite,
  input: JobsInput,
  log: JobLog,
  writing: Writing,
): Promise<RanBefore> => {
  const { stops, runs: all } = set.approved.jobs ?? noJobs;
  const stopped = await stopPlanned(stops, input, log, writing);
  if (stopped !== undefined) return { ran: 'now', slice: stopped };
  const runs = all.filter(({ run }) => run === 'before');
  const records = await Promise.all(runs.map((job) => log.read(job)));
  if (records.every((record) => record?.state === 'complete')) {
    return { ran: 'before', endedAt: Math.max(0, ...records.map((record) => record?.endedAt ?? 0)) };
  }
  const names = new Set(runs.map(({ service, name }) => `${service}/${name}`));
  const jobs = set.compared.jobs.filter(({ service, manifest }) => names.has(`${service}/${manifest.metadata.name}`));
  const first = objectId({ group: '', kind: 'Namespace', namespace: '', name: set.namespace });
  // What takes the release back must be there before what it takes back is begun.
  const undoing = set.compared.jobs.filter(({ run }) => run === 'back');
  const needed = neededByJobs([...jobs, ...undoing], set.compared.objects, first);
  const written = await writeSet(onlyOf(set, needed), writing);
  if (written.status !== 'done') return { ran: 'now', slice: written };
  const slice = await runPlanned(runs, { ...input, progress: written.progress }, log, writing);
  const { warnings } = written;
  return { ran: 'now', slice: warnings === undefined ? slice : { ...slice, warnings } };
};

/** A part of a set. None of it restarts in an order: a job that needs a workload can not wait for those that depend on it. */
const onlyOf = (set: SetToWrite, ids: ReadonlySet<ObjectId>): SetToWrite => ({
  ...set,
  compared: partOf(set.compared, ids),
  approved: { ...set.approved, restarts: { ...set.approved.restarts, ...emptySteps } },
});

const { steps, starts } = noRestarts;
const emptySteps = { steps, starts };

/** Some objects of a comparison, in its order. */
export const partOf = (compared: ComparedTarget, ids: ReadonlySet<ObjectId>): ComparedTarget => {
  const { objects, order } = compared;
  const within = (needs: ReadonlyMap<ObjectId, readonly ObjectId[]>) =>
    new Map([...needs].map(([id, needed]) => [id, needed.filter((need) => ids.has(need))]));
  return {
    ...compared,
    objects: objects.filter(({ id }) => ids.has(id)),
    order: {
      ...order,
      order: order.order.filter((id) => ids.has(id)),
      needs: within(order.needs),
      after: within(order.after),
    },
  };
};
