import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another process runs an instance over the same folder. */
export class InstanceLocked extends Error {
  override readonly name = 'InstanceLocked';
  constructor(dir: string) {
    super(`an instance is running over ${dir} already; use it, stop it, or set TIDEGATE_HOME to another folder`);
  }
}

/**
 * Takes the folder for this process. The lock is SQLite's own lock on a file, so it is gone with the process, however that ends.
 * Throws `InstanceLocked` while another process has it. The returned function gives it back.
 */
export const lockFolder = (dir: string): (() => void) => {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(dir, 'lock.sqlite'), { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
  } catch {
    database.close();
    throw new InstanceLocked(dir);
  }
  return () => database.close();
};
