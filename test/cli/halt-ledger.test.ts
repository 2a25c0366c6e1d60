import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { haltLedger } from '../../cli/halt-ledger.ts';
import { holdKey, readHolds } from '../../shared/ledger/holds.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';

const dir = mkdtempSync(join(tmpdir(), 'tidegate-halt-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const clock = { now: () => 1_000, sleep: async () => undefined, after: () => () => undefined };
const halt = {
  kind: 'halt',
  scope: 'fleet',
  name: '',
  by: 'local',
  because: 'smoke',
  at: 1_000,
  allowsRollback: false,
};

test('a halt reaches the ledger of an instance that uses it, without a console, from a folder below', async () => {
  const home = join(dir, '.tidegate');
  mkdirSync(join(dir, 'services'), { recursive: true });
  mkdirSync(home);
  const running = openSqliteLedger(join(home, 'ledger.sqlite'), clock);
  expect(await haltLedger({ env: {}, directory: join(dir, 'services'), clock }, 'smoke')).toEqual(halt);
  expect(await readHolds(running)).toEqual([halt]);
  // Again, as in a panic: it stands with the newest reason.
  await haltLedger({ env: {}, directory: dir, clock }, 'fire');
  expect(await readHolds(running)).toEqual([{ ...halt, because: 'fire' }]);
  running.close();
});

test('where no instance keeps itself nothing is made up', async () => {
  expect(
    await haltLedger({ env: { TIDEGATE_HOME: join(dir, 'none') }, directory: dir, clock }, 'smoke'),
  ).toBeUndefined();
});

test('the key that the page of the deployed form tells to write by hand is the one that is read', () => {
  expect(holdKey({ kind: 'halt', scope: 'fleet', name: '' })).toEqual({ partition: 'holds', sort: 'halt#fleet#' });
});
