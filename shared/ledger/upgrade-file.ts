import { closeSync, openSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/**
 * Takes a database from layout `from` to the one that `steps` end at, in one transaction; `steps[n]` leads from layout n to n + 1, and `stamp`
 * is what writes the last number down. Before that the file is copied to `<path>.layout-<from>`, readable by its owner alone, which an
 * older Tidegate opens once it has its name back. Killed half way it is as it was; again is safe. A database in memory is not copied.
 */
export const upgradeFile = (
  database: DatabaseSync,
  path: string,
  from: number,
  steps: Readonly<Record<number, string>>,
  stamp: string,
): void => {
  if (path !== ':memory:') copyAside(database, `${path}.layout-${from}`);
  database.exec('BEGIN IMMEDIATE');
  try {
    for (let layout = from; steps[layout] !== undefined; layout += 1) database.exec(steps[layout] ?? '');
    database.exec(stamp);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
};

/** Whole, with what is still in the write-ahead log. A copy that an attempt before left may be cut off: it is made anew. */
const copyAside = (database: DatabaseSync, copy: string): void => {
  rmSync(copy, { force: true });
  // SQLite writes into an empty file that is there, with the mode it has.
  closeSync(openSync(copy, 'wx', 0o600));
  database.prepare('VACUUM INTO ?').run(copy);
};
