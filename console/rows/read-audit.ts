import { type Anchor, headName, headNamed } from '../../shared/audit/anchor.ts';
import { readEntries, readKeys, readLinks } from '../../shared/audit/chain-rows.ts';
import type { GivenEntry, GivenLink, GivenStart } from '../../shared/audit/evidence.ts';
import type { Head, SealedEntry } from '../../shared/audit/link.ts';
import { type AuditEntry, readWaiting } from '../../shared/ledger/audit.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import type { Clock } from '../../shared/outside/clock.ts';
import { ownerMark, ownerOf } from '../../shared/rollout/own-rollout.ts';
import { hidingOf, withoutTargets } from '../../shared/rollout/without-targets.ts';

/** What is withheld from somebody who may not see these targets: whatever names one, or is of a rollout for one alone. Pure. */
export type Withholds = (value: unknown, rollout: string | undefined) => boolean;

const withholding = (hidden: ReadonlySet<string>): Withholds => {
  const [isHidden, left] = [ownRollouts(hidden), hidingOf(hidden)];
  return (value, rollout) => isHidden(rollout) || !same([value], left([value]));
};

/** Whether a rollout is for one of these targets alone. */
const ownRollouts = (hidden: ReadonlySet<string>): ((rollout: string | undefined) => boolean) => {
  const marks = new Set([...hidden].map(ownerMark));
  return (rollout) => marks.has(ownerOf(rollout ?? '') ?? '');
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What a verification begins with. */
export const readAuditStart = async (
  hidden: ReadonlySet<string>,
  { ledger, clock }: { readonly ledger: Ledger; readonly clock: Pick<Clock, 'now'> },
): Promise<GivenStart> => ({
  ...{ format: 1, madeAt: clock.now(), keys: [...(await readKeys(ledger))], withheld: hidden.size > 0 },
});

/** Of one answer, and about as many bytes: a function of AWS answers with 6 MB at most. */
const mostLinks = 50;
const mostRows = 1_000;
const mostBytes = 2_000_000;

/** Entries that wait after that key, oldest first. `next` leads on. Read before the links, so that what is chained meanwhile is among those. */
export const readAuditWaiting = async (
  after: string,
  hidden: ReadonlySet<string>,
  ledger: Ledger,
): Promise<{ readonly waiting: readonly AuditEntry[]; readonly next?: string }> => {
  const withholds = withholding(hidden);
  const found = await readWaiting(ledger, { limit: mostRows, after });
  const last = found.at(-1);
  const waiting = found.flatMap(({ entry }) => (withholds(entry, entry.rollout) ? [] : [entry]));
  return last === undefined || found.length < mostRows ? { waiting } : { waiting, next: last.row.sort };
};

/** Heads of one answer: a head is some hundred bytes, and there is one for each minute in which something was done. */
const mostHeads = 5_000;

/** Heads that are kept outside, after that one. `next` leads on. Read before the links, so that those go as far. */
export const readAuditHeads = async (
  after: string,
  heads: Anchor['list'],
): Promise<{ readonly heads: readonly Head[]; readonly next?: string }> => {
  const found = await heads(headNamed(after, 0), mostHeads);
  const last = found.at(-1);
  return last === undefined || found.length < mostHeads ? { heads: found } : { heads: found, next: headName(last) };
};

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

/**
 * Entries that fit, newest first, of links before that number, or of all and what waits; `older` leads on. What may not be seen counts for
 * nothing: how far it was looked would tell how much of it there is.
 */
export const readAuditRows = async (
  filter: AuditFilter,
  before: number,
  hidden: ReadonlySet<string>,
  ledger: Ledger,
): Promise<{ readonly rows: readonly AuditRow[]; readonly older?: number }> => {
  const isHidden = ownRollouts(hidden);
  // Of a rollout for a private target alone nothing is shown, whether or not it is named.
  const shown = (entries: readonly AuditEntry[]) =>
    withoutTargets(
      entries.filter(({ rollout }) => !isHidden(rollout)),
      hidden,
    );
  const newestFirst = (entries: readonly AuditEntry[]) =>
    shown(entries.toReversed()).filter((entry) => fits(entry, filter));
  const isAll = before === Number.POSITIVE_INFINITY;
  const rows: AuditRow[] = isAll ? newestFirst(await newestWaiting(ledger)).slice(0, mostWaiting) : [];
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

const newestWaiting = async (ledger: Ledger): Promise<readonly AuditEntry[]> =>
  (await readWaiting(ledger, { limit: mostRows, reverse: true })).map(({ entry }) => entry).toReversed();

const unsealed = ({ salt: _, ...entry }: SealedEntry): AuditEntry => entry;

const fits = (entry: AuditEntry, { actor, target, rollout, since }: AuditFilter): boolean =>
  (actor === undefined || entry.actor === actor) &&
  (target === undefined || entry.target === target) &&
  (rollout === undefined || entry.rollout === rollout) &&
  (since === undefined || entry.at >= since);
