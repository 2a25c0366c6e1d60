import { type Head, type Link, linkDigest, sortableSequence } from './link.ts';

/** Where heads are kept that whoever can change the ledger can not take back. */
export interface Anchor {
  /** Keeps the head of a link. Twice is as once. */
  put(link: Link): Promise<void>;
  /** The heads that were ever kept after that one, all without it, by their numbers and then their digests: so many at most. */
  list(after?: Head, limit?: number): Promise<readonly Head[]>;
}

/** `000000000012-<64 hex>.json`: a head is named after what it is, so that another one of the same number stands beside it and hides nothing. */
export const headName = ({ sequence, link }: Pick<Head, 'sequence' | 'link'>): string =>
  `${sortableSequence(sequence)}-${link.slice('sha256:'.length)}.json`;

/** In the order of their names, so many of those after one of them. Pure. */
export const headsAfter = (
  heads: readonly Head[],
  after: Head | undefined,
  limit = Number.POSITIVE_INFINITY,
): readonly Head[] => {
  const named = heads.map((head) => [headName(head), head] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  const from = after === undefined ? '' : headName(after);
  return named.flatMap(([name, head]) => (name > from ? [head] : [])).slice(0, limit);
};

/** The head that a name says; `undefined` for another file. Pure. */
export const headNamed = (name: string, at: number): Head | undefined => {
  const [, sequence, hex] = /(?:^|\/)(\d{12})-([0-9a-f]{64})\.json$/.exec(name) ?? [];
  return sequence === undefined ? undefined : { sequence: Number(sequence), link: `sha256:${hex}`, at };
};

/** What is kept of a link: enough to say by itself who signed what. */
export const headText = (link: Link): string =>
  JSON.stringify({ ...link, entries: link.entries.length, link: linkDigest(link) });
