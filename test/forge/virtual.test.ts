import { clone, log } from 'isomorphic-git';
import { createFsFromVolume, Volume } from 'memfs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ada, branchWith, call, clientOf, open } from './in-memory.ts';

describe('the forge without the platform parts that virtual mode hides', () => {
  beforeAll(() => {
    // isomorphic-git looks for these once, at its first use in the process: they are hidden before it.
    Reflect.deleteProperty(globalThis, 'CompressionStream');
    Reflect.deleteProperty(globalThis, 'DecompressionStream');
    Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined, configurable: true });
  });

  it('makes the same commits and the same webhooks, byte for byte, from the same clock and seed', async () => {
    const story = async () => {
      const { forge, delivered } = await open();
      await forge.seed({ 'a.txt': 'one\n', 'deep/er/b.txt': 'b\n' }, 'First', ada);
      await Promise.all([branchWith(forge, 'one', { 'a.txt': 'two\n' }), branchWith(forge, 'two', { 'c.txt': 'c\n' })]);
      await call(forge, 'POST', '/pulls', { title: 'One', head: 'one', base: 'main' });
      await call(forge, 'POST', '/pulls', { title: 'Two', head: 'two', base: 'main' });
      const commits = [await forge.merge(1, ada), await forge.merge(2, ada), await forge.commit({ d: 'd' }, 'D', ada)];
      await forge.settled();
      return { commits, delivered };
    };
    const first = await story();
    expect(await story()).toEqual(first);
    expect(new Set(first.commits).size).toBe(3);
  });

  it('is read by isomorphic-git with its whole history', async () => {
    const { forge } = await open();
    await forge.seed({ 'a.txt': 'one\n' }, 'First', ada);
    await forge.commit({ 'a.txt': 'two\n' }, 'Second', ada);
    const volume = createFsFromVolume(new Volume());
    const url = 'https://forge.test/acme/config.git';
    await clone({ fs: volume, http: clientOf(forge), dir: '/work', url });
    expect((await log({ fs: volume, dir: '/work' })).map(({ commit }) => commit.message)).toEqual([
      'Second\n',
      'First\n',
    ]);
    expect(volume.readFileSync('/work/a.txt', 'utf8')).toBe('two\n');
  });
});
