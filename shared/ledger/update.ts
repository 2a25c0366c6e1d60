import { LedgerConflict } from './conflict.ts';
import type { Data, Key, Ledger, Row } from './ledger.ts';

/** How often an update is tried against a row that others write too: enough for the few writers a row ever has. */
const attempts = 16;

/**
 * Reads the row, lets `next` decide what it shall be, and writes that against the version read, again and again until nobody came
 * between. `next` must be pure; returning `undefined` leaves the row as it is. Returns the row as it then stands.
 * Throws `LedgerConflict` when 16 tries were not enough.
 */
export const update = async (
  ledger: Ledger,
  key: Key,
  next: (row: Row | undefined) => Data | undefined,
  expiresAt?: number,
): Promise<Row | undefined> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const row = await ledger.get(key);
    const data = next(row);
    if (data === undefined) return row;
    const expires = expiresAt === undefined ? {} : { expiresAt };
    const written = await ledger.put({ ...key, data, expect: row?.version ?? 'absent', ...expires });
    if (written !== undefined) return written;
  }
  throw new LedgerConflict(key);
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
