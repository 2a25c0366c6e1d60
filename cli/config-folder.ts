import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { badInput } from './stop.ts';

/** What a commit of the config repository may hold; a working tree is held to the same. */
const mostFiles = 5_000;
const mostBytes = 20_000_000;

/** Never part of a commit, or not of one that is released. */
const leftOut = ['.git', '.tidegate', 'node_modules'];

const configNames = ['tidegate.jsonnet', 'tidegate.yaml', 'tidegate.yml', 'tidegate.json'];

/** A folder read as a commit would be, and which of its files is the config. */
export interface ConfigFolder {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly config: string;
}

/**
 * Reads all files of a folder as a commit of it would hold them. Throws `Stop` (exit 2) for a symbolic link, wherever it leads, as a
 * release would be refused; for more than 5,000 files or 20 MB; and when the folder or its config file is not there.
 */
export const readConfigFolder = (folder: string, config: string | undefined): ConfigFolder => {
  const files = new Map<string, Uint8Array>();
  let bytes = 0;
  const walk = (path: string): void => {
    for (const name of namesIn(join(folder, path))) {
      if (leftOut.includes(name)) continue;
      const inside = path === '' ? name : `${path}/${name}`;
      const entry = lstatSync(join(folder, inside));
      if (entry.isSymbolicLink()) {
        throw badInput(`${inside} is a symbolic link, which no release takes; put a copy of the file in its place`);
      }
      if (entry.isDirectory()) walk(inside);
      else if (entry.isFile()) {
        bytes += entry.size;
        if (files.size >= mostFiles || bytes > mostBytes) {
          throw badInput(
            `${folder}: more than ${mostFiles} files or ${mostBytes} bytes (reached at ${inside}); keep what is not config elsewhere`,
          );
        }
        files.set(inside, new Uint8Array(readFileSync(join(folder, inside))));
      }
    }
  };
  walk('');
  const found = config ?? configNames.find((name) => files.has(name));
  if (found === undefined) {
    throw badInput(
      `${folder}: no config here; expected one of ${configNames.join(', ')}, or --config; \`tidegate init\` writes one`,
    );
  }
  return { files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))), config: found };
};

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw badInput(`${folder}: can not be read (${error instanceof Error ? error.message : String(error)})`);
  }
};
