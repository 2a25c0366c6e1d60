import type { AuditEntry } from '../ledger/audit.ts';
import { canonicalJson, digestOf } from '../rollout/digest.ts';

/** An entry with its place in the chain. The salt keeps its digest from telling what it says, so that an entry can be withheld. */
export interface SealedEntry extends AuditEntry {
  /** 32 hexadecimal digits. */
  readonly salt: string;
}

/** What is signed of a link: entries by their digests, in their order, after all links before it. */
export interface LinkBody {
  /** 1 for the first, then one more with each. */
  readonly sequence: number;
  /** Digest of the link before it; of the first `firstPrevious`. */
  readonly previous: string;
  /** Digests of its entries. */
  readonly entries: readonly string[];
  /** Epoch milliseconds at which it was made. */
  readonly at: number;
  /** Fingerprint of the key that signed it. */
  readonly key: string;
}

export interface Link extends LinkBody {
  /** Of `messageOf` its digest, in base64: Ed25519, or ECDSA over SHA-256 as DER. */
  readonly signature: string;
}

/** A link as it is kept outside the ledger: whoever has it knows that the chain was at least so long, and what it was. */
export interface Head {
  readonly sequence: number;
  /** Digest of the link. */
  readonly link: string;
  /** Epoch milliseconds: when it was kept, or where that is not known when the link was made. */
  readonly at: number;
}

/** What the first link has before it. */
export const firstPrevious = `sha256:${'0'.repeat(64)}`;

/** Of all members that it has, those that a later version adds among them. */
export const entryDigest = (entry: object): string => digestOf(canonicalJson(entry));

/** Of all but the signature. */
export const linkDigest = ({ sequence, previous, entries, at, key }: LinkBody): string =>
  digestOf(canonicalJson({ sequence, previous, entries, at, key }));

/** The text that is signed. It says what for, so that a signature by the key over something else is not one over a link. */
export const messageOf = (link: LinkBody): string => `tidegate audit link ${linkDigest(link)}`;

export const headOf = (link: Link): Head => ({ sequence: link.sequence, link: linkDigest(link), at: link.at });

/** Twelve digits, which sort as the numbers do: links of a million years. */
export const sortableSequence = (sequence: number): string => String(sequence).padStart(12, '0');
