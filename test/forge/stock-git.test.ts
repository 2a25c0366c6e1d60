import { execFile } from 'node:child_process';
import fs, { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createForge, type Forge } from '../../local/forge/forge.ts';
import { syncFs } from '../../local/forge/sync-fs.ts';
import { seededRandom } from '../../shared/outside/random.ts';
import { listen } from './loopback.ts';

const run = promisify(execFile);
const ada = { name: 'Ada', email: 'ada@example.com' };

describe('stock git against the forge', () => {
  let dir: string;
  let forge: Forge;
  let server: Awaited<ReturnType<typeof listen>>;
  let delivered: { event: string; ref?: string; forced?: boolean }[];

  const open = (token?: string): Promise<Forge> =>
    createForge({
      clock: { now: () => Date.UTC(2026, 0, 2, 3, 4, 5) },
      random: seededRandom('stock git'),
      fs: syncFs(fs),
      dir: join(dir, 'config.git'),
      name: 'acme/config',
      branch: 'main',
      webhookUrl: 'http://hooks.test/github',
      ...(token === undefined ? {} : { token }),
      deliver: async (_url, headers, body) => {
        const { ref, forced } = JSON.parse(body);
        delivered.push({ event: headers['x-github-event'] ?? '', ref, forced });
      },
    });
  const git = async (cwd: string, ...args: string[]): Promise<string> => {
    const env = {
      PATH: process.env.PATH,
      HOME: dir,
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Bob',
      GIT_AUTHOR_EMAIL: 'bob@example.com',
      GIT_COMMITTER_NAME: 'Bob',
      GIT_COMMITTER_EMAIL: 'bob@example.com',
    };
    const { stdout, stderr } = await run('git', args, { cwd, env });
    return `${stdout}${stderr}`.trim();
  };
  const work = (name = 'work') => join(dir, name);
  const clone = (...options: string[]) => git(dir, 'clone', '-q', ...options, `${server.url}/acme/config.git`, 'work');

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'forge-'));
    delivered = [];
    forge = await open();
    server = await listen((request) => forge.handle(request));
    await forge.seed({ 'fleet.json': '{}\n', 'services/storage.yaml': 'a: 1\n' }, 'First', ada);
  });
  afterEach(async () => {
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('clones, and the repository passes git fsck', async () => {
    await clone();
    expect(readFileSync(join(work(), 'services/storage.yaml'), 'utf8')).toBe('a: 1\n');
    expect(await git(work(), 'log', '--format=%an %at %s')).toBe('Ada 1767323045 First');
    expect(await git(join(dir, 'config.git'), 'fsck', '--strict')).toBe('');
  });

  it('an empty repository clones empty and takes its first push', async () => {
    rmSync(join(dir, 'config.git'), { recursive: true });
    forge = await open();
    await clone();
    writeFileSync(join(work(), 'a'), 'a\n');
    await git(work(), 'checkout', '-q', '-b', 'main');
    await git(work(), 'add', '.');
    await git(work(), 'commit', '-qm', 'One');
    await git(work(), 'push', '-q', 'origin', 'main');
    await clone('--branch', 'main').catch(() => undefined);
    expect(await git(dir, 'ls-remote', `${server.url}/acme/config.git`, 'refs/heads/main')).toBe(
      `${await git(work(), 'rev-parse', 'HEAD')}\trefs/heads/main`,
    );
  });

  it('a shallow clone has one commit, deepens by one, and then has all of it', async () => {
    for (const round of ['2', '3', '4'])
      await forge.commit({ 'services/storage.yaml': `a: ${round}\n` }, `Set ${round}`, ada);
    await clone('--depth', '1');
    expect(await git(work(), 'log', '--format=%s')).toBe('Set 4');
    await git(work(), 'fetch', '-q', '--depth', '2');
    expect(await git(work(), 'log', '--format=%s')).toBe('Set 4\nSet 3');
    await git(work(), 'fetch', '-q', '--unshallow');
    expect(await git(work(), 'log', '--format=%s')).toBe('Set 4\nSet 3\nSet 2\nFirst');
    expect(await git(work(), 'fsck', '--strict')).toBe('');
  });

  it('a pull brings only what is new, also after many commits on both sides', async () => {
    await clone();
    for (let round = 0; round < 40; round += 1) {
      writeFileSync(join(work(), 'mine'), `${round}\n`);
      await git(work(), 'add', '.');
      await git(work(), 'commit', '-qm', `Mine ${round}`);
    }
    const there = await forge.commit({ theirs: '1\n', 'fleet.json': null }, 'Theirs', ada);
    await git(work(), 'fetch', '-q', 'origin');
    expect(await git(work(), 'rev-parse', 'origin/main')).toBe(there);
    expect(await git(work(), 'ls-tree', '--name-only', 'origin/main')).toBe('services\ntheirs');
    expect(await git(work(), 'fsck', '--strict')).toBe('');
  });

  it('a push makes and moves a branch, is told by webhook, and a released branch refuses to lose history', async () => {
    await clone();
    writeFileSync(join(work(), 'big'), 'x'.repeat(300_000));
    await git(work(), 'checkout', '-q', '-b', 'topic');
    await git(work(), 'add', '.');
    await git(work(), 'commit', '-qm', 'Big');
    await git(work(), 'push', '-q', 'origin', 'topic');
    await git(work(), 'commit', '-q', '--amend', '-m', 'Other');
    await expect(git(work(), 'push', '-q', 'origin', 'topic')).rejects.toThrow(/non-fast-forward/);
    await git(work(), 'push', '-q', '--force', 'origin', 'topic');
    await git(work(), 'push', '-q', 'origin', 'topic:main');
    await expect(git(work(), 'push', '-q', '--force', 'origin', 'HEAD~1:main')).rejects.toThrow(/protected branch/);
    await expect(git(work(), 'push', '-q', 'origin', ':main')).rejects.toThrow(/protected branch/);
    await git(work(), 'push', '-q', 'origin', ':topic');
    await forge.settled();
    expect(delivered).toEqual([
      { event: 'push', ref: 'refs/heads/topic', forced: false },
      { event: 'push', ref: 'refs/heads/topic', forced: true },
      { event: 'push', ref: 'refs/heads/main', forced: false },
      { event: 'push', ref: 'refs/heads/topic', forced: false },
    ]);
    expect(await git(join(dir, 'config.git'), 'fsck', '--strict')).not.toMatch(/error|missing|broken/);
  });

  it('a shallow clone pushes', async () => {
    await forge.commit({ 'fleet.json': '{"a": 1}\n' }, 'Second', ada);
    await clone('--depth', '1');
    writeFileSync(join(work(), 'more'), 'more\n');
    await git(work(), 'add', '.');
    await git(work(), 'commit', '-qm', 'Third');
    await git(work(), 'push', '-q', 'origin', 'main');
    expect(await git(join(dir, 'config.git'), 'log', '--format=%s', 'main')).toBe('Third\nSecond\nFirst');
  });

  it('an annotated tag is pushed and fetched with what it names', async () => {
    await clone();
    await git(work(), 'tag', '-a', 'v1', '-m', 'One');
    await git(work(), 'push', '-q', 'origin', 'v1');
    await git(dir, 'clone', '-q', `${server.url}/acme/config.git`, 'again');
    expect(await git(work('again'), 'cat-file', '-t', 'v1')).toBe('tag');
  });

  it('a pack that is not whole moves nothing', async () => {
    const from = '0'.repeat(40);
    const line = `${from} ${'a'.repeat(40)} refs/heads/bad\0report-status\n`;
    const body = `${(line.length + 4).toString(16).padStart(4, '0')}${line}0000PACK\0\0\0\x02\0\0\0\x01 not a pack at all, not at all`;
    const response = await fetch(`${server.url}/acme/config.git/git-receive-pack`, { method: 'POST', body });
    expect(await response.text()).toBe(
      '0030unpack the pack does not match its checksum\n0025ng refs/heads/bad unpacker error\n0000',
    );
    expect(await git(dir, 'ls-remote', '--heads', `${server.url}/acme/config.git`)).not.toContain('bad');
  });

  it('with a token, git without it is asked to sign in', async () => {
    forge = await open('t0ken');
    await expect(clone()).rejects.toThrow(/could not read Username|Authentication failed/);
    await git(dir, 'clone', '-q', `${server.url.replace('//', '//x:t0ken@')}/acme/config.git`, 'work');
    expect(readFileSync(join(work(), 'fleet.json'), 'utf8')).toBe('{}\n');
  });
});
