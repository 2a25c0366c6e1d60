import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { packaged } from './serverless.ts';
import { unzip } from './unzip.ts';

/** The archives of all functions, in the order of their names. */
export const archives = (): readonly string[] =>
  globSync('*.zip', { cwd: packaged })
    .sort()
    .map((name) => join(packaged, name));

/** Unpacks a function's archive where no `node_modules` is in reach, hands the folder over and removes it. */
export const inUnpacked = async <Result>(archive: string, use: (folder: string) => Promise<Result> | Result) => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-function-'));
  try {
    unzip(archive, folder);
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Where the bundle of `applyManifests` lies in its archive: `functions/apply-manifests.mjs`. */
export const entryOf = (name: string): string =>
  `functions/${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.mjs`;

/** The bundle in an unpacked archive, and the files of it that are loaded when they are needed. Not the thread that evaluates jsonnet. */
const codeIn = (folder: string): readonly string[] =>
  globSync('functions/*.mjs', { cwd: folder })
    .filter((file) => !file.includes('.jsonnet-thread.'))
    .sort();

/** The text of all that a function's bundle is made of. */
export const codeText = (archive: string): Promise<string> =>
  inUnpacked(archive, (folder) =>
    codeIn(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n'),
  );

/** Bytes of a function's code, each file compressed, and of that what is loaded before its handler is there. */
export const sizesOf = (archive: string): Promise<{ readonly all: number; readonly atStart: number }> =>
  inUnpacked(archive, (folder) => {
    const texts = new Map(codeIn(folder).map((file) => [basename(file), readFileSync(join(folder, file), 'utf8')]));
    const sizeOf = (files: Iterable<string>): number =>
      [...files].reduce((sum, file) => sum + gzipSync(texts.get(file) ?? '').length, 0);
    return {
      all: sizeOf(texts.keys()),
      atStart: sizeOf(importedBy(basename(entryOf(basename(archive, '.zip'))), texts)),
    };
  });

/** A file and what it imports as it is loaded, which esbuild writes as `from"./…"` or `import"./…"`. */
const importedBy = (entry: string, texts: ReadonlyMap<string, string>): ReadonlySet<string> => {
  const found = new Set([entry]);
  for (const file of found) {
    for (const [, name] of (texts.get(file) ?? '').matchAll(/(?:from|import)"\.\/([^"]+)"/g)) found.add(name ?? '');
  }
  return found;
};

export interface Imported {
  readonly name: string;
  readonly archiveBytes: number;
  /** Milliseconds of the import alone; on a busy machine only an order of magnitude. */
  readonly importMs: number;
  /** Why the bundle is not a function, in a line; absent when it is. */
  readonly failed?: string;
}

const SCRIPT = `const start = performance.now();
const { handler } = await import(process.argv[1]);
if (typeof handler !== 'function') throw new TypeError('exports no handler');
console.log(Math.round(performance.now() - start));`;

/** Imports a bundle from its archive as Lambda would: plain node, a process of its own, no variable set, nothing beside it. */
export const importBundle = (archive: string): Promise<Imported> =>
  inUnpacked(archive, (folder) => {
    const name = basename(archive, '.zip');
    const entry = entryOf(name);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', SCRIPT, pathToFileURL(join(folder, entry)).href],
      { cwd: folder, env: {}, encoding: 'utf8', timeout: 60_000 },
    );
    const because = stderr.split('\n').find((line) => /Error/.test(line)) ?? `ended with code ${status}`;
    return {
      name,
      archiveBytes: statSync(archive).size,
      importMs: Number(stdout),
      ...(status !== 0 && { failed: because.slice(0, 300) }),
    };
  });

const CALL = `const { handler } = await import(process.argv[1]);
const context = { getRemainingTimeInMillis: () => 29_000 };
console.log(JSON.stringify(await handler(JSON.parse(process.argv[2]), context)));
process.exit(0);`;

/** Calls a function of an archive in a process of its own, with the variables of its deployment; returns what it answered. */
export const callBundle = (
  archive: string,
  entry: string,
  variables: Readonly<Record<string, string>>,
  event: unknown,
): Promise<unknown> =>
  inUnpacked(archive, (folder) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', CALL, pathToFileURL(join(folder, entry)).href, JSON.stringify(event)],
      { cwd: folder, env: variables, encoding: 'utf8', timeout: 60_000 },
    );
    if (status !== 0) throw new Error(`${entry} ended with code ${status}: ${stderr.slice(-500)}`);
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  });
