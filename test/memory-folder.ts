import { existsSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';
/** A container has 64 MB there unless it was given more; a story of a fleet leaves twenty. */
const NEEDED_BYTES = 2 ** 28;

const hasRoom = (): boolean => {
  if (!existsSync(memory)) return false;
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize >= NEEDED_BYTES;
};

/**
 * A new folder whose name begins so, in memory where the system has such: for thousands of commits of which what they hold is tried, and
 * not the disk. Whoever asked for it removes it.
 */
export const memoryFolder = (prefix: string): string => mkdtempSync(join(hasRoom() ? memory : tmpdir(), prefix));
