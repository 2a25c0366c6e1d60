import type { Key, Ledger, Write } from '../ledger/ledger.ts';
import { queryAll, stored, update } from '../ledger/update.ts';
import { type Head, type Link, type SealedEntry, sortableSequence } from './link.ts';

/** Kept for good: some hundred bytes for each minute in which something was done. */
const links = 'audit-links';
const entriesPartition = 'audit-entries';
const keys = 'audit-keys';
const anchored: Key = { partition: 'audit-anchored', sort: 'head' };

const indexDigits = 3;

/** The rows of a link and of its entries, none of which may be there yet. */
export const linkWrites = (link: Link, entries: readonly SealedEntry[]): readonly Write[] => [
  { partition: links, sort: sortableSequence(link.sequence), data: { ...link }, expect: 'absent' },
  ...entries.map(
    (entry, index): Write => ({
      partition: entriesPartition,
      sort: `${sortableSequence(link.sequence)}#${String(index).padStart(indexDigits, '0')}`,
      data: { ...entry },
      expect: 'absent',
    }),
  ),
];

export const readNewestLink = async (ledger: Ledger): Promise<Link | undefined> => {
  const [row] = await ledger.query(links, { limit: 1, reverse: true });
  return row && stored<Link>(row);
};

/** A link as its row holds it, whatever that is, under the number that the row's key has. */
export interface LinkRow {
  readonly sequence: number;
  readonly link: Link;
}

/** At most so many links after that number, in the order of their keys. */
export const readLinks = async (ledger: Ledger, after: number, limit: number): Promise<readonly LinkRow[]> =>
  (await ledger.query(links, { after: sortableSequence(after), limit })).map((row) => ({
    sequence: Number(row.sort),
    link: stored<Link>(row),
  }));

/** The entries of a link that are still kept, each with its place among them. */
export const readEntries = async (
  ledger: Ledger,
  sequence: number,
): Promise<readonly { readonly index: number; readonly entry: SealedEntry }[]> =>
  (await queryAll(ledger, entriesPartition, `${sortableSequence(sequence)}#`)).map((row) => ({
    index: Number(row.sort.slice(-indexDigits)),
    entry: stored<SealedEntry>(row),
  }));

/** Keeps the public half of a key under its fingerprint. Twice is as once. */
export const keepKey = async (ledger: Ledger, fingerprint: string, pem: string, at: number): Promise<void> => {
  const key = { partition: keys, sort: fingerprint };
  if ((await ledger.get(key)) === undefined) await ledger.put({ ...key, data: { pem, at }, expect: 'absent' });
};

/** Every key that ever signed, as the ledger says: PEM. */
export const readKeys = async (ledger: Ledger): Promise<readonly string[]> =>
  (await queryAll(ledger, keys)).map((row) => String(row.data.pem));

/** The newest head that is known to be kept outside. */
export const readAnchored = async (ledger: Ledger): Promise<Head | undefined> => {
  const row = await ledger.get(anchored);
  return row && stored<Head>(row);
};

/** Notes that a head is kept outside; an older one changes nothing. */
export const noteAnchored = async (ledger: Ledger, head: Head): Promise<void> => {
  await update(ledger, anchored, (row) =>
    row !== undefined && stored<Head>(row).sequence >= head.sequence ? undefined : { ...head },
  );
};
