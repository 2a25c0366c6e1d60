import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite';

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** The one connection of an engine. Calls are synchronous: between two of them nothing else writes. */
export interface Database {
  /** How often the database was opened, this time included. */
  readonly opening: number;
  run(sql: string, ...values: readonly SQLInputValue[]): void;
  one(sql: string, ...values: readonly SQLInputValue[]): Row | undefined;
  all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[];
  /** Inserts and returns the new row's id. */
  insert(sql: string, ...values: readonly SQLInputValue[]): number;
  /** All of `write` or nothing of it; on disk when this returns. Throws what `write` throws. */
  transaction<T>(write: () => T): T;
  close(): void;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS openings (id INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS definitions (digest TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS machines (
  id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, name TEXT NOT NULL, definition TEXT NOT NULL, role TEXT NOT NULL,
  type TEXT NOT NULL, revision TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS executions (
  id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, name TEXT NOT NULL, machine TEXT NOT NULL, definition TEXT NOT NULL,
  role TEXT NOT NULL, status TEXT NOT NULL, input TEXT NOT NULL, output TEXT, error TEXT, cause TEXT,
  started INTEGER NOT NULL, stopped INTEGER, deadline INTEGER, redrives INTEGER NOT NULL DEFAULT 0,
  last_event INTEGER NOT NULL, next_frame INTEGER NOT NULL, map_run TEXT, item INTEGER);
CREATE INDEX IF NOT EXISTS executions_by_machine ON executions (machine, id);
CREATE INDEX IF NOT EXISTS executions_running ON executions (status, id) WHERE status = 'RUNNING';
CREATE INDEX IF NOT EXISTS executions_by_map_run ON executions (map_run, item) WHERE map_run IS NOT NULL;
CREATE TABLE IF NOT EXISTS history (
  execution INTEGER NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL, previous INTEGER NOT NULL,
  details TEXT NOT NULL, PRIMARY KEY (execution, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS frames (
  execution INTEGER NOT NULL, id INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (execution, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS items (
  execution INTEGER NOT NULL, frame INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (execution, frame)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS links (
  child TEXT NOT NULL, execution TEXT NOT NULL, frame INTEGER NOT NULL, waits TEXT NOT NULL,
  PRIMARY KEY (child, execution, frame, waits)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY AUTOINCREMENT, execution TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (
  hash TEXT PRIMARY KEY, execution TEXT NOT NULL, frame INTEGER NOT NULL, attempt TEXT NOT NULL, status TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS map_runs (
  id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, execution TEXT NOT NULL, machine TEXT NOT NULL, frame INTEGER NOT NULL,
  state TEXT NOT NULL, status TEXT NOT NULL, concurrency INTEGER NOT NULL, tolerated_count INTEGER NOT NULL,
  tolerated_percentage REAL NOT NULL, started INTEGER NOT NULL, stopped INTEGER);
`;

/**
 * Opens the database at `path`, or one in memory for `:memory:`, and makes its tables. A file is written ahead and synchronised
 * in full at each commit, and locked while it is open: a second engine on it is refused with SQLite's own "database is locked".
 */
export const openDatabase = (path: string): Database => {
  const connection = new DatabaseSync(path);
  if (path !== ':memory:') {
    connection.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  }
  connection.exec(SCHEMA);
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const prepared = (sql: string) => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = connection.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  const opening = Number(connection.prepare('INSERT INTO openings DEFAULT VALUES').run().lastInsertRowid);
  return {
    opening,
    run: (sql, ...values) => {
      prepared(sql).run(...values);
    },
    one: (sql, ...values) => prepared(sql).get(...values),
    all: (sql, ...values) => prepared(sql).all(...values),
    insert: (sql, ...values) => Number(prepared(sql).run(...values).lastInsertRowid),
    transaction: (write) => {
      connection.exec('BEGIN IMMEDIATE');
      try {
        const result = write();
        connection.exec('COMMIT');
        return result;
      } catch (thrown) {
        connection.exec('ROLLBACK');
        throw thrown;
      }
    },
    close: () => connection.close(),
  };
};

/** A text column. Throws when the column holds something else: then the file is not ours or is damaged. */
export const text = (row: Row, column: string): string => {
  const value = row[column];
  if (typeof value !== 'string')
    throw new Error(`engine database: column ${column} holds ${typeof value}, expected text`);
  return value;
};

export const number = (row: Row, column: string): number => {
  const value = row[column];
  if (typeof value !== 'number')
    throw new Error(`engine database: column ${column} holds ${typeof value}, expected a number`);
  return value;
};

export const optional = <T>(read: (row: Row, column: string) => T, row: Row, column: string): T | undefined =>
  row[column] === null || row[column] === undefined ? undefined : read(row, column);
