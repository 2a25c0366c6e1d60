import { closeSync, openSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** The file is none that an engine can work on now; the message says why and what to do. */
export class DatabaseRefused extends Error {
  override readonly name = 'DatabaseRefused';
  readonly path: string;
  constructor(path: string, because: string) {
    super(`${path}: ${because}`);
    this.path = path;
  }
}

/** `PRAGMA application_id` of a database of this engine: "TgEn". */
const OURS = 0x5467456e;
/** Changes with every change of a table: a file of a later layout is refused, never guessed at. */
const LAYOUT = 5;
/** What leads from a layout to the next. Those before the first named here were never in use. */
const UPGRADES: Readonly<Record<number, string>> = {
  // Executions that ended long ago are found without reading all others.
  4: 'CREATE INDEX IF NOT EXISTS executions_ended ON executions (stopped) WHERE stopped IS NOT NULL;',
};

/** Result codes of SQLite that a file of somebody leads to. */
const REASONS: Readonly<Record<number, string>> = {
  5: 'another process has it open, which an engine must not share',
  8: 'it may not be written',
  10: 'it can not be read or written',
  11: 'it is damaged',
  14: 'it can not be opened; expected a file, or none yet, in a folder that may be written',
  26: 'it is no database; expected one of this engine, or no file yet',
};

const reasonOf = (thrown: unknown): string | undefined =>
  thrown instanceof Error && 'errcode' in thrown ? REASONS[Number(thrown.errcode) & 0xff] : undefined;

const pragma = (connection: DatabaseSync, name: string): number =>
  Number(Object.values(connection.prepare(`PRAGMA ${name}`).get() ?? {})[0]);

const check = (connection: DatabaseSync, path: string): void => {
  const tables = Number(connection.prepare('SELECT COUNT(*) AS n FROM sqlite_schema').get()?.n);
  const layout = pragma(connection, 'user_version');
  if (tables > 0 && pragma(connection, 'application_id') !== OURS)
    throw new DatabaseRefused(path, 'it is a database of another program; expected one of this engine, or no file yet');
  if (tables > 0 && layout > LAYOUT)
    throw new DatabaseRefused(
      path,
      `it was made by a later version of the engine (layout ${layout}, this one knows ${LAYOUT}); start that one, or with another file`,
    );
  if (tables > 0 && layout < LAYOUT) upgrade(connection, path, layout);
  else connection.exec(`PRAGMA application_id = ${OURS}; PRAGMA user_version = ${LAYOUT};`);
};

/** A copy as it was is kept at `<path>.layout-<n>`, of its owner alone; then all steps in one transaction, so that a death leaves the old layout. */
const upgrade = (connection: DatabaseSync, path: string, from: number): void => {
  if (UPGRADES[from] === undefined)
    throw new DatabaseRefused(path, `it was made by a version of the engine that was never in use (layout ${from})`);
  if (path !== ':memory:') {
    const copy = `${path}.layout-${from}`;
    rmSync(copy, { force: true });
    closeSync(openSync(copy, 'wx', 0o600));
    connection.prepare('VACUUM INTO ?').run(copy);
  }
  connection.exec('BEGIN IMMEDIATE');
  for (let layout = from; layout < LAYOUT; layout += 1) connection.exec(UPGRADES[layout] ?? '');
  connection.exec(`PRAGMA user_version = ${LAYOUT}; COMMIT;`);
};

/**
 * Opens the file at `path`, or a database in memory for `:memory:`. A file is written ahead and synchronised in full at each commit,
 * and locked while it is open, so that no second engine works on it. A file of an older layout is copied and then taken to this one. Throws
 * `DatabaseRefused` for a file that is not ours, of a later layout, in use or out of reach.
 */
export const openFile = (path: string): DatabaseSync => {
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(path);
    if (path !== ':memory:')
      connection.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    check(connection, path);
    return connection;
  } catch (thrown) {
    connection?.close();
    const reason = reasonOf(thrown);
    throw reason === undefined ? thrown : new DatabaseRefused(path, reason);
  }
};
