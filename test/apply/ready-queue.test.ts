import { describe, expect, it } from 'vitest';
import { type Ended, runQueue } from '../../shared/apply/ready-queue.ts';
import type { ObjectId } from '../../shared/rollout/plan.ts';

const id = (name: string): ObjectId => `/ConfigMap/shop/${name}`;
const edges = (pairs: Readonly<Record<string, readonly string[]>>): ReadonlyMap<ObjectId, readonly ObjectId[]> =>
  new Map(Object.entries(pairs).map(([name, before]) => [id(name), before.map(id)]));
const orderOf = (names: string, needs: Readonly<Record<string, readonly string[]>> = {}, after = {}) => ({
  order: [...names].map(id),
  needs: edges(needs),
  after: edges(after),
});

/** Ends each object as told, in a later turn of the event loop, and notes when it began. */
const worker = (how: Readonly<Record<string, Ended>> = {}) => {
  const begun: string[] = [];
  const running = { now: 0, most: 0 };
  const work = async (object: ObjectId): Promise<Ended> => {
    const name = object.split('/').at(-1) ?? '';
    begun.push(name);
    running.most = Math.max(running.most, ++running.now);
    await new Promise((resolve) => setImmediate(resolve));
    running.now--;
    return how[name] ?? 'done';
  };
  return { begun, running, work };
};

describe('runQueue', () => {
  it('begins in order, at most 16 at a time', async () => {
    const { begun, running, work } = worker();
    const result = await runQueue(orderOf('abcdefghijklmnopqrst'), work);
    expect([begun.join(''), running.most, result.isComplete]).toEqual(['abcdefghijklmnopqrst', 16, true]);
  });

  it('begins an object only when all it needs is done', async () => {
    const { begun, work } = worker();
    await runQueue(orderOf('abc', { b: ['a'], c: ['b'] }), work);
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('skips what needs a failed object, near and far, and nothing else', async () => {
    const { begun, work } = worker({ a: 'failed' });
    const result = await runQueue(orderOf('abcd', { b: ['a'], c: ['b'] }), work);
    expect([begun, [...result.skipped], result.isComplete]).toEqual([
      ['a', 'd'],
      [
        [id('b'), id('a')],
        [id('c'), id('b')],
      ],
      true,
    ]);
  });

  it('begins what only comes after a failed object', async () => {
    const { begun, work } = worker({ a: 'failed' });
    await runQueue(orderOf('ab', {}, { b: ['a'] }), work);
    expect(begun).toEqual(['a', 'b']);
  });

  it('begins nothing more once it is halted', async () => {
    const { begun, work } = worker({ a: 'halted' });
    const result = await runQueue(orderOf('ab', {}, { b: ['a'] }), work);
    expect([begun, result.isComplete]).toEqual([['a'], false]);
  });

  it('lets what runs end before it throws', async () => {
    const ended: string[] = [];
    const work = async (object: ObjectId): Promise<Ended> => {
      if (object === id('a')) throw new Error('lost');
      await new Promise((resolve) => setImmediate(resolve));
      ended.push(object);
      return 'done';
    };
    await expect(runQueue(orderOf('abc', { c: ['b'] }), work)).rejects.toThrow('lost');
    expect(ended).toEqual([id('b')]);
  });
});
