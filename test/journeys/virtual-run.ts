// The story of three versions in virtual mode, in a process of its own. Prints, as one object, how it ended and one SHA-256 for each
// kind of thing it left behind. TIDEGATE_SEED is the seed; a folder as argument keeps the bytes, to see where two runs differ. With
// TIDEGATE_AFTER=another the process has another story behind it.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { memoryFolder } from '../memory-folder.ts';
import { smallFleetConfig } from './fleet-config.ts';

const { openRehearsal, time } = await import('./rehearsal.ts');
const { tellThreeVersions } = await import('./three-versions.ts');

if (process.env.TIDEGATE_AFTER === 'another') {
  const another = await openRehearsal();
  await another.begin();
  await another.asked();
  await another.close();
  time.begin();
}

const keep = process.argv[2];
const dir = memoryFolder('tidegate-virtual-run-');
const story = await openRehearsal({ dir, config: smallFleetConfig('v1') });
const told = await tellThreeVersions(story);
await story.close();
time.restore();

/** Every row of every table, in an order that does not depend on how it is stored. */
const rowsOf = (file: string): readonly string[] => {
  const database = new DatabaseSync(join(dir, file), { readOnly: true });
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  const rows = tables.flatMap(({ name }) =>
    database
      .prepare(`SELECT * FROM "${name}"`)
      .all()
      .map((row) => `${name} ${JSON.stringify(row)}`),
  );
  database.close();
  return rows.sort();
};

/** Every file of a folder with its bytes, by path. */
const filesOf = (folder: string): readonly string[] =>
  readdirSync(join(dir, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => `${path.slice(dir.length)} ${readFileSync(path).toString('base64')}`);

const isRequest = (row: string) => row.startsWith('kube_request ');
const cluster = rowsOf('fleet.sqlite');
const left: Readonly<Record<string, readonly string[]>> = {
  ledger: rowsOf('ledger.sqlite'),
  history: rowsOf('engine.sqlite'),
  objects: cluster.filter((row) => !isRequest(row)),
  blobs: filesOf('blobs'),
  git: filesOf('config.git'),
  log: story.log,
  ...Object.fromEntries(
    story.targets.map((target) => [
      `requests of ${target}`,
      cluster.filter((row) => isRequest(row) && row.includes(`"server":"${target}"`)),
    ]),
  ),
};
rmSync(dir, { recursive: true, force: true });

if (keep !== undefined) {
  mkdirSync(keep, { recursive: true });
  for (const [name, lines] of Object.entries(left)) writeFileSync(join(keep, `${name}.txt`), lines.join('\n'));
}
const perKind = <Value>(of: (lines: readonly string[]) => Value) =>
  Object.fromEntries(Object.entries(left).map(([name, lines]) => [name, of(lines)]));
const digests = perKind((lines) => createHash('sha256').update(lines.join('\n')).digest('hex'));
console.log(JSON.stringify({ ...told, digests, lines: perKind((lines) => lines.length) }));
