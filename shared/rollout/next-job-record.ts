import type { JobRecord } from './jobs.ts';
import type { ObjectId } from './plan.ts';

/** What has come of a Job, or is about to. */
export type JobChange =
  | { readonly is: 'begin'; readonly again: boolean }
  | { readonly is: 'created'; readonly uid: string; readonly generation: number }
  | { readonly is: 'ending'; readonly because: string }
  | {
      readonly is: 'ended';
      readonly state: 'complete' | 'failed';
      readonly because?: string;
      readonly logs?: `sha256:${string}`;
    };

/**
 * The record of a Job after a change. What is for good stays, except where the Job begins anew; the first uid stays, so that of two that
 * have created it only one starts it. The same change again changes nothing. Pure.
 */
export const nextJobRecord = (
  before: JobRecord | undefined,
  change: JobChange,
  { id, by, now }: { readonly id: ObjectId; readonly by: string; readonly now: number },
): JobRecord => {
  const begun: JobRecord = { id, state: 'begun', by, begunAt: now };
  if (change.is === 'begin') return before === undefined || change.again ? begun : before;
  const record = before ?? begun;
  if (record.state === 'complete' || record.state === 'failed') return record;
  switch (change.is) {
    case 'created': {
      const { uid, generation } = change;
      return record.state === 'begun' ? { ...record, state: 'created', uid, generation } : record;
    }
    case 'ending':
      return record.state === 'ending' ? record : { ...record, state: 'ending', because: change.because };
    case 'ended': {
      const { is: _is, ...how } = change;
      return { ...record, ...how, by, endedAt: now };
    }
  }
};
