import type { Collection } from '../list-collection.ts';
import { type Follower, type FollowOutside, followCollection } from './follow-collection.ts';

/** What following many takes: everything but whom to tell. */
export type FollowingOutside = Omit<FollowOutside, 'changed'>;

/** Collections that are followed together, as long as it is open. */
export interface Following {
  /** One more; its objects are there when this resolves. @throws as `followCollection`. */
  follow(collection: Collection): Promise<Follower>;
  /**
   * Resolves after the first change since it last did, after `ms`, or when the signal aborts. Watching begins with the first call, so
   * that what needs one look only costs no watch. @throws what keeps a collection from being followed any more.
   */
  changed(ms: number): Promise<void>;
  /** Why a collection is asked for again and again rather than watched; undefined where all are watched. */
  polled(): string | undefined;
  /** Ends every watch, and resolves when nothing is under way any more. Twice is safe. */
  close(): Promise<void>;
}

/** What changes together, as when a rollout goes on, is looked at together. */
const gatherMs = 100;

/** Opens nothing yet. `signal` ends what is opened; so does `close`, which every caller owes. */
export const followCollections = (outside: FollowingOutside): Following => {
  const { clock } = outside;
  const closing = new AbortController();
  const signal = AbortSignal.any([outside.signal, closing.signal]);
  const followers: Follower[] = [];
  const running: Promise<void>[] = [];
  let isWatching = false;
  let isChanged = false;
  let failure: { readonly error: unknown } | undefined;
  let wake: () => void = () => undefined;

  const changed = () => {
    isChanged = true;
    wake();
  };
  const run = (follower: Follower) => {
    const ended = follower.run().catch((error: unknown) => {
      failure ??= { error };
      changed();
    });
    running.push(ended);
  };
  const change = (ms: number) =>
    new Promise<void>((resolve) => {
      const cancel = clock.after(ms, () => wake());
      const end = () => {
        cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      wake = end;
      signal.addEventListener('abort', end, { once: true });
      if (isChanged || signal.aborted) end();
    });

  return {
    follow: async (collection) => {
      const follower = await followCollection(collection, { ...outside, signal, changed });
      followers.push(follower);
      if (isWatching) run(follower);
      return follower;
    },
    changed: async (ms) => {
      if (!isWatching) for (const follower of followers) run(follower);
      isWatching = true;
      await change(ms);
      if (isChanged && failure === undefined && !signal.aborted) await clock.sleep(Math.min(gatherMs, ms));
      isChanged = false;
      if (failure !== undefined) throw failure.error;
    },
    polled: () => followers.map((follower) => follower.polled()).find((because) => because !== undefined),
    close: async () => {
      closing.abort(new Error('no longer followed'));
      await Promise.all(running);
    },
  };
};
