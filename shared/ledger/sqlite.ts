import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import type { Clock } from '../outside/clock.ts';
import type { Delete, Ledger, Row, Write } from './ledger.ts';
import { boundsOf, checkKey, checkTransaction, decodeData, encodeData, isWrite, versionAfter } from './row.ts';

export interface SqliteLedger extends Ledger {
  /** Closes the file; every later call throws. Closing twice is safe. */
  close(): void;
}

/** The file is not a ledger this version of Tidegate reads. */
export class LedgerUnreadable extends Error {
  override readonly name = 'LedgerUnreadable';
  constructor(path: string, found: string) {
    super(`ledger ${path}: ${found}, expected version ${SCHEMA_VERSION}; open it with the Tidegate that wrote it`);
  }
}

const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS ledger_schema (version INTEGER NOT NULL);
  INSERT INTO ledger_schema SELECT ${SCHEMA_VERSION} WHERE NOT EXISTS (SELECT 1 FROM ledger_schema);
  CREATE TABLE IF NOT EXISTS ledger (
    partition TEXT NOT NULL,
    sort TEXT NOT NULL,
    version INTEGER NOT NULL,
    data TEXT NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (partition, sort)
  ) WITHOUT ROWID, STRICT;`;

const LIVE = '(expires_at IS NULL OR expires_at > :now)';
const KEY = 'partition = :partition AND sort = :sort';
const RANGE = `SELECT * FROM ledger WHERE partition = :partition AND sort >= :from AND sort > :after AND sort < :end AND ${LIVE}`;

/**
 * The ledger in one SQLite file, or in memory for `:memory:`. Every returned write is on disk (WAL, synchronous FULL);
 * several processes may open the same file. Rows past their time are removed on opening. Each call runs to its end before it
 * returns, so the order of effects is the order of calls. Throws `LedgerUnreadable` for a file of another schema version.
 */
export const openSqliteLedger = (path: string, clock: Pick<Clock, 'now'>): SqliteLedger => {
  // Rows hold task tokens: the file is its owner's alone, and must be so before the first byte is in it.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { timeout: 5_000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  database.exec(SCHEMA);
  const version = database.prepare('SELECT version FROM ledger_schema').get()?.version;
  if (version !== SCHEMA_VERSION) {
    database.close();
    throw new LedgerUnreadable(path, `has schema version ${version}`);
  }
  database.prepare('DELETE FROM ledger WHERE expires_at <= ?').run(clock.now());

  const select = database.prepare(`SELECT * FROM ledger WHERE ${KEY} AND ${LIVE}`);
  const insert = database.prepare(
    `INSERT INTO ledger VALUES (:partition, :sort, 1, :data, :expiresAt) ON CONFLICT DO UPDATE
     SET version = 1, data = excluded.data, expires_at = excluded.expires_at WHERE ledger.expires_at <= :now`,
  );
  const update = database.prepare(
    `UPDATE ledger SET version = version + 1, data = :data, expires_at = :expiresAt
     WHERE ${KEY} AND version = :expect AND ${LIVE}`,
  );
  const erase = database.prepare(`DELETE FROM ledger WHERE ${KEY} AND version = :expect AND ${LIVE}`);
  const forward = database.prepare(`${RANGE} ORDER BY sort LIMIT :limit`);
  const backward = database.prepare(`${RANGE} ORDER BY sort DESC LIMIT :limit`);

  const write = (row: Write): boolean => {
    const { partition, sort, expect } = row;
    const values = { partition, sort, data: encodeData(row), expiresAt: row.expiresAt ?? null, now: clock.now() };
    const result = expect === 'absent' ? insert.run(values) : update.run({ ...values, expect });
    return result.changes === 1;
  };
  const remove = ({ partition, sort, expect }: Delete): boolean =>
    erase.run({ partition, sort, expect, now: clock.now() }).changes === 1;

  return {
    get: async ({ partition, sort }) => {
      checkKey({ partition, sort });
      const found = select.get({ partition, sort, now: clock.now() });
      return found && rowOf(found);
    },
    put: async (row) => (write(row) ? storedRow(row) : undefined),
    transact: async (changes) => {
      checkTransaction(changes);
      database.exec('BEGIN IMMEDIATE');
      let held = false;
      try {
        held = changes.every((change) => (isWrite(change) ? write(change) : remove(change)));
      } finally {
        database.exec(held ? 'COMMIT' : 'ROLLBACK');
      }
      return held;
    },
    query: async (partition, range = {}) =>
      (range.reverse ? backward : forward).all({ partition, ...boundsOf(range), now: clock.now() }).map(rowOf),
    remove: async (key) => {
      checkKey(key);
      return remove(key);
    },
    close: () => {
      if (database.isOpen) database.close();
    },
  };
};

const rowOf = (found: Record<string, SQLOutputValue>): Row => ({
  partition: String(found.partition),
  sort: String(found.sort),
  version: Number(found.version),
  data: decodeData(String(found.data)),
  ...(found.expires_at !== null && { expiresAt: Number(found.expires_at) }),
});

const storedRow = (write: Write): Row => ({
  partition: write.partition,
  sort: write.sort,
  version: versionAfter(write),
  data: decodeData(encodeData(write)),
  ...(write.expiresAt !== undefined && { expiresAt: write.expiresAt }),
});
