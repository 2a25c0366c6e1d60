import type { Direction } from './plan.ts';

/** How long what may pass by itself is waited for in all, and how long between two tries: growing from the first to the longest. Milliseconds. */
export interface Patience {
  readonly firstMs: number;
  readonly longestMs: number;
  readonly forMs: number;
}

/**
 * For a target that can not be reached, its cloud's token service or its API server. Forward, five minutes, with nothing written to it
 * meanwhile: ten tries. Back, six hours, since the worst end is a target left on what failed: 42 tries, each an execution for each
 * wave that has such a target.
 */
export const waits: Readonly<Record<Direction, Patience>> = {
  forward: { firstMs: 2_000, longestMs: 60_000, forMs: 300_000 },
  back: { firstMs: 10_000, longestMs: 600_000, forMs: 6 * 3_600_000 },
};

/** Seconds until it is tried again: as long as it was waited already, within bounds. `undefined`: it was waited for long enough. Pure. */
export const secondsToTry = (
  { firstMs, longestMs, forMs }: Patience,
  since: number,
  now: number,
): number | undefined => {
  const waited = Math.max(0, now - since);
  if (waited >= forMs) return undefined;
  return Math.ceil(Math.min(Math.max(waited, firstMs), longestMs, forMs - waited) / 1000);
};
