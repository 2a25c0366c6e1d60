import type { JobRecord } from '../rollout/jobs.ts';
import { type JobChange, nextJobRecord } from '../rollout/next-job-record.ts';
import type { ObjectId } from '../rollout/plan.ts';
import type { Ledger } from './ledger.ts';
import { queryAll, stored, update } from './update.ts';

/** A job of a release on a target. */
export interface JobKey {
  readonly target: string;
  readonly release: `sha256:${string}`;
  readonly id: ObjectId;
}

const prefixOf = (release: JobKey['release']): string => `job#${release}#`;
const keyOf = ({ target, release, id }: JobKey) => ({
  partition: `target#${target}`,
  sort: `${prefixOf(release)}${id}`,
});

/** How far the jobs of a release are on a target; nothing of those that were never begun. Kept for good: it is what keeps them from running again. */
export const readJobRecords = async (
  ledger: Ledger,
  target: string,
  release: JobKey['release'],
): Promise<readonly JobRecord[]> =>
  (await queryAll(ledger, `target#${target}`, prefixOf(release))).map((row) => stored<JobRecord>(row));

export const readJobRecord = async (ledger: Ledger, key: JobKey): Promise<JobRecord | undefined> => {
  const row = await ledger.get(keyOf(key));
  return row === undefined ? undefined : stored<JobRecord>(row);
};

/** Records what has come of a job, or is about to; returns the record as it then stands. The same again changes nothing. */
export const changeJobRecord = async (
  ledger: Ledger,
  key: JobKey,
  change: JobChange,
  { by, now }: { readonly by: string; readonly now: number },
): Promise<JobRecord> => {
  let record: JobRecord | undefined;
  await update(ledger, keyOf(key), (row) => {
    const before = row === undefined ? undefined : stored<JobRecord>(row);
    record = nextJobRecord(before, change, { id: key.id, by, now });
    return record === before ? undefined : { ...record };
  });
  if (record === undefined) throw new Error(`job ${key.id} of target ${key.target}: nothing was decided`);
  return record;
};
