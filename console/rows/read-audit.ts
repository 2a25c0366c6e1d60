import { readEntries, readKeys, readLinks } from '../../shared/audit/chain-rows.ts';
import type { Evidence, GivenEntry, GivenLink, GivenStart } from '../../shared/audit/evidence.ts';
import type { Head, SealedEntry } from '../../shared/audit/link.ts';
import { type AuditEntry, readAllWaiting } from '../../shared/ledger/audit.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { queryAll } from '../../shared/ledger/update.ts';
import type { Clock } from '../../shared/outside/clock.ts';
import { ownerMark, ownerOf } from '../../shared/rollout/own-rollout.ts';
import { withoutTargets } from '../../shared/rollout/without-targets.ts';

/** What is withheld from somebody who may not see these targets: whatever names one, or is of a rollout for one alone. Pure. */
export type Withholds = (value: unknown, rollout: string | undefined) => boolean;

export const withholding = (hidden: ReadonlySet<string>): Withholds => {
  const marks = new Set([...hidden].map(ownerMark));
  return (value, rollout) => marks.has(ownerOf(rollout ?? '') ?? '') || !same([value], withoutTargets([value], hidden));
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What a verification begins with. Read before the links, so that what is chained meanwhile is among those. */
export const readAuditStart = async (
  heads: () => Promise<readonly Head[]>,
  hidden: ReadonlySet<string>,
  { ledger, clock }: { readonly ledger: Ledger; readonly clock: Pick<Clock, 'now'> },
): Promise<{ readonly start: GivenStart } & Pick<Evidence, 'waiting' | 'heads'>> => {
  const waiting = await readAllWaiting(ledger);
  const withholds = withholding(hidden);
  return {
    start: { format: 1, madeAt: clock.now(), keys: [...(await readKeys(ledger))], withheld: hidden.size > 0 },
    waiting: waiting.filter((entry) => !withholds(entry, entry.rollout)).map((entry) => ({ ...entry })),
    heads: [...(await heads())],
  };
};

/** Links in one answer, and about as many bytes: a function of AWS answers with 6 MB at most. */
const mostLinks = 50;
const mostBytes = 2_000_000;

/** Links after that number with their entries and what these are about; an empty list behind the last. */
export const readAuditLinks = async (
  after: number,
  hidden: ReadonlySet<string>,
  ledger: Ledger,
): Promise<readonly GivenLink[]> => {
  const withholds = withholding(hidden);
  const given: GivenLink[] = [];
  let bytes = 0;
  for (const { sequence, link } of await readLinks(ledger, after, mostLinks)) {
    const found = await readEntries(ledger, sequence);
    const entries = await Promise.all(found.map((each) => giveEntry(each, withholds, ledger)));
    given.push({ sequence, link: { ...link, entries: [...link.entries] }, entries });
    bytes += JSON.stringify(given.at(-1)).length;
    if (bytes > mostBytes) break;
  }
  return given;
};

const giveEntry = async (
  { index, entry }: { readonly index: number; readonly entry: SealedEntry },
  withholds: Withholds,
  ledger: Ledger,
): Promise<GivenEntry> => {
  if (withholds(entry, entry.rollout)) return { index };
  const { fact, ...rest } = entry;
  if (fact === undefined) return { index, entry: { ...rest } };
  const row = (await ledger.get(fact))?.data ?? null;
  return {
    index,
    entry: { ...rest, fact: { ...fact } },
    ...(withholds(row, entry.rollout) ? {} : { fact: row === null ? null : { ...row } }),
  };
};

type GivenFact = Evidence['facts'][number];

const perFactPage = 20;

/** Rows that entries should be about: first what holds became, then events, some rollouts at a time. `next` leads on. */
export const readAuditFacts = async (
  after: string,
  ledger: Ledger,
): Promise<{ readonly facts: readonly GivenFact[]; readonly next?: string }> => {
  const rollouts = await ledger.query('rollouts', { after, limit: perFactPage });
  const holds = after === '' ? (await queryAll(ledger, 'hold-history')).map((row) => factIn(row)) : [];
  const events = await Promise.all(
    rollouts.map(async ({ sort, data }) => {
      const rows = await queryAll(ledger, `rollout#${data.rollout}`, 'event#');
      // The code that a rollout began with wrote all of it.
      return rows.map((row) => factIn(row, Number(sort.split('#')[0])));
    }),
  );
  const last = rollouts.at(-1);
  const facts = [...holds, ...events.flat()];
  return last === undefined || rollouts.length < perFactPage ? { facts } : { facts, next: last.sort };
};

const factIn = (
  { partition, sort, data }: { readonly partition: string; readonly sort: string; readonly data: AuditData },
  since = Number(data.at),
): GivenFact => ({ partition, sort, at: Number(data.at), since });

type AuditData = Readonly<Record<string, unknown>>;

/** What of the log is asked for. */
export interface AuditFilter {
  readonly actor?: string;
  readonly target?: string;
  readonly rollout?: string;
  /** Epoch milliseconds. */
  readonly since?: number;
}

/** An entry, and the link that it is chained by; none where it waits. */
export interface AuditRow extends AuditEntry {
  readonly link?: number;
}

/** Entries of one page at least, where there are so many, and the links looked through for them at most. */
const page = 50;
const mostLooked = 400;
/** Of what waits: more are there only where nothing is chained any more. */
const mostWaiting = 200;

/** Entries that fit, newest first, of links before that number, or of all and what waits; `older` leads on. */
export const readAuditRows = async (
  filter: AuditFilter,
  before: number,
  ledger: Ledger,
): Promise<{ readonly rows: readonly AuditRow[]; readonly older?: number }> => {
  const newestFirst = (entries: readonly AuditEntry[]) => entries.toReversed().filter((entry) => fits(entry, filter));
  const isAll = before === Number.POSITIVE_INFINITY;
  const rows: AuditRow[] = isAll ? newestFirst(await readAllWaiting(ledger)).slice(0, mostWaiting) : [];
  // A link is most of a page; where few fit, many are looked through.
  const atOnce = Object.keys(filter).length === 0 ? 2 : 10;
  const [newest] = await ledger.query('audit-links', { limit: 1, reverse: true });
  let next = Math.min(before, Number(newest?.sort ?? 0) + 1) - 1;
  for (let looked = 0; next > 0 && looked < mostLooked && rows.length < page; looked += atOnce) {
    const sequences = Array.from({ length: Math.min(atOnce, next) }, (_, at) => next - at);
    const found = await Promise.all(sequences.map((sequence) => readEntries(ledger, sequence)));
    for (const [at, entries] of found.entries()) {
      const link = sequences[at] ?? 0;
      rows.push(...newestFirst(entries.map(({ entry }) => unsealed(entry))).map((entry) => ({ ...entry, link })));
    }
    next -= sequences.length;
    const oldest = found.flat().at(-1)?.entry.at ?? Number.POSITIVE_INFINITY;
    if (filter.since !== undefined && oldest < filter.since) next = 0;
  }
  return next > 0 ? { rows, older: next + 1 } : { rows };
};

const unsealed = ({ salt: _, ...entry }: SealedEntry): AuditEntry => entry;

const fits = (entry: AuditEntry, { actor, target, rollout, since }: AuditFilter): boolean =>
  (actor === undefined || entry.actor === actor) &&
  (target === undefined || entry.target === target) &&
  (rollout === undefined || entry.rollout === rollout) &&
  (since === undefined || entry.at >= since);
