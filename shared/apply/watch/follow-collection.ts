import { ApiServerRefused } from '../api-requests.ts';
import { type Collection, type Listing, listCollection } from '../list-collection.ts';
import type { LiveObject } from '../live-object.ts';
import { isUnreachable } from '../writing.ts';
import { type Ended, nextAttempt } from './next-attempt.ts';
import { type Change, type WatchOutside, watchCollection } from './watch-collection.ts';

export interface FollowOutside extends WatchOutside {
  /** Epoch milliseconds: no watch lasts beyond it. */
  readonly until: number;
  /** Told of every change. */
  readonly changed: () => void;
}

/** A collection as it is now, for as long as it is followed. */
export interface Follower {
  objects(): Iterable<LiveObject>;
  /** Follows until `until` or until the signal aborts; resolves then. Rejects with what keeps it from being followed any more. */
  run(): Promise<void>;
  /** Why it is asked for again and again rather than watched; undefined while it is watched. */
  polled(): string | undefined;
}

/**
 * Short enough that a half-open connection is noticed soon, and below the 30 s after which real API servers and load balancers like to
 * cut.
 */
const longestWatchSeconds = 25;
const pollMs = 2000;
/** Tries of a list that the server is too busy for, with growing waits between them. */
const listTries = 4;

/**
 * Lists a collection, and keeps it up to date while `run` runs: by a watch that is resumed from where it stood when it is cut, listed
 * anew when that is no longer kept, and by lists every 2 s where watching is refused or keeps breaking.
 * @throws ClusterUnreachable, AccessRefused, ApiServerRefused when it can not be listed.
 */
export const followCollection = async (collection: Collection, outside: FollowOutside): Promise<Follower> => {
  const { clock, signal, until, changed } = outside;
  const { keep = (object) => object } = collection;
  let objects = new Map<string, LiveObject>();
  let version = '';
  let polled: string | undefined;

  const list = async (): Promise<void> => {
    const listing = await listPatiently(collection, outside);
    objects = new Map(listing.objects.map((object) => [keyOf(object), keep(object)]));
    version = listing.resourceVersion;
  };
  const take = (change: Change): void => {
    version = change.version;
    if (change.is === 'bookmark') return;
    if (change.is === 'present') objects.set(keyOf(change.object), keep(change.object));
    else objects.delete(keyOf(change.object));
    changed();
  };
  /** Undefined when it was listed; else how the attempt ended. */
  const listAgain = async (): Promise<Ended | undefined> => {
    try {
      await list();
      changed();
      return undefined;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      return { how: 'cut', because: error.message, livedMs: 0 };
    }
  };
  const follow = async (): Promise<void> => {
    let early = 0;
    let isListed = true;
    while (!signal.aborted) {
      const seconds = Math.min(Math.floor((until - clock.now()) / 1000), longestWatchSeconds);
      if (seconds < 1) return;
      const ended = isListed
        ? await watchCollection(collection, { version, seconds }, outside, take)
        : await listAgain();
      if (ended === undefined) {
        isListed = true;
        continue;
      }
      const next = nextAttempt(ended, early);
      if (next.do === 'poll') {
        polled = next.because;
        return poll();
      }
      early = next.early;
      isListed &&= next.do === 'watch';
      if (clock.now() + next.afterMs >= until) return;
      await clock.sleep(next.afterMs, signal);
    }
  };
  const poll = async (): Promise<void> => {
    while (clock.now() + pollMs < until) {
      await list();
      changed();
      await clock.sleep(pollMs, signal);
    }
  };

  await list();
  return {
    objects: () => objects.values(),
    run: () => follow().catch((error: unknown) => (signal.aborted ? undefined : Promise.reject(error))),
    polled: () => polled,
  };
};

const keyOf = ({ metadata: { namespace = '', name } }: LiveObject): string => `${namespace}/${name}`;

/** A list; one that the server is too busy for (429, 5xx) is asked for again, as late as the server says. */
const listPatiently = async (
  collection: Collection,
  { cluster, clock, signal, until }: FollowOutside,
): Promise<Listing> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await listCollection(cluster, collection, signal);
    } catch (error) {
      if (!(error instanceof ApiServerRefused) || attempt >= listTries) throw error;
      const { code, retryAfterSeconds } = error.refused;
      const waitMs = (retryAfterSeconds ?? 2 ** (attempt - 1)) * 1000;
      if ((code !== 429 && code < 500) || clock.now() + waitMs >= until) throw error;
      await clock.sleep(waitMs, signal);
    }
  }
};
