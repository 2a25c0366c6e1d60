import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Data, Ledger, Row } from '../../shared/ledger/ledger.ts';
import { LedgerRefused } from '../../shared/ledger/row.ts';

/** A clock the test moves by hand. */
export interface HandClock {
  now(): number;
  move(ms: number): void;
}

export const handClock = (start: number): HandClock => {
  let now = start;
  return {
    now: () => now,
    move: (ms) => {
      now += ms;
    },
  };
};

const START = Date.parse('2026-03-01T12:00:00Z');

/**
 * Everything a caller of `Ledger` may rely on. Each case works in partitions of its own. `isAtomic: false` is for a stand-in whose own writes are
 * not, so that writers side by side say nothing of us there; each case of one writer after the other holds on it all the same.
 */
export const ledgerContract = (
  open: (clock: HandClock) => Promise<{ ledger: Ledger; close: () => Promise<void> | void }>,
  { isAtomic = true } = {},
): void => {
  describe('as every ledger', () => {
    const clock = handClock(START);
    let ledger: Ledger;
    let close: () => Promise<void> | void;
    beforeAll(async () => {
      ({ ledger, close } = await open(clock));
    });
    afterAll(() => close());

    const fill = async (partition: string, sorts: readonly string[]) => {
      for (const sort of sorts) await ledger.put({ partition, sort, data: { sort }, expect: 'absent' });
    };
    const sortsOf = (rows: readonly Row[]) => rows.map((row) => row.sort);

    it('gives back a row as it was written, with version 1', async () => {
      const data: Data = {
        text: 'ü "\n',
        count: 1.5,
        no: null,
        list: [1, [true], { a: '' }],
        '': false,
      };
      const row = { partition: 'rollout/a', sort: 'state', version: 1, data };
      expect(await ledger.put({ partition: 'rollout/a', sort: 'state', data, expect: 'absent' })).toEqual(row);
      expect(await ledger.get({ partition: 'rollout/a', sort: 'state' })).toEqual(row);
    });

    it('leaves out members without a value, also in what it returns from a write', async () => {
      const key = { partition: 'p-undefined', sort: 's' };
      const stored = await ledger.put({ ...key, data: { a: undefined, b: { c: undefined } }, expect: 'absent' });
      expect([stored, await ledger.get(key)].map((row) => JSON.stringify(row?.data))).toEqual(['{"b":{}}', '{"b":{}}']);
      expect(Object.keys(stored?.data ?? {})).toEqual(['b']);
    });

    it('has nothing under a key that was never written', async () => {
      expect(await ledger.get({ partition: 'rollout/none', sort: 'state' })).toBeUndefined();
    });

    it('writes only over the version that was read', async () => {
      const key = { partition: 'p-versions', sort: 's' };
      await ledger.put({ ...key, data: { n: 1 }, expect: 'absent' });
      expect(await ledger.put({ ...key, data: { n: 2 }, expect: 'absent' })).toBeUndefined();
      expect(await ledger.put({ ...key, data: { n: 2 }, expect: 2 })).toBeUndefined();
      expect(await ledger.put({ ...key, data: { n: 2 }, expect: 1 })).toEqual({ ...key, version: 2, data: { n: 2 } });
      expect(await ledger.put({ ...key, data: { n: 3 }, expect: 1 })).toBeUndefined();
      expect(await ledger.get(key)).toEqual({ ...key, version: 2, data: { n: 2 } });
    });

    it('does not create a row for a write that expects a version', async () => {
      const key = { partition: 'p-phantom', sort: 's' };
      expect(await ledger.put({ ...key, data: {}, expect: 1 })).toBeUndefined();
      expect(await ledger.get(key)).toBeUndefined();
    });

    it.runIf(isAtomic)('lets exactly one of many writers of one version win', async () => {
      const key = { partition: 'p-race', sort: 's' };
      const writers = Array.from({ length: 8 }, (_, n) => ledger.put({ ...key, data: { n }, expect: 'absent' }));
      const won = (await Promise.all(writers)).filter((row) => row !== undefined);
      expect(won).toHaveLength(1);
      expect(await ledger.get(key)).toEqual(won[0]);
    });

    it('removes a row at its version only, and says so the second time', async () => {
      const key = { partition: 'p-remove', sort: 's' };
      await ledger.put({ ...key, data: {}, expect: 'absent' });
      expect(await ledger.remove({ ...key, expect: 2 })).toBe(false);
      expect(await ledger.remove({ ...key, expect: 1 })).toBe(true);
      expect(await ledger.remove({ ...key, expect: 1 })).toBe(false);
      expect(await ledger.put({ ...key, data: {}, expect: 'absent' })).toEqual({ ...key, version: 1, data: {} });
    });

    it('never returns a row past its time, and lets it be written anew', async () => {
      const key = { partition: 'p-expiry', sort: 's' };
      const expiresAt = clock.now() + 1_500;
      const row = { ...key, version: 1, data: { n: 1 }, expiresAt };
      expect(await ledger.put({ ...key, data: { n: 1 }, expect: 'absent', expiresAt })).toEqual(row);
      clock.move(1_499);
      expect(await ledger.get(key)).toEqual(row);
      clock.move(1);
      expect(await ledger.get(key)).toBeUndefined();
      expect(await ledger.query(key.partition)).toEqual([]);
      expect(await ledger.put({ ...key, data: {}, expect: 1 })).toBeUndefined();
      expect(await ledger.remove({ ...key, expect: 1 })).toBe(false);
      expect(await ledger.put({ ...key, data: { n: 2 }, expect: 'absent' })).toEqual({
        ...key,
        version: 1,
        data: { n: 2 },
      });
    });

    it('takes the time of a row away when it is written without one', async () => {
      const key = { partition: 'p-kept', sort: 's' };
      await ledger.put({ ...key, data: {}, expect: 'absent', expiresAt: clock.now() + 10 });
      await ledger.put({ ...key, data: {}, expect: 1 });
      clock.move(20);
      expect(await ledger.get(key)).toEqual({ ...key, version: 2, data: {} });
    });

    it('changes everything of a transaction', async () => {
      const partition = 'p-all';
      await fill(partition, ['kept', 'gone']);
      const changes = [
        { partition, sort: 'new', data: { n: 1 }, expect: 'absent' as const },
        { partition, sort: 'kept', data: { n: 2 }, expect: 1 },
        { partition, sort: 'gone', expect: 1 },
      ];
      expect(await ledger.transact(changes)).toBe(true);
      expect(await ledger.query(partition)).toEqual([
        { partition, sort: 'kept', version: 2, data: { n: 2 } },
        { partition, sort: 'new', version: 1, data: { n: 1 } },
      ]);
    });

    it.each([
      ['a write over another version', { sort: 'kept', data: {}, expect: 7 }],
      ['a write of what is already there', { sort: 'kept', data: {}, expect: 'absent' as const }],
      ['a delete of what is not there', { sort: 'never', expect: 1 }],
    ])('changes nothing of a transaction with %s', async (_, failing) => {
      const partition = `p-none-${failing.sort}-${failing.expect}`;
      await fill(partition, ['kept']);
      const before = await ledger.query(partition);
      const first = { partition, sort: 'new', data: {}, expect: 'absent' as const };
      expect(await ledger.transact([first, { partition, ...failing }])).toBe(false);
      expect(await ledger.query(partition)).toEqual(before);
    });

    it('takes 100 changes in one transaction and no more', async () => {
      const many = (count: number) =>
        Array.from({ length: count }, (_, n) => ({
          partition: `p-${count}`,
          sort: `${n}`,
          data: {},
          expect: 'absent' as const,
        }));
      expect(await ledger.transact(many(100))).toBe(true);
      await expect(ledger.transact(many(101))).rejects.toThrow(LedgerRefused);
      expect(await ledger.query('p-101')).toEqual([]);
    });

    it('refuses a transaction that changes one row twice', async () => {
      const row = { partition: 'p-twice', sort: 's', data: {}, expect: 'absent' as const };
      await expect(ledger.transact([row, row])).rejects.toThrow('is changed twice in one transaction');
      expect(await ledger.get(row)).toBeUndefined();
    });

    it('orders rows by the bytes of their sort keys', async () => {
      // U+FF61 sorts before U+10000 in UTF-8 and after it in UTF-16, which JavaScript compares by.
      await fill('p-order', ['\u{10000}', '\u{FF61}', 'b', 'B', 'a/2', 'a/10', 'ä']);
      expect(sortsOf(await ledger.query('p-order'))).toEqual(['B', 'a/10', 'a/2', 'b', 'ä', '\u{FF61}', '\u{10000}']);
    });

    it.each([
      ['all', {}, ['a', 'b/1', 'b/2', 'b/3', 'c']],
      ['a prefix', { prefix: 'b/' }, ['b/1', 'b/2', 'b/3']],
      ['a prefix nothing has', { prefix: 'b/9' }, []],
      ['after a key', { after: 'b/2' }, ['b/3', 'c']],
      ['after a key that is not there', { after: 'b/25' }, ['b/3', 'c']],
      ['a prefix after a key', { prefix: 'b/', after: 'b/1' }, ['b/2', 'b/3']],
      ['a prefix after a key before it', { prefix: 'b/', after: 'a' }, ['b/1', 'b/2', 'b/3']],
      ['a prefix after a key behind it', { prefix: 'b/', after: 'c' }, []],
      ['the first two', { limit: 2 }, ['a', 'b/1']],
      ['the last two', { limit: 2, reverse: true }, ['c', 'b/3']],
      ['none', { limit: 0 }, []],
      ['a prefix after a key, last first', { prefix: 'b/', after: 'b/1', reverse: true }, ['b/3', 'b/2']],
    ])('finds %s', async (_, range, expected) => {
      const partition = 'p-range';
      if ((await ledger.query(partition, { limit: 1 })).length === 0)
        await fill(partition, ['a', 'b/1', 'b/2', 'b/3', 'c']);
      expect(sortsOf(await ledger.query(partition, range))).toEqual(expected);
    });

    it('returns a full page although rows in between are past their time', async () => {
      const partition = 'p-page';
      for (const sort of ['a', 'b', 'c', 'd']) {
        const short = sort === 'a' || sort === 'b';
        await ledger.put({ partition, sort, data: {}, expect: 'absent', ...(short && { expiresAt: clock.now() + 5 }) });
      }
      clock.move(5);
      expect(sortsOf(await ledger.query(partition, { limit: 2 }))).toEqual(['c', 'd']);
    });

    it.each([
      ['an empty sort key', { partition: 'p', sort: '' }],
      ['a sort key over 1,024 bytes', { partition: 'p', sort: 'ü'.repeat(513) }],
      ['a partition over 2,048 bytes', { partition: 'p'.repeat(2_049), sort: 's' }],
      ['half a character', { partition: 'p', sort: '\u{D800}' }],
    ])('refuses %s', async (_, key) => {
      await expect(ledger.put({ ...key, data: {}, expect: 'absent' })).rejects.toThrow(LedgerRefused);
      await expect(ledger.get(key)).rejects.toThrow(LedgerRefused);
    });

    it('takes 350 KB of data and no more', async () => {
      const key = { partition: 'p-large', sort: 's' };
      const of = (bytes: number) => ({ t: 'x'.repeat(bytes - '{"t":""}'.length) });
      await expect(ledger.put({ ...key, data: of(350 * 1024 + 1), expect: 'absent' })).rejects.toThrow(
        'put it in a blob',
      );
      expect((await ledger.put({ ...key, data: of(350 * 1024), expect: 'absent' }))?.version).toBe(1);
    });
  });
};
