import type { ObjectId } from '../rollout/plan.ts';
import { type Deleted, deleteObject } from './delete-object.ts';
import { spoken } from './object-id.ts';
import { orderDeletes } from './order-deletes.ts';
import type { Member } from './read-live.ts';
import { type Ended, runQueue } from './ready-queue.ts';
import type { ObjectFailure } from './refusals.ts';
import type { Writing } from './writing.ts';

export interface Pruning {
  /** Until when it is waited for an object to be gone; as long as the slice has time where absent. */
  readonly waitUntil?: number;
  /** It is not waited at all for what nothing has to wait for: that it is on its way out is enough. */
  readonly isHasty?: true;
  /** Told of each object as it ends: how it went, or why it is still there. */
  readonly ended?: (id: ObjectId, how: { readonly status: 'gone'; readonly because: string } | ObjectFailure) => void;
}

/** What was not removed, and why; all is gone where there is neither of both. */
export interface Standing {
  readonly failures: readonly ObjectFailure[];
  /** Told as gone, since nobody waits for it. */
  readonly leaving: readonly ObjectId[];
  /** One that is on its way out: the same again later may find it gone. */
  readonly later?: { readonly retryAfterSeconds: number; readonly because: string };
  readonly stopped?: string;
}

/**
 * Deletes members, up to eight at a time, in the reverse of apply order (`orderDeletes`). One that does not go keeps back what has to go
 * after it and nothing else. Twice is safe.
 */
export const pruneMembers = async (
  writing: Writing,
  prunes: readonly Member[],
  pruning: Pruning = {},
): Promise<Standing> => {
  const byId = new Map(prunes.map((member) => [member.id, member]));
  const failures: ObjectFailure[] = [];
  const leaving: ObjectId[] = [];
  let later: Standing['later'];
  let stopped: string | undefined;
  const fail = (failure: ObjectFailure): Ended => {
    failures.push(failure);
    pruning.ended?.(failure.id, failure);
    return 'failed';
  };
  const end = (id: ObjectId, deleted: Deleted, isWaitedFor: boolean): Ended => {
    if (deleted.status === 'gone') {
      pruning.ended?.(id, { status: 'gone', because: '' });
      return 'done';
    }
    if (deleted.status === 'later' && pruning.isHasty === true && !isWaitedFor) {
      leaving.push(id);
      pruning.ended?.(id, { status: 'gone', because: deleted.because });
      return 'done';
    }
    if (deleted.status === 'failed') return fail(deleted.failure);
    if (deleted.status === 'stopped') {
      stopped ??= deleted.because;
      return 'halted';
    }
    later ??= deleted;
    return fail({ id, code: 'BUSY', because: deleted.because });
  };
  const skip = (id: ObjectId, need: ObjectId) =>
    fail({ id, code: 'SKIPPED', because: `${spoken(id)} goes after ${spoken(need)}, which is still there` });

  let held: ObjectId | undefined;
  for (const { deletes, isWaitedFor } of orderDeletes(prunes)) {
    const before = held;
    if (stopped !== undefined) break;
    if (before !== undefined) {
      for (const id of deletes.order) skip(id, before);
      continue;
    }
    const waitUntil = pruning.isHasty === true && !isWaitedFor ? 0 : pruning.waitUntil;
    const { skipped } = await runQueue(deletes, async (id) => {
      const member = byId.get(id);
      if (member === undefined) return 'done';
      return end(id, await deleteObject(writing, member, 'Background', waitUntil), isWaitedFor);
    });
    for (const [id, need] of skipped) skip(id, need);
    if (isWaitedFor) held = failures[0]?.id;
  }
  return {
    failures,
    leaving,
    ...(later === undefined ? {} : { later }),
    ...(stopped === undefined ? {} : { stopped }),
  };
};
