import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { createDeferred, type Deferred } from './deferred.ts';
import { openFile } from './open-file.ts';

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** The one connection of an engine. Calls are synchronous: between two of them nothing else writes. */
export interface Database {
  /** How often the database was opened, this time included. */
  readonly opening: number;
  /** What waits to be written; all other members but `peek` write it first. */
  readonly deferred: Deferred;
  /** As `one`, of what the tables hold without what waits. */
  peek(sql: string, ...values: readonly SQLInputValue[]): Row | undefined;
  /** A number that no row of the table has had in this opening. */
  nextId(table: 'executions' | 'inbox'): number;
  run(sql: string, ...values: readonly SQLInputValue[]): void;
  one(sql: string, ...values: readonly SQLInputValue[]): Row | undefined;
  all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[];
  /** Inserts and returns the new row's id. */
  insert(sql: string, ...values: readonly SQLInputValue[]): number;
  /** All of `write` or nothing of it, within what `begin` began; throws what `write` throws. */
  transaction<T>(write: () => T): T;
  begin(): void;
  /** What was written since `begin` is on disk when this returns. */
  commit(): void;
  /** Undoes what was written since `begin`; does nothing where nothing was begun. */
  rollback(): void;
  close(): void;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS openings (id INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS definitions (digest TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS machines (
  id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, name TEXT NOT NULL, definition TEXT NOT NULL, role TEXT NOT NULL,
  type TEXT NOT NULL, revision TEXT NOT NULL, settings TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
  deleting INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS executions (
  id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, name TEXT NOT NULL, machine TEXT NOT NULL, definition TEXT NOT NULL,
  role TEXT NOT NULL, status TEXT NOT NULL, input TEXT NOT NULL, output TEXT, error TEXT, cause TEXT,
  started INTEGER NOT NULL, stopped INTEGER, deadline INTEGER, redrives INTEGER NOT NULL, redriven INTEGER,
  last_event INTEGER NOT NULL, next_frame INTEGER NOT NULL, parent TEXT, parent_frame INTEGER, map_run TEXT, item INTEGER,
  items INTEGER, version TEXT, alias TEXT, trace TEXT);
CREATE INDEX IF NOT EXISTS executions_by_machine ON executions (machine, id) WHERE map_run IS NULL;
CREATE INDEX IF NOT EXISTS executions_running ON executions (status, id) WHERE status = 'RUNNING';
CREATE INDEX IF NOT EXISTS executions_by_map_run ON executions (map_run, item) WHERE map_run IS NOT NULL;
CREATE INDEX IF NOT EXISTS executions_ended ON executions (stopped) WHERE stopped IS NOT NULL;
CREATE TABLE IF NOT EXISTS history (
  execution INTEGER NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL, previous INTEGER NOT NULL,
  details TEXT NOT NULL, PRIMARY KEY (execution, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS frames (
  execution INTEGER NOT NULL, id INTEGER NOT NULL, body TEXT NOT NULL, input TEXT NOT NULL,
  PRIMARY KEY (execution, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS items (
  execution INTEGER NOT NULL, frame INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (execution, frame)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS links (
  child TEXT NOT NULL, execution TEXT NOT NULL, frame INTEGER NOT NULL, attempt TEXT NOT NULL,
  PRIMARY KEY (child, execution, frame, attempt)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY, execution TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS redrives (
  execution INTEGER NOT NULL, token TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (execution, token)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tokens (
  hash TEXT PRIMARY KEY, execution TEXT NOT NULL, frame INTEGER NOT NULL, attempt TEXT NOT NULL, status TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS map_runs (
  id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, execution TEXT NOT NULL, machine TEXT NOT NULL, frame INTEGER NOT NULL,
  state TEXT NOT NULL, status TEXT NOT NULL, concurrency INTEGER NOT NULL, tolerated_count INTEGER NOT NULL,
  tolerated_percentage REAL NOT NULL, total_items INTEGER NOT NULL, total_children INTEGER NOT NULL,
  redrives INTEGER NOT NULL, redriven INTEGER, started INTEGER NOT NULL, stopped INTEGER);
CREATE TABLE IF NOT EXISTS versions (
  machine TEXT NOT NULL, number INTEGER NOT NULL, definition TEXT NOT NULL, role TEXT NOT NULL, revision TEXT NOT NULL,
  settings TEXT NOT NULL, description TEXT, created INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (machine, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS aliases (
  id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, machine TEXT NOT NULL, name TEXT NOT NULL, description TEXT,
  routes TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS tags (arn TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (arn, key)) WITHOUT ROWID;
`;

/** Opens the database at `path`, or one in memory for `:memory:`, and makes its tables. Throws `DatabaseRefused`. */
export const openDatabase = (path: string): Database => {
  const connection = openFile(path);
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
  const deferred = createDeferred((sql, values) => void prepared(sql).run(...values));
  /** Of SQL that must see all that was written. */
  const complete = (sql: string) => {
    deferred.flush();
    return prepared(sql);
  };
  const highest = (table: string) =>
    Number(connection.prepare(`SELECT COALESCE(MAX(id), 0) AS n FROM ${table}`).get()?.n);
  const ids = { executions: highest('executions'), inbox: highest('inbox') };
  return {
    opening,
    deferred,
    nextId: (table) => {
      ids[table] += 1;
      return ids[table];
    },
    peek: (sql, ...values) => prepared(sql).get(...values),
    run: (sql, ...values) => {
      complete(sql).run(...values);
    },
    one: (sql, ...values) => complete(sql).get(...values),
    all: (sql, ...values) => complete(sql).all(...values),
    insert: (sql, ...values) => Number(complete(sql).run(...values).lastInsertRowid),
    transaction: (write) => {
      complete('SAVEPOINT part').run();
      try {
        const result = write();
        complete('RELEASE part').run();
        return result;
      } catch (thrown) {
        deferred.drop();
        prepared('ROLLBACK TO part').run();
        prepared('RELEASE part').run();
        throw thrown;
      }
    },
    begin: () => void prepared('BEGIN IMMEDIATE').run(),
    commit: () => void complete('COMMIT').run(),
    rollback: () => {
      deferred.drop();
      if (connection.isTransaction) prepared('ROLLBACK').run();
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
