import { expect, it } from 'vitest';
import type { JobRecord } from '../../shared/rollout/jobs.ts';
import { type JobChange, nextJobRecord } from '../../shared/rollout/next-job-record.ts';

const id = 'batch/Job/shop/migrate-0123456789';
const base = { id, by: 'first', begunAt: 1 } as const;
const begun: JobRecord = { ...base, state: 'begun' };
const created: JobRecord = { ...base, state: 'created', uid: 'a', generation: 1 };
const complete: JobRecord = { ...created, state: 'complete', endedAt: 5 };
const afresh: JobRecord = { id, by: 'second', begunAt: 9, state: 'begun' };

it.each<readonly [string, JobRecord | undefined, JobChange, JobRecord]>([
  ['it begins', undefined, { is: 'begin', again: false }, afresh],
  ['it begins once', created, { is: 'begin', again: false }, created],
  ['it begins anew', complete, { is: 'begin', again: true }, afresh],
  ['its uid is known', begun, { is: 'created', uid: 'a', generation: 1 }, created],
  ['the first uid stays', created, { is: 'created', uid: 'b', generation: 1 }, created],
  [
    'it is found without having been begun',
    undefined,
    { is: 'created', uid: 'a', generation: 1 },
    { ...afresh, state: 'created', uid: 'a', generation: 1 },
  ],
  ['it is given up', created, { is: 'ending', because: 'why' }, { ...created, state: 'ending', because: 'why' }],
  [
    'it ends',
    created,
    { is: 'ended', state: 'failed', because: 'why' },
    { ...created, state: 'failed', because: 'why', by: 'second', endedAt: 9 },
  ],
  ['its end stays', complete, { is: 'ended', state: 'failed', because: 'late' }, complete],
  ['what is for good is not given up', complete, { is: 'ending', because: 'late' }, complete],
])('the record of a job where %s', (_, before, change, expected) => {
  expect(nextJobRecord(before, change, { id, by: 'second', now: 9 })).toEqual(expected);
});
