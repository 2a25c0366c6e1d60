import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, it, test } from 'vitest';
import { openFile } from '../../local/engine/sqlite/open-file.ts';
import { workbench } from './workbench.ts';

const dir = mkdtempSync(join(tmpdir(), 'tidegate-engine-kept-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const waiting = (seconds: number) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'Wait',
  States: { Wait: { Type: 'Wait', Seconds: seconds, End: true } },
});

test('executions that ended before a time are forgotten with all that is stored of them, and what runs goes on', async () => {
  const database = join(dir, 'forgotten.sqlite');
  const bench = workbench({ database });
  await bench.create('short', waiting(10));
  await bench.create('long', waiting(1_000));
  const [early, running] = [await bench.start('short', {}, 'early'), await bench.start('long', {}, 'running')];
  await bench.clock.run(() => bench.clock.now() >= Date.UTC(2026, 0, 1) + 10_000);
  bench.engine.forget(bench.clock.now() + 1);
  await bench.clock.run(() => true);
  await expect(bench.describe(early)).rejects.toThrow(/Execution Does Not Exist/);
  expect((await bench.describe(running)).status).toBe('RUNNING');
  // Its name may be used again.
  await bench.start('short', {}, 'early');
  await bench.clock.run();
  expect((await bench.describe(running)).status).toBe('SUCCEEDED');
  bench.engine.forget(bench.clock.now() + 1);
  await bench.clock.run();
  bench.engine.close();
  const file = new DatabaseSync(database);
  for (const table of [
    'executions',
    'history',
    'frames',
    'items',
    'links',
    'inbox',
    'tokens',
    'map_runs',
    'redrives',
  ]) {
    expect([table, file.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get()]).toEqual([table, { n: 0 }]);
  }
  file.close();
});

const fileOf = (layout: number): string => {
  const path = join(dir, `layout-${layout}.sqlite`);
  const made = openFile(path);
  made.exec('CREATE TABLE executions (id INTEGER PRIMARY KEY, stopped INTEGER); INSERT INTO executions VALUES (1, 5);');
  made.exec(`PRAGMA user_version = ${layout}`);
  made.close();
  return path;
};

it('a file of the layout before is copied and taken to this one', () => {
  const path = fileOf(4);
  const opened = openFile(path);
  expect(opened.prepare('PRAGMA user_version').get()).toEqual({ user_version: 5 });
  expect(opened.prepare("SELECT name FROM sqlite_schema WHERE type = 'index'").all()).toEqual([
    { name: 'executions_ended' },
  ]);
  opened.close();
  const copy = new DatabaseSync(`${path}.layout-4`);
  expect(copy.prepare('PRAGMA user_version').get()).toEqual({ user_version: 4 });
  expect(copy.prepare('SELECT * FROM executions').all()).toEqual([{ id: 1, stopped: 5 }]);
  copy.close();
  expect(statSync(`${path}.layout-4`).mode & 0o777).toBe(0o600);
});

it.each([
  [
    9,
    'it was made by a later version of the engine (layout 9, this one knows 5); start that one, or with another file',
  ],
  [3, 'it was made by a version of the engine that was never in use (layout 3)'],
])('a file of layout %i is refused, and stays as it is', (layout, because) => {
  const path = fileOf(layout);
  expect(() => openFile(path)).toThrow(`${path}: ${because}`);
  const file = new DatabaseSync(path);
  expect(file.prepare('PRAGMA user_version').get()).toEqual({ user_version: layout });
  file.close();
});
