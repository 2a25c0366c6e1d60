import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../outside/clock.ts';
import { digestOf } from '../rollout/digest.ts';
import { BlobCorrupt, BlobMissing, type Blobs, type Digest } from './blobs.ts';
import { digestHex } from './digest-hex.ts';

/**
 * Blobs as files `sha256/ab/ab…` under `dir`, readable by their owner alone. A blob is on disk, under its name and whole, when
 * `put` returns: written beside, synced, renamed. Putting again repairs a file that was damaged, and by `clock` makes it as young as it
 * was the first time, for `expireFolder`.
 */
export const folderBlobs = (dir: string, clock?: Pick<Clock, 'now'>): Blobs => {
  const fileOf = (digest: string) => {
    const hex = digestHex(digest);
    return join(dir, 'sha256', hex.slice(0, 2), hex);
  };
  return {
    put: async (content) => {
      const digest = digestOf(content);
      const file = fileOf(digest);
      const stored = readIfThere(file);
      if (stored === undefined || digestOf(stored) !== digest) writeWhole(file, content);
      if (clock !== undefined) utimesSync(file, clock.now() / 1_000, clock.now() / 1_000);
      return digest;
    },
    get: async (digest: Digest) => {
      const stored = readIfThere(fileOf(digest));
      if (stored === undefined) throw new BlobMissing(digest);
      const found = digestOf(stored);
      if (found !== digest) throw new BlobCorrupt(digest, found);
      return stored;
    },
  };
};

/**
 * Removes the blobs that were last put before `before`, epoch milliseconds, and what a killed `put` left beside them; returns how many. What
 * a bucket's lifecycle does where deployed. A folder that is not there holds none.
 */
export const expireFolder = (dir: string, before: number): number => {
  const root = join(dir, 'sha256');
  if (!existsSync(root)) return 0;
  const old = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => statSync(file).mtimeMs < before);
  for (const file of old) unlinkSync(file);
  return old.length;
};

const readIfThere = (file: string): Uint8Array | undefined => {
  // Most that is put is not there, and an error with its stack takes three times as long as to ask.
  if (!existsSync(file)) return undefined;
  try {
    return new Uint8Array(readFileSync(file));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

const writeWhole = (file: string, content: string | Uint8Array): void => {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // One name per process: within it nothing runs between these calls, and two processes never write the same file.
  const beside = `${file}.${process.pid}.part`;
  const descriptor = openSync(beside, 'w', 0o600);
  try {
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(beside, file);
  syncFolder(folder);
};

/** Without it a power cut can take the new name away although the content was synced. */
const syncFolder = (folder: string): void => {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
