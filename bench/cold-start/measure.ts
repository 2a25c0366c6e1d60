import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { archives, entryOf, inUnpacked, sizesOf } from '../../test/packaging/bundles.ts';
import { packageOnce } from '../../test/packaging/serverless.ts';

// `node bench/cold-start/measure.ts [runs]`: per function the size of its code and of what of it is loaded at start, and how long a new process takes until its handler is
// there, as a ratio to an empty handler's. Every round starts each once, the empty one too, so that what else the machine does hits all.

const SCRIPT =
  'const { handler } = await import(process.argv[1]); process.exit(typeof handler === "function" ? 0 : 1);';
const rounds = Number(process.argv[2] ?? 9);

const startMs = (entry: string): number => {
  const from = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', SCRIPT, pathToFileURL(entry).href],
    { env: {}, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${entry} did not start: ${stderr.slice(-500)}`);
  return performance.now() - from;
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Unpacks every archive, hands the entries over, and takes the folders away again. */
const withEntries = (
  left: readonly string[],
  entries: readonly string[],
  use: (entries: readonly string[]) => void,
): Promise<void> | void => {
  const [archive, ...rest] = left;
  if (archive === undefined) return use(entries);
  return inUnpacked(archive, (folder) =>
    withEntries(rest, [...entries, join(folder, entryOf(basename(archive, '.zip')))], use),
  );
};

const kB = (bytes = 0): string => (bytes / 1_000).toFixed(0);

packageOnce();
const sizes = new Map<string, Awaited<ReturnType<typeof sizesOf>>>();
for (const archive of archives()) sizes.set(basename(entryOf(basename(archive, '.zip'))), await sizesOf(archive));
const empty = join(mkdtempSync(join(tmpdir(), 'tidegate-empty-')), 'empty.mjs');
writeFileSync(empty, 'export const handler = async () => ({});\n');
await withEntries(archives(), [], (entries) => {
  const all = [empty, ...entries];
  const taken = new Map(all.map((entry) => [entry, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) for (const entry of all) taken.get(entry)?.push(startMs(entry));
  const base = median(taken.get(empty) ?? []);
  console.log('| function | all, gz kB | at start, gz kB | start, ms | to the empty handler |');
  console.log('| --- | ---: | ---: | ---: | ---: |');
  for (const entry of all) {
    const ms = median(taken.get(entry) ?? []);
    const size = sizes.get(basename(entry));
    const columns = [basename(entry, '.mjs'), kB(size?.all), kB(size?.atStart), ms.toFixed(0), (ms / base).toFixed(1)];
    console.log(`| ${columns.join(' | ')} |`);
  }
});
rmSync(join(empty, '..'), { recursive: true });
