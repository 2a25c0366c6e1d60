import type { Digest } from '../blobs/blobs.ts';
import type { Ledger, Row } from '../ledger/ledger.ts';
import { sortableTime } from '../ledger/sortable-time.ts';
import { queryAll, stored } from '../ledger/update.ts';

/** A slot is a minute of one region: who probes it, and when, is known before. */
export const slotMs = 60_000;
const dayMs = 24 * 3_600_000;
/** How long results are kept: the thirty days that objectives are judged by, and the days to look at them. */
const keptMs = 35 * dayMs;
/** The window of objectives. */
export const windowMs = 30 * dayMs;

/** What was counted of one gate. */
export interface GateCounts {
  /** First attempts that say something of what is probed. */
  readonly attempts: number;
  readonly failedFirst: number;
  /** Failed first attempts whose retry failed too. */
  readonly failedConfirmed: number;
  /** Attempts that say nothing: the prober's own fault. */
  readonly invalid: number;
}

/** What one region saw of one target in one slot. */
export interface Slot {
  readonly target: string;
  readonly region: string;
  /** Epoch milliseconds the slot begins. */
  readonly at: number;
  readonly release: Digest;
  readonly gates: Readonly<Record<string, GateCounts>>;
}

/** The slots of one region and one day (UTC) added up, so that a month is read in thirty rows. */
export interface Day {
  readonly region: string;
  readonly day: number;
  /** The first and the last slot that is in it. */
  readonly first: number;
  readonly last: number;
  readonly slots: number;
  readonly gates: Readonly<Record<string, GateCounts>>;
}

const slotKey = ({ target, region, at }: Pick<Slot, 'target' | 'region' | 'at'>) => ({
  partition: `availability#${target}`,
  sort: `slot#${sortableTime(at)}#${region}`,
});
const dayOf = (at: number): number => Math.floor(at / dayMs) * dayMs;
const dayKey = ({ target, region, at }: Slot) => ({
  partition: `availability#${target}`,
  sort: `day#${sortableTime(dayOf(at))}#${region}`,
});

/** Whether a slot was kept already: it is not probed again then. */
export const hasSlot = async (ledger: Ledger, slot: Pick<Slot, 'target' | 'region' | 'at'>): Promise<boolean> =>
  (await ledger.get(slotKey(slot))) !== undefined;

const none: GateCounts = { attempts: 0, failedFirst: 0, failedConfirmed: 0, invalid: 0 };

/** Counts of both. */
export const addCounts = (a: GateCounts, b: GateCounts): GateCounts => ({
  attempts: a.attempts + b.attempts,
  failedFirst: a.failedFirst + b.failedFirst,
  failedConfirmed: a.failedConfirmed + b.failedConfirmed,
  invalid: a.invalid + b.invalid,
});

/** How often the day is tried: the regions have rows of their own, so two writers are two runs of the same slot. */
const tries = 5;

/** Keeps a slot, once, and adds it to its day in the same write. `false` when it was there. Rows are gone after 35 days. */
export const keepSlot = async (ledger: Ledger, slot: Slot): Promise<boolean> => {
  const expiresAt = slot.at + keptMs;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    if (await hasSlot(ledger, slot)) return false;
    const row = await ledger.get(dayKey(slot));
    const data = { ...withSlot(row, slot) };
    const kept = await ledger.transact([
      { ...slotKey(slot), data: { ...slot }, expect: 'absent', expiresAt },
      { ...dayKey(slot), data, expect: row?.version ?? 'absent', expiresAt },
    ]);
    if (kept) return true;
  }
  return false;
};

const withSlot = (row: Row | undefined, { region, at, gates }: Slot): Day => {
  const before = row === undefined ? undefined : stored<Day>(row);
  const names = new Set([...Object.keys(before?.gates ?? {}), ...Object.keys(gates)]);
  return {
    region,
    day: dayOf(at),
    first: Math.min(before?.first ?? at, at),
    last: Math.max(before?.last ?? at, at),
    slots: (before?.slots ?? 0) + 1,
    gates: Object.fromEntries(
      [...names].sort().map((name) => [name, addCounts(before?.gates[name] ?? none, gates[name] ?? none)]),
    ),
  };
};

/** The days of a target that are within so long before now, oldest first, each region apart; the day it begins in counts whole. */
export const readDays = async (
  ledger: Ledger,
  target: string,
  now: number,
  withinMs = windowMs,
): Promise<readonly Day[]> => {
  const rows = await queryAll(ledger, `availability#${target}`, 'day#');
  return rows.map((row) => stored<Day>(row)).filter(({ day }) => day > now - withinMs - dayMs);
};

/** How far back slots are read one by one: six hours are 360 rows a region. */
const READ_SLOTS_MS = 6 * 3_600_000;

/**
 * First attempts of one gate on a target, slot for slot of the last six hours from every region, and those that failed. Its own faults are
 * none.
 */
export const readSlotCounts = async (
  ledger: Ledger,
  target: string,
  gate: string,
  now: number,
): Promise<readonly { readonly at: number; readonly requests: number; readonly failures: number }[]> => {
  const from = `slot#${sortableTime(Math.max(0, now - READ_SLOTS_MS))}`;
  const rows = await queryAll(ledger, `availability#${target}`, 'slot#', from);
  return rows.map((row) => {
    const { at, gates } = stored<Slot>(row);
    const { attempts, failedFirst } = gates[gate] ?? none;
    return { at, requests: attempts, failures: failedFirst };
  });
};

/** First attempts of one gate on a target, from all regions together, and those that failed. */
export const readProbeCounts = async (
  ledger: Ledger,
  target: string,
  gate: string,
  now: number,
  withinMs: number,
): Promise<{ readonly requests: number; readonly failures: number }> => {
  const days = await readDays(ledger, target, now, withinMs);
  const counts = days.reduce((sum, day) => addCounts(sum, day.gates[gate] ?? none), none);
  return { requests: counts.attempts, failures: counts.failedFirst };
};
