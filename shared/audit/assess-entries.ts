import { type Fact, factDigest } from '../ledger/audit.ts';
import { auditDays } from '../ledger/retention.ts';
import type { GivenEntry, GivenLink } from './evidence.ts';
import type { Finding } from './finding.ts';
import { entryDigest, type SealedEntry } from './link.ts';

/** How many entries were found how. */
export interface EntryCounts {
  /** There, and as they were chained. */
  readonly verified: number;
  /** Withheld from whoever asked; their digests are in the chain. */
  readonly hidden: number;
  /** Past their retention, and gone. */
  readonly expired: number;
}

const keptMs = auditDays * 24 * 3_600_000;
/** What is read takes its time, and no two clocks agree: so much sooner it may be gone. */
const graceMs = 60 * 60_000;

/** What is wrong with the entries of one link, each compared with the digest that the link has of it, and with what it is about. Pure. */
export const assessEntries = (
  { sequence, link, entries }: GivenLink,
  now: number,
): { readonly findings: readonly Finding[]; readonly counts: EntryCounts } => {
  const findings: Finding[] = [];
  const counts = { verified: 0, hidden: 0, expired: 0 };
  const isExpired = (at: number) => at + keptMs - graceMs <= now;
  const byIndex = new Map(entries.map((each) => [each.index, each]));
  const whereOf = (index: number, given?: GivenEntry) =>
    `entry ${index + 1} of link ${sequence}${given?.entry === undefined ? '' : ` (${spoken(given.entry)})`}`;
  for (const [index, digest] of link.entries.entries()) {
    const given = byIndex.get(index);
    const where = whereOf(index, given);
    if (given === undefined) {
      if (isExpired(link.at)) counts.expired += 1;
      else
        findings.push({
          code: 'entry-gone',
          where,
          because: `it is gone before its ${auditDays} days are over: it was taken out`,
        });
    } else if (given.entry === undefined) {
      counts.hidden += 1;
    } else {
      const wrong = assessDigest(given.entry, digest, link.entries) ?? assessFact(given, isExpired);
      if (wrong === undefined) counts.verified += 1;
      else findings.push({ ...wrong, where });
    }
  }
  const extra = entries.filter(({ index }) => index >= link.entries.length);
  findings.push(
    ...extra.map((each): Finding => {
      const because = 'the link has no such entry: it was put there later';
      return { code: 'entry-extra', where: whereOf(each.index, each), because };
    }),
  );
  return { findings, counts };
};

const assessDigest = (
  entry: NonNullable<GivenEntry['entry']>,
  digest: string,
  all: readonly string[],
): Omit<Finding, 'where'> | undefined => {
  const found = entryDigest(entry);
  if (found === digest) return undefined;
  const place = all.indexOf(found);
  if (place >= 0) return { code: 'entry-moved', because: `it was entry ${place + 1} when the link was signed` };
  return {
    code: 'entry-edited',
    because: `its digest is ${found}, and the link has ${digest}: it was changed after it was chained`,
  };
};

const assessFact = (
  { entry, fact }: GivenEntry,
  isExpired: (at: number) => boolean,
): Omit<Finding, 'where'> | undefined => {
  const about = entry?.fact;
  if (about === undefined || fact === undefined) return undefined;
  if (fact === null) {
    if (isExpired(entry?.at ?? 0)) return undefined;
    return {
      code: 'fact-gone',
      because: `${rowOf(about)} is gone before its ${auditDays} days are over: it was taken out`,
    };
  }
  if (factDigest(fact) === about.digest) return undefined;
  return { code: 'fact-edited', because: `${rowOf(about)} does not hold any more what it held when it was written` };
};

const rowOf = ({ partition, sort }: Pick<Fact, 'partition' | 'sort'>) => `row ${partition} ${sort}`;

/** `approve by ana, 2026-03-02T09:00:00.000Z`. */
export const spoken = ({ action, actor, at }: Pick<SealedEntry, 'action' | 'actor' | 'at'>): string =>
  `${action} by ${actor}, ${isoOf(at)}`;

/** Of any number, for what was tampered with may hold any. */
export const isoOf = (at: number): string => {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
};
