import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
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
    bare.exec('UPDATE ledger_schema SET version = 2');
    bare.close();
    expect(() => openSqliteLedger(path, handClock(0))).toThrow(
      `ledger ${path}: has schema version 2, expected version 1; open it with the Tidegate that wrote it`,
    );
  });
});
