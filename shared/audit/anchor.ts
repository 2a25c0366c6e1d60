import { type Head, type Link, linkDigest, sortableSequence } from './link.ts';

/** Where heads are kept that whoever can change the ledger can not take back. */
export interface Anchor {
  /** Keeps the head of a link. Twice is as once. */
  put(link: Link): Promise<void>;
  /** Every head that was ever kept, oldest first. */
  list(): Promise<readonly Head[]>;
}

/** `000000000012-<64 hex>.json`: a head is named after what it is, so that another one of the same number stands beside it and hides nothing. */
export const headName = (link: Link): string =>
  `${sortableSequence(link.sequence)}-${linkDigest(link).slice('sha256:'.length)}.json`;

/** The head that a name says; `undefined` for another file. Pure. */
export const headNamed = (name: string, at: number): Head | undefined => {
  const [, sequence, hex] = /(?:^|\/)(\d{12})-([0-9a-f]{64})\.json$/.exec(name) ?? [];
  return sequence === undefined ? undefined : { sequence: Number(sequence), link: `sha256:${hex}`, at };
};

/** What is kept of a link: enough to say by itself who signed what. */
export const headText = (link: Link): string =>
  JSON.stringify({ ...link, entries: link.entries.length, link: linkDigest(link) });
