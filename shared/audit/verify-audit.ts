import { assessChained, assessHeads } from './assess-ends.ts';
import { assessEntries, type EntryCounts } from './assess-entries.ts';
import { assessLinks, knownKey } from './assess-links.ts';
import type { Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import { linkDigest } from './link.ts';

/** What a verification came to. */
export interface Verification {
  /** `nothing`: nothing was chained, so nothing was verified. */
  readonly outcome: 'whole' | 'damaged' | 'nothing';
  readonly findings: readonly Finding[];
  readonly links: number;
  readonly entries: EntryCounts & { readonly waiting: number };
  /** The newest link, for whoever keeps it to compare a later one with. */
  readonly head?: { readonly sequence: number; readonly link: string; readonly at: number };
  /** The newest link that is kept outside; absent where none is known. */
  readonly anchored?: { readonly sequence: number; readonly at: number };
  /** Fingerprints of the keys that it was verified with, and who said that they are the right ones. */
  readonly keys: readonly string[];
  readonly keysFrom: 'asker' | 'instance';
  /** Whether rows were looked for that no entry is about. Not where something is withheld. */
  readonly lookedForUnchained: boolean;
}

/**
 * Verifies a chain from what was given of it alone: every digest is computed again, every signature checked, every head compared. `pinned`: PEM
 * of the keys that may sign; without them those count that come with the evidence, so that whoever changed the ledger may have changed the key.
 * Pure. Throws `KeyUnreadable`.
 */
export const verifyAudit = (evidence: Evidence, pinned?: readonly string[]): Verification => {
  const { start, links, heads, waiting } = evidence;
  const keys = (pinned ?? start.keys).map(knownKey);
  const entries = links.map((each) => assessEntries(each, start.madeAt));
  const findings = [
    ...assessLinks(links, keys, pinned !== undefined),
    ...entries.flatMap((each) => each.findings),
    ...assessChained(evidence),
    ...assessHeads(evidence),
  ];
  const sum = (of: keyof EntryCounts) => entries.reduce((total, { counts }) => total + counts[of], 0);
  const newest = links.at(-1);
  const anchored = heads.toSorted((a, b) => a.sequence - b.sequence).at(-1);
  return {
    outcome: findings.length > 0 ? 'damaged' : links.length === 0 ? 'nothing' : 'whole',
    findings,
    links: links.length,
    entries: {
      verified: sum('verified'),
      hidden: sum('hidden'),
      expired: sum('expired'),
      waiting: waiting.length,
    },
    ...(newest && { head: { sequence: newest.sequence, link: linkDigest(newest.link), at: newest.link.at } }),
    ...(anchored && { anchored: { sequence: anchored.sequence, at: anchored.at } }),
    keys: keys.map(({ fingerprint }) => fingerprint),
    keysFrom: pinned === undefined ? 'instance' : 'asker',
    lookedForUnchained: !start.withheld,
  };
};
