import type { Cluster } from '../../clouds/cluster.ts';
import type { Clock } from '../../outside/clock.ts';
import { type ApiRefusal, readRefusal } from '../api-requests.ts';
import type { Collection } from '../list-collection.ts';
import { isUnreachable } from '../writing.ts';
import type { End, Ended } from './next-attempt.ts';
import { readLines } from './read-lines.ts';
import { isExpired, readWatchEvent, type WatchEvent } from './watch-event.ts';

/** What following collections takes. `signal` ends everything at once. */
export interface WatchOutside {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** An event that says how something is now, or how far the watch is. */
export type Change = Exclude<WatchEvent, { readonly is: 'error' | 'unreadable' }>;

/** Where a watch begins, and how long it is to last. */
export interface WatchFrom {
  /** Empty: with everything that is there. */
  readonly version: string;
  readonly seconds: number;
}

/**
 * How much longer than asked for a watch may last before its connection counts as half open: an API server ends it in time, and
 * nothing else tells a quiet watch from a dead one.
 */
const graceMs = 3000;

/**
 * Watches a collection for as long as asked and hands on every event as it comes. Returns how it ended, which is a value whatever the
 * server or the connection does. @throws AccessRefused, and what `take` throws.
 */
export const watchCollection = async (
  collection: Collection,
  from: WatchFrom,
  outside: WatchOutside,
  take: (change: Change) => void,
): Promise<Ended> => {
  const { clock, signal } = outside;
  const began = clock.now();
  const ended = new AbortController();
  const state = { overdue: false };
  const cancel = clock.after(from.seconds * 1000 + graceMs, () => {
    state.overdue = true;
    ended.abort(new Error('nothing came for too long'));
  });
  try {
    const end = await watch(collection, from, { ...outside, signal: AbortSignal.any([signal, ended.signal]) }, take);
    const livedMs = clock.now() - began;
    if (state.overdue) return { how: 'cut', because: 'nothing came for too long', livedMs };
    const isEarly = end.how === 'in-time' && livedMs < (from.seconds - 1) * 1000;
    return isEarly ? { how: 'cut', because: 'it was ended early', livedMs } : { ...end, livedMs };
  } finally {
    cancel();
    ended.abort(new Error('the watch has ended'));
  }
};

const watch = async (
  { path }: Collection,
  from: WatchFrom,
  { cluster, signal }: WatchOutside,
  take: (change: Change) => void,
): Promise<End> => {
  const answered = await cluster.request(watchPath(path, from), { signal }).catch((error: unknown) => {
    if (signal.aborted || isUnreachable(error)) return cut(error);
    throw error;
  });
  if (!(answered instanceof Response)) return answered;
  if (!answered.ok) return meaningOf(readRefusal(answered.status, await textOf(answered), retryAfterOf(answered)));
  if (answered.body === null) return { how: 'cut', because: 'the answer has no body' };
  const lines = readLines(answered.body);
  try {
    for (;;) {
      const next = await lines.next().catch(cut);
      if ('how' in next) return next;
      if (next.done) return { how: 'in-time' };
      const event = readWatchEvent(next.value);
      if (event.is === 'unreadable') return { how: 'cut', because: 'what came was no event' };
      if (event.is === 'error') return meaningOf(event.refused);
      take(event);
    }
  } finally {
    await lines.return(undefined);
  }
};

const watchPath = (path: string, { version, seconds }: WatchFrom): string => {
  const from = version === '' ? '' : `&resourceVersion=${encodeURIComponent(version)}`;
  return `${path}${path.includes('?') ? '&' : '?'}watch=true&allowWatchBookmarks=true&timeoutSeconds=${seconds}${from}`;
};

const cut = (error: unknown): { readonly how: 'cut'; readonly because: string } => ({
  how: 'cut',
  because: error instanceof Error ? error.message : String(error),
});

/** A refusal whose text breaks off is still a refusal. */
const textOf = (response: Response): Promise<string> => response.text().catch(() => '');

const retryAfterOf = (response: Response): string | null => response.headers.get('retry-after');

const meaningOf = (refused: ApiRefusal): End => {
  if (isExpired(refused)) return { how: 'expired' };
  const because = `the API server answered ${refused.code} ${refused.reason}: ${refused.message}`;
  if (refused.code !== 429 && refused.code < 500) return { how: 'refused', because };
  const { retryAfterSeconds } = refused;
  return {
    how: 'busy',
    because,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterMs: retryAfterSeconds * 1000 }),
  };
};
