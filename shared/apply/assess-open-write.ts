import type { ObjectId } from '../rollout/plan.ts';
import type { LiveObject } from './live-object.ts';
import { fenceAnnotation } from './manager.ts';
import { spoken } from './object-id.ts';
import type { Preconditions } from './preconditions.ts';

/** A write of an attempt that was cut off before its outcome was known. */
export interface OpenWrite {
  readonly intent: string;
  readonly fence: number;
  /** When it was about to leave. Epoch milliseconds. */
  readonly at: number;
  readonly id: ObjectId;
  readonly verb: 'apply' | 'delete' | 'evict';
  readonly path: string;
  readonly preconditions?: Preconditions;
  readonly isBare?: true;
  /** Id of the set that the object is a member of. */
  readonly set?: string;
}

/** What the target shows of an open write. `pending`: nothing of it, and it may still arrive. */
export type OpenWriteFound =
  | { readonly is: 'done' | 'refused' | 'unknown'; readonly because: string }
  | { readonly is: 'pending' };

/** An open write that may still arrive, with the object it would change, or none where it would create one. */
export interface PendingWrite extends OpenWrite {
  readonly live: LiveObject | undefined;
}

/**
 * How long after it was about to leave a request may still arrive: a minute in the API server, which ends it then
 * (`--request-timeout`), and what a host that slept keeps of an open connection. Milliseconds.
 */
const longestOnTheWayMs = 15 * 60_000;

/**
 * Judges an open write by its object as it is now. A write carries the uid and resourceVersion it is about, and a create that there must
 * be none; so where the object has moved, or is there, it can no longer change anything, and whether it did the token tells. Of a bare
 * write, which leaves no token, only that it is over can be told.
 */
export const assessOpenWrite = (open: OpenWrite, live: LiveObject | undefined, now: number): OpenWriteFound => {
  const { id, verb, preconditions, fence } = open;
  const subject = spoken(id);
  const isStill = preconditions === undefined ? live === undefined : isSame(live, preconditions);
  if (isStill) {
    if (now < open.at + longestOnTheWayMs) return { is: 'pending' };
    return {
      is: 'refused',
      because: `${subject} is as it was before, ${Math.round((now - open.at) / 60_000)} minutes later`,
    };
  }
  if (verb !== 'apply') {
    const isGone = live === undefined || live.metadata.uid !== preconditions?.uid;
    if (isGone) return { is: 'done', because: `${subject} is gone` };
    if (live.metadata.deletionTimestamp !== undefined) return { is: 'done', because: `${subject} is being deleted` };
    return { is: 'refused', because: `${subject} was changed and is still there` };
  }
  if (live === undefined) return { is: 'unknown', because: `${subject} is gone` };
  if (live.metadata.annotations?.[fenceAnnotation] === String(fence)) {
    return { is: 'done', because: `${subject} carries token ${fence}` };
  }
  const because = `${subject} was changed since and does not carry token ${fence}`;
  return { is: open.isBare ? 'unknown' : 'refused', because };
};

const isSame = (live: LiveObject | undefined, { uid, resourceVersion }: Preconditions): boolean =>
  live?.metadata.uid === uid && live.metadata.resourceVersion === resourceVersion;
