import { windowMs } from './pace.ts';
import type { RestartRecord } from './restart-log.ts';

export type Room = { readonly ok: true } | { readonly ok: false; readonly used: number; readonly untilMs?: number };

/**
 * Whether `pods` more may restart now. A restart counts from when it begins until a window after it has settled, since its pods may have
 * restarted at any moment between: so that in no 60 s, wherever they begin, more than the cap restart. `untilMs`: when there will
 * be room by time alone.
 */
export const assessRoom = (records: readonly RestartRecord[], pods: number, perMinute: number, now: number): Room => {
  const counted = records.filter(({ settledAt }) => settledAt === undefined || settledAt > now - windowMs);
  const used = sum(counted);
  if (used + pods <= perMinute) return { ok: true };
  const ends = counted.map(({ settledAt }) => (settledAt ?? Number.POSITIVE_INFINITY) + windowMs).sort((a, b) => a - b);
  const free = ends.find(
    (at) =>
      sum(counted.filter(({ settledAt }) => (settledAt ?? Number.POSITIVE_INFINITY) + windowMs > at)) + pods <=
      perMinute,
  );
  return { ok: false, used, ...(free === undefined || !Number.isFinite(free) ? {} : { untilMs: free }) };
};

const sum = (records: readonly RestartRecord[]): number => records.reduce((all, { pods }) => all + pods, 0);
