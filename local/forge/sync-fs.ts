import type { PromiseFsClient } from 'isomorphic-git';

/** The synchronous calls of `node:fs` (or of a memfs volume) that git needs. */
export interface SyncFs {
  readFileSync(path: string, options?: never): unknown;
  writeFileSync(path: string, data: never, options?: never): void;
  renameSync(from: string, to: string): void;
  unlinkSync(path: string): void;
  readdirSync(path: string, options?: never): unknown;
  mkdirSync(path: string, options?: never): unknown;
  rmdirSync(path: string): void;
  statSync(path: string, options?: never): unknown;
  lstatSync(path: string, options?: never): unknown;
  readlinkSync(path: string, options?: never): unknown;
  symlinkSync(target: string, path: string): void;
}

/**
 * A promise file system over synchronous calls: every promise is settled when it is returned, so nothing depends on the thread
 * pool and virtual mode is exact. Repositories here are small; where they are not, pass `node:fs` itself.
 */
export const syncFs = (disk: SyncFs): PromiseFsClient => {
  const settled = <Arguments extends unknown[], Result>(call: (...given: Arguments) => Result) => {
    return async (...given: Arguments): Promise<Result> => call(...given);
  };
  return {
    promises: {
      readFile: settled(disk.readFileSync.bind(disk)),
      writeFile: settled((path: string, data: never, options?: never) => {
        // Whole or not at all, also when the process dies: as git does it, by a file of that name with .lock.
        disk.writeFileSync(`${path}.lock`, data, options);
        disk.renameSync(`${path}.lock`, path);
      }),
      unlink: settled(disk.unlinkSync.bind(disk)),
      readdir: settled(disk.readdirSync.bind(disk)),
      mkdir: settled(disk.mkdirSync.bind(disk)),
      rmdir: settled(disk.rmdirSync.bind(disk)),
      stat: settled(disk.statSync.bind(disk)),
      lstat: settled(disk.lstatSync.bind(disk)),
      readlink: settled(disk.readlinkSync.bind(disk)),
      symlink: settled(disk.symlinkSync.bind(disk)),
    },
  };
};
