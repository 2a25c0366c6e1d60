import { mkdirSync, mkdtempSync, rmdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { keptUntil } from '../../shared/ledger/retention.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { handClock, ledgerContract } from './contract.ts';

const freshPath = () => join(mkdtempSync(join(tmpdir(), 'tidegate-ledger-')), 'ledger.db');

describe('the ledger in memory', () => {
  ledgerContract(async (clock) => {
    const ledger = openSqliteLedger(':memory:', clock);
    return { ledger, close: ledger.close };
  });
});

describe('the ledger in a file', () => {
  ledgerContract(async (clock) => {
    const ledger = openSqliteLedger(freshPath(), clock);
    return { ledger, close: ledger.close };
  });

  it('still has its rows after it was opened again, without those past their time', async () => {
    const path = freshPath();
    const clock = handClock(1_000);
    const first = openSqliteLedger(path, clock);
    await first.put({ partition: 'p', sort: 'kept', data: { n: 1 }, expect: 'absent' });
    await first.put({ partition: 'p', sort: 'short', data: {}, expect: 'absent', expiresAt: 1_500 });
    first.close();
    clock.move(500);
    const second = openSqliteLedger(path, clock);
    second.close();
    const bare = new DatabaseSync(path);
    expect(bare.prepare('SELECT sort FROM ledger').all()).toEqual([{ sort: 'kept' }]);
    bare.close();
  });

  it('shows one opener what another one wrote', async () => {
    const path = freshPath();
    const clock = handClock(1_000);
    const one = openSqliteLedger(path, clock);
    const other = openSqliteLedger(path, clock);
    await one.put({ partition: 'p', sort: 's', data: {}, expect: 'absent' });
    expect(await other.put({ partition: 'p', sort: 's', data: {}, expect: 'absent' })).toBeUndefined();
    expect(await other.put({ partition: 'p', sort: 's', data: { n: 2 }, expect: 1 })).toMatchObject({ version: 2 });
    expect(await one.get({ partition: 'p', sort: 's' })).toEqual({
      partition: 'p',
      sort: 's',
      version: 2,
      data: { n: 2 },
    });
    one.close();
    other.close();
  });

  it('is readable by its owner alone', () => {
    const path = freshPath();
    openSqliteLedger(path, handClock(0)).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is not opened when a later version of Tidegate wrote it', () => {
    const path = freshPath();
    openSqliteLedger(path, handClock(0)).close();
    const bare = new DatabaseSync(path);
    bare.exec('UPDATE ledger_schema SET version = 3');
    bare.close();
    expect(() => openSqliteLedger(path, handClock(0))).toThrow(
      `ledger ${path}: has schema version 3, expected version 2 or an older one; open it with the Tidegate that wrote it, or take the copy beside it`,
    );
  });

  it('of an older version is copied aside and taken to this one, with every row', async () => {
    const path = freshPath();
    makeOlderLedger(path);
    const first = openSqliteLedger(path, handClock(0));
    expect(await first.get({ partition: 'p', sort: 's' })).toMatchObject({ version: 7, data: { n: 1 } });
    expect(await first.put({ partition: 'p', sort: 's', data: { n: 2 }, expect: 7 })).toMatchObject({ version: 8 });
    first.close();
    openSqliteLedger(path, handClock(0)).close();
    expect(schemaOf(path)).toEqual(schemaOf(newLedger()));
    const copy = new DatabaseSync(`${path}.layout-1`);
    expect(copy.prepare('SELECT data FROM ledger').all()).toEqual([{ data: '{"n":1}' }]);
    expect(copy.prepare('SELECT version FROM ledger_schema').all()).toEqual([{ version: 1 }]);
    copy.close();
    expect(statSync(`${path}.layout-1`).mode & 0o777).toBe(0o600);
  });

  it('of an older version gives its rows the time that they would have been written with', async () => {
    const path = freshPath();
    makeOlderLedger(path);
    const older = new DatabaseSync(path);
    older.exec(`INSERT INTO ledger VALUES
      ('rollout#r', 'head', 1, '{}', NULL), ('rollouts', 'r', 1, '{}', NULL), ('probes#r', 'slice', 1, '{}', NULL),
      ('targets', 'a', 1, '{}', NULL), ('deliveries', 'd', 1, '{}', 5000)`);
    older.close();
    const ledger = openSqliteLedger(path, handClock(1_000));
    const untilOf = async (partition: string, sort: string) => (await ledger.get({ partition, sort }))?.expiresAt;
    expect(await untilOf('rollout#r', 'head')).toBe(keptUntil('rollout#r', 1_000));
    expect(await untilOf('rollouts', 'r')).toBe(keptUntil('rollouts', 1_000));
    expect(await untilOf('probes#r', 'slice')).toBe(keptUntil('probes#r', 1_000));
    expect([await untilOf('targets', 'a'), await untilOf('deliveries', 'd')]).toEqual([undefined, 5_000]);
    ledger.close();
  });

  it('that could not be copied stays as it was', () => {
    const path = freshPath();
    makeOlderLedger(path);
    mkdirSync(`${path}.layout-1`);
    expect(() => openSqliteLedger(path, handClock(0))).toThrow();
    rmdirSync(`${path}.layout-1`);
    expect(schemaOf(path)).toEqual(olderSchema);
  });
});

/** The tables as version 1 made them (commit 5de1eed), and one row. */
const olderTables = `
  CREATE TABLE ledger_schema (version INTEGER NOT NULL);
  INSERT INTO ledger_schema VALUES (1);
  CREATE TABLE ledger (partition TEXT NOT NULL, sort TEXT NOT NULL, version INTEGER NOT NULL, data TEXT NOT NULL, expires_at INTEGER,
    PRIMARY KEY (partition, sort)) WITHOUT ROWID, STRICT;
  INSERT INTO ledger VALUES ('p', 's', 7, '{"n":1}', NULL);`;
const olderSchema = ['table ledger', 'table ledger_schema', 'version 1'];

const makeOlderLedger = (path: string): void => {
  const older = new DatabaseSync(path);
  older.exec(olderTables);
  older.close();
};

const newLedger = (): string => {
  const path = freshPath();
  openSqliteLedger(path, handClock(0)).close();
  return path;
};

const schemaOf = (path: string): readonly string[] => {
  const bare = new DatabaseSync(path);
  const made = bare.prepare("SELECT type || ' ' || name AS made FROM sqlite_schema ORDER BY made").all();
  const { version } = bare.prepare('SELECT version FROM ledger_schema').get() ?? {};
  bare.close();
  return [...made.map((row) => String(row.made)), `version ${version}`];
};
