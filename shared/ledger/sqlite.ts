import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import type { Clock } from '../outside/clock.ts';
import type { Delete, Ledger, Row, Write } from './ledger.ts';
import { keepingSql } from './retention.ts';
import { boundsOf, checkKey, checkTransaction, decodeData, encodeData, isWrite, storedRow } from './row.ts';
import { upgradeFile } from './upgrade-file.ts';

export interface SqliteLedger extends Ledger {
  /** Removes the rows that are past their time, which nobody is given any more anyway. */
  sweep(): void;
  /** Closes the file; every later call throws. Closing twice is safe. */
  close(): void;
}

/** The file is a ledger of a later Tidegate, or none. */
export class LedgerUnreadable extends Error {
  override readonly name = 'LedgerUnreadable';
  constructor(path: string, found: string) {
    super(
      `ledger ${path}: ${found}, expected version ${SCHEMA_VERSION} or an older one; open it with the Tidegate that wrote it, or take the copy beside it`,
    );
  }
}

const SCHEMA_VERSION = 2;
/** Rows that expire are found without reading all others. */
const INDEX = 'CREATE INDEX IF NOT EXISTS ledger_expiring ON ledger (expires_at) WHERE expires_at IS NOT NULL;';
/** What leads from a version to the next. */
const upgradesAt = (now: number) => ({ 1: `${INDEX}\n${keepingSql(now)}` });
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

/** The version of the file, which becomes that of a new ledger where it is empty. */
const versionOf = (database: DatabaseSync): number => {
  const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'ledger_schema'").get();
  database.exec(SCHEMA);
  if (known === undefined) database.exec(INDEX);
  return Number(database.prepare('SELECT version FROM ledger_schema').get()?.version);
};

const LIVE = '(expires_at IS NULL OR expires_at > :now)';
const KEY = 'partition = :partition AND sort = :sort';
const RANGE = `SELECT * FROM ledger WHERE partition = :partition AND sort >= :from AND sort > :after AND sort < :end AND ${LIVE}`;

/**
 * The ledger in one SQLite file, or in memory for `:memory:`. Every returned write is on disk (WAL, synchronous FULL);
 * several processes may open the same file. Rows past their time are removed on opening. Each call runs to its end before it
 * returns, so the order of effects is the order of calls. A file of an older version is copied and then taken to this one. Throws
 * `LedgerUnreadable` for a file of a later one.
 */
export const openSqliteLedger = (path: string, clock: Pick<Clock, 'now'>): SqliteLedger => {
  // Rows hold task tokens: the file is its owner's alone, and must be so before the first byte is in it.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { timeout: 5_000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  const version = versionOf(database);
  if (!(version >= 1 && version <= SCHEMA_VERSION)) {
    database.close();
    throw new LedgerUnreadable(path, `has schema version ${version}`);
  }
  if (version < SCHEMA_VERSION) {
    const stamp = `UPDATE ledger_schema SET version = ${SCHEMA_VERSION}`;
    upgradeFile(database, path, version, upgradesAt(clock.now()), stamp);
  }
  const forget = database.prepare('DELETE FROM ledger WHERE expires_at <= ?');
  forget.run(clock.now());

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
    sweep: () => {
      forget.run(clock.now());
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
