import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { memoryFolder } from '../memory-folder.ts';
import { smallFleetConfig } from './fleet-config.ts';
import { image, openRehearsal } from './rehearsal.ts';

// After the rehearsal has put its clock in place.
const { openFile } = await import('../../local/engine/sqlite/open-file.ts');
const { openDatabase } = await import('../../local/fleet/kubernetes/storage/sqlite.ts');
const { openSqliteLedger } = await import('../../shared/ledger/sqlite.ts');
const { processClock } = await import('../../shared/outside/clock.ts');

const dir = memoryFolder('tidegate-upgraded-');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What undoes the steps of each file: it is then, table by table, what the versions before made. */
const older: Readonly<Record<string, string>> = {
  'ledger.sqlite': 'DROP INDEX ledger_expiring; UPDATE ledger_schema SET version = 1;',
  'engine.sqlite': 'DROP INDEX executions_ended; PRAGMA user_version = 4;',
  'fleet.sqlite': 'PRAGMA user_version = 0;',
};
const later: Readonly<Record<string, string>> = {
  'ledger.sqlite': 'UPDATE ledger_schema SET version = 9;',
  'engine.sqlite': 'PRAGMA user_version = 9;',
  'fleet.sqlite': 'PRAGMA user_version = 9;',
};

const change = (file: string, sql: string): void => {
  const database = new DatabaseSync(join(dir, file));
  database.exec(sql);
  database.close();
};

test('an instance of an older version, ended within a rollout, is gone on with by this one to the same end', async () => {
  const before = await openRehearsal({ dir, config: smallFleetConfig('v1') });
  await before.settleFirst();
  const mark = before.mark();
  const second = await before.merge({ 'tidegate.json': smallFleetConfig('v2') }, 'Version 2');
  await before.until(() => before.writes('gke-internal', mark).length > 0);
  await before.close();
  for (const [file, sql] of Object.entries(older)) change(file, sql);

  const after = await openRehearsal({ dir, config: smallFleetConfig('v1') });
  const copies = readdirSync(dir).filter((name) => name.includes('.layout-'));
  expect(copies.map((name) => [name, statSync(join(dir, name)).mode & 0o777])).toEqual([
    ['engine.sqlite.layout-4', 0o600],
    ['ledger.sqlite.layout-1', 0o600],
  ]);
  await after.decide(await after.asked(), 'approve');
  expect(await after.ended(second)).toMatchObject({ outcome: 'succeeded' });
  for (const target of after.targets) expect([target, after.running(target)]).toEqual([target, [image('v2')]]);
  await after.close();

  // A later version wrote them: refused, each in a sentence that says what to do.
  for (const [file, sql] of Object.entries(later)) change(file, sql);
  expect(() => openSqliteLedger(join(dir, 'ledger.sqlite'), processClock)).toThrow(
    /has schema version 9, .* open it with the Tidegate/,
  );
  expect(() => openFile(join(dir, 'engine.sqlite'))).toThrow(
    /later version of the engine \(layout 9, this one knows 5\)/,
  );
  const fleet = new DatabaseSync(join(dir, 'fleet.sqlite'));
  expect(() => openDatabase(fleet)).toThrow('fleet.sqlite has layout 9, this Tidegate knows 1');
  fleet.close();
});
