import type { Clock } from '../../outside/clock.ts';
import type { JobRecord } from '../../rollout/jobs.ts';
import { type JobChange, nextJobRecord } from '../../rollout/next-job-record.ts';
import type { ObjectId } from '../../rollout/plan.ts';
import type { JobLog, JobOutput } from './job-log.ts';

/** What is known of jobs for as long as one process lives; beyond that the Jobs that are there tell it. */
export const rememberJobs = (
  by: string,
  clock: Pick<Clock, 'now'>,
): JobLog & { readonly records: Map<ObjectId, JobRecord>; readonly outputs: Map<ObjectId, readonly JobOutput[]> } => {
  const records = new Map<ObjectId, JobRecord>();
  const outputs = new Map<ObjectId, readonly JobOutput[]>();
  const change = (id: ObjectId, what: JobChange): JobRecord => {
    const next = nextJobRecord(records.get(id), what, { id, by, now: clock.now() });
    records.set(id, next);
    return next;
  };
  return {
    by,
    records,
    outputs,
    read: async ({ id }) => records.get(id),
    begin: async ({ id }, again) => change(id, { is: 'begin', again }),
    created: async ({ id }, found) => change(id, { is: 'created', ...found }),
    ending: async ({ id }, because) => change(id, { is: 'ending', because }),
    ended: async ({ id }, { output, ...how }) => {
      outputs.set(id, output);
      return change(id, { is: 'ended', ...how });
    },
  };
};
