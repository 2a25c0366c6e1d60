import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headOf } from '../../shared/intake/github.ts';
import { fetchCommit } from '../../shared/intake/read-config.ts';
import { listen } from '../forge/loopback.ts';
import { ada, openPlace, type Place, signal } from './place.ts';

describe('fetchCommit', () => {
  let place: Place;
  beforeEach(async () => {
    place = await openPlace();
  });
  afterEach(() => place.close());

  it('reads every file of the commit it is given, also when the branch has moved on', async () => {
    const bytes = Uint8Array.from([0, 255, 13, 10]);
    const first = await place.forge.seed({ 'b/c.bin': bytes, 'a.txt': 'one\n', 'b.txt': '' }, 'First', ada);
    await place.forge.commit({ 'a.txt': 'two\n', 'b.txt': null }, 'Second', ada);
    const files = await fetchCommit(place.outside, first, signal);
    expect([...files].map(([path, content]) => [path, [...content]])).toEqual([
      ['a.txt', [...Buffer.from('one\n')]],
      ['b.txt', []],
      ['b/c.bin', [...bytes]],
    ]);
    const head = await fetchCommit(place.outside, await headOf(place.outside, signal), signal);
    expect([...head.keys()]).toEqual(['a.txt', 'b/c.bin']);
  });

  it.each([
    [
      'd'.repeat(40),
      'config at dddddddddddd: no branch of the config repository leads to this commit; merge it, then try again',
    ],
    ['main', 'config at main: is not a commit id; expected 40 lower-case hexadecimal digits'],
  ])('%s is refused', async (commit, message) => {
    await place.forge.seed({ 'a.txt': 'one\n' }, 'First', ada);
    await expect(fetchCommit(place.outside, commit, signal)).rejects.toMatchObject({ name: 'ConfigRefused', message });
  });

  it('names the limit that is passed', async () => {
    const many = Object.fromEntries(Array.from({ length: 5_001 }, (_, index) => [`f${index}`, 'x']));
    const first = await place.forge.seed(many, 'Many', ada);
    await expect(fetchCommit(place.outside, first, signal)).rejects.toThrow(
      `config at ${first.slice(0, 12)}: has more than 5000 files; keep what is not config elsewhere`,
    );
    const large = { ...Object.fromEntries(Object.keys(many).map((path) => [path, null])), big: 'x'.repeat(20_000_001) };
    const second = await place.forge.commit(large, 'Large', ada);
    await expect(fetchCommit(place.outside, second, signal)).rejects.toThrow(
      /hold more than 20000000 bytes \(reached at big\)/,
    );
  });

  it('refuses a symbolic link and leaves a submodule out', async () => {
    const server = await listen((request) => place.forge.handle(request));
    const dir = mkdtempSync(join(tmpdir(), 'links-'));
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=Bob', '-c', 'user.email=bob@example.com', ...args], {
        cwd: dir,
        encoding: 'utf8',
      }).trim();
    try {
      const { execFile } = await import('node:child_process');
      const { promisify } = await import('node:util');
      const push = () =>
        promisify(execFile)('git', ['push', '-q', `${server.url}/acme/config.git`, 'HEAD:refs/heads/main'], {
          cwd: dir,
        });
      git('init', '-q', '-b', 'main');
      writeFileSync(join(dir, 'a.txt'), 'one\n');
      git('add', '.');
      git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},vendor/lib`);
      git('commit', '-qm', 'Submodule');
      await push();
      const files = await fetchCommit(place.outside, git('rev-parse', 'HEAD'), signal);
      expect([...files.keys()]).toEqual(['a.txt']);
      expect(place.lines).toEqual([
        'a submodule of the config repository is left out: only files of the commit itself are released',
      ]);
      symlinkSync('/etc/passwd', join(dir, 'link'));
      git('add', 'link');
      git('commit', '-qm', 'Link');
      await push();
      await expect(fetchCommit(place.outside, git('rev-parse', 'HEAD'), signal)).rejects.toThrow(
        /link is a symbolic link; put a copy of the file in its place/,
      );
    } finally {
      rmSync(dir, { recursive: true, force: true });
      await server.close();
    }
  });

  it.each([
    [401, {}, 'ConfigRepositoryRefused', /the token is not accepted/],
    [403, {}, 'ConfigRepositoryRefused', /the token lacks a right/],
    [403, { 'x-ratelimit-remaining': '0' }, 'ConfigRepositoryUnavailable', /asks us to slow down/],
    [404, {}, 'ConfigRepositoryRefused', /it is not there/],
    [429, {}, 'ConfigRepositoryUnavailable', /asks us to slow down/],
    [502, {}, 'ConfigRepositoryUnavailable', /answered 502/],
  ])('says what a status of %i means (%j)', async (status, headers, name, message) => {
    const broken = { ...place.outside, http: async () => new Response('<html>', { status, headers }) };
    const expected = { name, message: expect.stringMatching(message) };
    await expect(fetchCommit(broken, 'a'.repeat(40), signal)).rejects.toMatchObject(expected);
    if (status !== 404) await expect(headOf(broken, signal)).rejects.toMatchObject(expected);
  });

  it('does not take an error page for an answer', async () => {
    const broken = { ...place.outside, http: async () => new Response('<html>', { status: 200 }) };
    await expect(headOf(broken, signal)).rejects.toMatchObject({ name: 'ConfigRepositoryRefused' });
  });
});
