import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configMap } from '../apply/manifests.ts';
import { describeOnControlPlane } from '../control-plane/binaries.ts';
import { type ReachableServer, realByKubeconfig, simulatedOverSocket } from './api-server.ts';
import { applySuite } from './apply.suite.ts';
import { folderWith, tidegate } from './tidegate.ts';

describe('tidegate apply on the simulated server', () => {
  let server: ReachableServer;
  beforeAll(async () => {
    server = await simulatedOverSocket();
  });
  afterAll(() => server?.stop());
  applySuite(() => server);
});

describeOnControlPlane('tidegate apply on the real control plane', 'controllers', (binaries) => {
  let server: ReachableServer;
  beforeAll(async () => {
    server = await realByKubeconfig(binaries);
  });
  afterAll(() => server?.stop());
  applySuite(() => server);
});

describe('tidegate apply without a cluster', () => {
  let folder: string;
  const kubeconfig = (server: string) =>
    JSON.stringify({
      clusters: [{ name: 'a', cluster: { server } }],
      users: [{ name: 'a', user: { token: 'secret-token' } }],
      contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
      'current-context': 'a',
    });
  beforeAll(() => {
    folder = folderWith({
      '.kube/config': kubeconfig('https://127.0.0.1:1'),
      'map.json': JSON.stringify(configMap('settings')),
      'twice.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, name: b}\n',
      'generated.yaml': 'apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: a-}\n',
      'comment.yaml': '# nothing was rendered\n---\n',
      'mistakes.yaml': '- 1\n'.repeat(60),
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['no set', ['map.json'], '--set is missing'],
    ['a set that can not be named so', ['map.json', '--set', 'A B'], '--set A B: expected'],
    ['no paths', ['--set', 'web'], "missing required argument 'path'"],
    ['a path that is not there', ['gone.yaml', '--set', 'web'], 'gone.yaml: there is no such file'],
    ['a key written twice', ['twice.yaml', '--set', 'web'], 'DUP_KEY twice.yaml:3'],
    ['an object without a name of its own', ['generated.yaml', '--set', 'web'], 'generateName'],
    ['a kubeconfig that is not there', ['map.json', '--set', 'web', '--kubeconfig', 'no'], 'can not be read'],
    ['a context nobody knows', ['map.json', '--set', 'web', '--context', 'b'], 'contexts holds 0 entries named "b"'],
    ['files without an object', ['comment.yaml', '--set', 'web'], 'comment.yaml: no object is in there; to remove all'],
  ])('exits 2 for %s', async (_, args, said) => {
    const ran = await tidegate(folder, ['apply', ...args]);
    expect(ran.exitCode).toBe(2);
    expect(ran.err).toContain(said);
    expect(ran.out).toEqual([]);
  });

  it('has a summary as its last line whatever happens, with what was wrong where nothing was applied', async () => {
    const ran = await tidegate(folder, ['apply', 'comment.yaml', '--set', 'web', '--json']);
    expect([ran.exitCode, ran.out.map((line) => JSON.parse(line))]).toEqual([
      2,
      [
        {
          summary: {
            ...{ created: 0, changed: 0, unchanged: 0, migrated: 0, recreated: 0, pruned: 0 },
            ...{ conflict: 0, refused: 0, failed: 0, skipped: 0, notReady: 0, kept: [] },
          },
          error: { code: 'BAD_INPUT', message: expect.stringContaining('comment.yaml: no object is in there') },
        },
      ],
    ]);
  });

  it('lists the first mistakes of a text that is nothing but mistakes, and counts the others', async () => {
    const ran = await tidegate(folder, ['apply', 'mistakes.yaml', '--set', 'web']);
    const lines = ran.err.trim().split('\n');
    expect([ran.exitCode, lines.length]).toEqual([2, 52]);
    expect(lines[1]).toContain('mistakes.yaml:1 (document 1): [0]: ');
    expect(lines.at(-1)).toMatch(/^… and \d+ more$/);
  });

  it('loads what it takes to read manifests and ask a server, and no client of a cloud', async () => {
    const hook = fileURLToPath(new URL('loaded-packages.mjs', import.meta.url));
    const ran = await tidegate(folder, ['apply', 'map.json', '--set', 'web'], { NODE_OPTIONS: `--import=${hook}` });
    expect(ran.err).toContain('packages: commander yaml');
    const help = await tidegate(folder, ['--help'], { NODE_OPTIONS: `--import=${hook}` });
    expect(help.err).toBe('packages: commander');
  });

  it('says failed of every object when the cluster does not answer, and never a token', async () => {
    const ran = await tidegate(folder, ['apply', 'map.json', '--set', 'web', '--json']);
    const [line, last] = ran.out.map((text) => JSON.parse(text) as Record<string, unknown>);
    expect([ran.exitCode, line?.action, line?.identity]).toEqual([3, 'failed', '/ConfigMap//settings']);
    expect(line?.reason).toContain('127.0.0.1:1');
    expect(last?.summary).toMatchObject({ failed: 1 });
    expect(`${ran.out.join()}${ran.err}`).not.toContain('secret-token');
  });
});
