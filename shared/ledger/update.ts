import { LedgerConflict } from './conflict.ts';
import type { Data, Delete, Key, Ledger, Row, Write } from './ledger.ts';
import { storedRow } from './row.ts';

/** How often an update is tried against a row that others write too: enough for the few writers a row ever has. */
const attempts = 16;

/**
 * Reads the row, lets `next` decide what it shall be, and writes that against the version read, again and again until nobody came
 * between. `next` must be pure; returning `undefined` leaves the row as it is. What is `beside` is written with it, in one transaction.
 * Returns the row as it then stands. Throws `LedgerConflict` when 16 tries were not enough.
 */
export const update = async (
  ledger: Ledger,
  key: Key,
  next: (row: Row | undefined) => Data | undefined,
  expiresAt?: number,
  beside: () => readonly Occurrence[] = () => [],
): Promise<Row | undefined> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const row = await ledger.get(key);
    const data = next(row);
    if (data === undefined) return row;
    const expires = expiresAt === undefined ? {} : { expiresAt };
    const write: Write = { ...key, data, expect: row?.version ?? 'absent', ...expires };
    const others = await missing(ledger, beside());
    const written = await unlessConflict(async () => {
      if (others.length === 0) return ledger.put(write);
      return (await ledger.transact([write, ...others])) ? storedRow(write) : undefined;
    });
    if (written !== undefined) return written;
  }
  throw new LedgerConflict(key);
};

/** Rows that are written together, once: where the first of them is there, none is written. */
export type Occurrence = readonly [Write, ...Write[]];

/** Writes, all or none, the occurrences that are not there yet, and removes what is given with them. Twice is as once. */
export const writeMissing = async (
  ledger: Ledger,
  occurrences: readonly [Occurrence, ...Occurrence[]],
  removed: readonly Delete[] = [],
): Promise<boolean> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const left = await missing(ledger, occurrences);
    if (left.length + removed.length === 0) return true;
    const isWritten = await unlessConflict(() => ledger.transact([...removed, ...left]));
    if (isWritten) return true;
    if (isWritten === false && removed.length > 0) return false;
  }
  throw new LedgerConflict(occurrences[0][0]);
};

/** `undefined` where somebody else's transaction on a row was under way: nothing was written, and it is tried again. */
export const unlessConflict = async <Result>(write: () => Promise<Result>): Promise<Result | undefined> => {
  try {
    return await write();
  } catch (error) {
    if (error instanceof LedgerConflict) return undefined;
    throw error;
  }
};

const missing = async (ledger: Ledger, occurrences: readonly Occurrence[]): Promise<readonly Write[]> => {
  const found = await Promise.all(occurrences.map(([first]) => ledger.get(first)));
  return occurrences.flatMap((rows, at) => (found[at] === undefined ? rows : []));
};

/** All rows of a partition with the prefix, however many; with `from` those that sort after it. */
export const queryAll = async (
  ledger: Ledger,
  partition: string,
  prefix = '',
  from?: string,
): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (;;) {
    const after = rows.at(-1)?.sort ?? from;
    const page = await ledger.query(partition, after === undefined ? { prefix } : { prefix, after });
    rows.push(...page);
    if (page.length < 1000) return rows;
  }
};

/** A row's data as the type it was written with. Rows are only ever written through the functions of this folder. */
export const stored = <Type>(row: Row): Type => {
  const data: unknown = row.data;
  return data as Type;
};
