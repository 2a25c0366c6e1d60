import { entryDigest, firstPrevious, type LinkBody, linkDigest, type SealedEntry } from './link.ts';

/** The link that follows: never older than the one before it, whatever a clock says. Pure. */
export const nextLink = (
  before: LinkBody | undefined,
  entries: readonly SealedEntry[],
  now: number,
  key: string,
): LinkBody => ({
  sequence: (before?.sequence ?? 0) + 1,
  previous: before === undefined ? firstPrevious : linkDigest(before),
  entries: entries.map(entryDigest),
  at: Math.max(now, before?.at ?? 0),
  key,
});
