import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/** So much a log file holds; as much again is kept of what came before. */
const mostBytes = 20 * 1024 * 1024;

export interface LogFile {
  write(line: string): void;
  close(): void;
}

/**
 * A file that lines are appended to, its owner's alone. When it holds more than `most` bytes it becomes `<path>.1`, in place of the one before,
 * and a new one begins: a log is never more than twice that. Lines after `close` are let go, and those that a full disk does not take: what
 * can not go on for that says so itself.
 */
export const openLogFile = (path: string, most = mostBytes): LogFile => {
  const open = () => openSync(path, 'a', 0o600);
  let descriptor: number | undefined = open();
  let size = fstatSync(descriptor).size;
  return {
    write: (line) => {
      if (descriptor === undefined) return;
      if (size > most) {
        closeSync(descriptor);
        renameSync(path, `${path}.1`);
        descriptor = open();
        size = 0;
      }
      try {
        size += writeSync(descriptor, line);
      } catch (error) {
        if (!isFull(error)) throw error;
      }
    },
    close: () => {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
};

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
