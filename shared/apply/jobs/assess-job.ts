import type { JobRecord, PlannedJob } from '../../rollout/jobs.ts';
import { at, conditionOf, textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';
import { spoken } from '../object-id.ts';
import { isJobOf } from './job-manifest.ts';

/** What is to be done of a Job next. */
export type JobStep =
  /** It has run, or never will: nothing more is done. */
  | { readonly is: 'complete' }
  | { readonly is: 'failed'; readonly because: string }
  /** Not there, and was never started. */
  | { readonly is: 'create' }
  /** There, and nothing is on record of which one it is. */
  | { readonly is: 'record'; readonly live: LiveObject }
  | { readonly is: 'start'; readonly live: LiveObject }
  | { readonly is: 'wait'; readonly live: LiveObject }
  /** It has ended by itself. */
  | { readonly is: 'ended'; readonly how: 'complete' | 'failed'; readonly live: LiveObject }
  /** It is given up, and must not run on. */
  | { readonly is: 'stop'; readonly because: string; readonly live: LiveObject | undefined }
  /** It may be created anew, when what is left of it is gone. */
  | { readonly is: 'again'; readonly live: LiveObject | undefined };

export interface AssessingJob {
  readonly job: PlannedJob;
  readonly target: string;
  /** The deployment that asks. */
  readonly by: string;
  readonly record: JobRecord | undefined;
  readonly live: LiveObject | undefined;
}

/**
 * What comes next of a Job, by what is on record of it and what is there. A Job is created suspended, and started only when its uid is on
 * record: so without one it has never run, wherever work on it ended, and with one it is never created again. One that is gone then is lost:
 * nobody knows whether it ran. Only a Job that may repeat begins anew, when it was lost, or had failed in another deployment.
 */
export const assessJob = ({ job, target, by, record, live }: AssessingJob): JobStep => {
  if (record?.state === 'complete') return { is: 'complete' };
  const own = live !== undefined && (record?.uid === undefined || record.uid === live.metadata.uid) ? live : undefined;
  if (record?.state === 'failed') {
    if (job.mayRepeat && record.by !== by && (own === undefined || own.metadata.uid === job.replaces)) {
      return { is: 'again', live: own };
    }
    return { is: 'failed', because: record.because ?? 'it failed' };
  }
  if (live !== undefined && own !== undefined && !isJobOf(live, job, target)) {
    return {
      is: 'failed',
      because: `${spoken(job.id)} is there already, and not of this release on ${target}; remove or rename it`,
    };
  }
  if (record?.state === 'ending') return { is: 'stop', because: record.because ?? 'it was given up', live: own };
  if (record?.uid === undefined) return own === undefined ? { is: 'create' } : { is: 'record', live: own };
  if (own === undefined) {
    if (job.mayRepeat) return { is: 'again', live: undefined };
    const because = `${spoken(job.id)} is gone before it was seen to end, so that nobody knows whether it ran; look what it did, then release a commit that changes it`;
    return { is: 'stop', because, live: undefined };
  }
  if (hasEnded(own, 'Complete')) return { is: 'ended', how: 'complete', live: own };
  if (hasEnded(own, 'Failed')) return { is: 'ended', how: 'failed', live: own };
  const isNew = isSuspended(own) && (own.metadata.generation ?? 0) === record.generation;
  return { is: isNew ? 'start' : 'wait', live: own };
};

export const isSuspended = (live: LiveObject): boolean => at(live, 'spec', 'suspend') === true;

const hasEnded = (live: LiveObject, condition: 'Complete' | 'Failed'): boolean =>
  textAt(conditionOf(live, condition), 'status') === 'True';

/** Whether a Job has ended, well or badly. */
export const isOver = (live: LiveObject): boolean => hasEnded(live, 'Complete') || hasEnded(live, 'Failed');

/** Whether nobody will hear of a Job again: it has ended, or was suspended and with that given up. */
export const isLeft = (live: LiveObject): boolean => isOver(live) || at(live, 'spec', 'suspend') === true;
