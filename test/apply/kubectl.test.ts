import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type ReachableServer, realByKubeconfig } from '../cli/api-server.ts';
import { folderWith, tidegate } from '../cli/tidegate.ts';
import { describeOnControlPlane } from '../control-plane/binaries.ts';
import { hasKubectl, kubectlIn } from '../kubectl.ts';
import { configMap, service } from './manifests.ts';

const text = (...items: readonly unknown[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

describeOnControlPlane('sets that kubectl and tidegate share', 'api', (binaries) => {
  if (!hasKubectl) return void test.skip('skipped: no kubectl');
  let server: ReachableServer;
  let folder: string;
  beforeAll(async () => {
    server = await realByKubeconfig(binaries);
    folder = folderWith({
      kubeconfig: server.kubeconfig,
      'all.yaml': text(configMap('kept'), configMap('left'), service('left')),
      'fewer.yaml': text(configMap('kept')),
    });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await server?.stop();
  });

  const kubectl = (...args: readonly string[]) => kubectlIn(folder, join(folder, 'kubeconfig'))(...args);
  const byKubectl = (namespace: string, file: string) =>
    kubectl(
      ...[
        'apply',
        '-f',
        file,
        '--server-side',
        '--force-conflicts',
        '--prune',
        '-n',
        namespace,
        '--applyset=configmap/tidegate-web',
      ],
    );
  const byUs = async (namespace: string, file: string) => {
    const ran = await tidegate(
      folder,
      ['apply', file, '--set', 'web', '-n', namespace, '--json'].map((arg) => (arg === '-n' ? '--namespace' : arg)),
      {
        KUBECONFIG: join(folder, 'kubeconfig'),
      },
    );
    const lines = ran.out.slice(0, -1).map((line) => JSON.parse(line) as { action: string; identity: string });
    return { exitCode: ran.exitCode, lines: lines.map(({ action, identity }) => `${action} ${identity}`).sort() };
  };
  const names = async (namespace: string) => {
    const lists = ['configmaps', 'services'].map((kind) =>
      server.request('GET', `/api/v1/namespaces/${namespace}/${kind}`),
    );
    const items = (await Promise.all(lists)).flatMap(
      ({ body }) => body.items as readonly { metadata: { name: string } }[],
    );
    return items
      .map(({ metadata }) => metadata.name)
      .filter((name) => name !== 'kube-root-ca.crt')
      .sort();
  };
  const make = (name: string) =>
    server.request('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

  describe('both ways', () => {
    it('kubectl accepts a set of ours and prunes it, and we go on after it', async () => {
      await make('ours-first');
      expect((await byUs('ours-first', 'all.yaml')).exitCode).toBe(0);
      const pruned = await byKubectl('ours-first', 'fewer.yaml');
      expect([pruned.exitCode, pruned.said]).toEqual([0, expect.stringContaining('configmap/left pruned')]);
      expect(await names('ours-first')).toEqual(['kept', 'tidegate-web']);
      expect((await byUs('ours-first', 'all.yaml')).lines.map((line) => line.split(' ')[0])).not.toContain('refused');
      expect(await names('ours-first')).toEqual(['kept', 'left', 'left', 'tidegate-web']);
    });

    it('a set that kubectl made is taken on and pruned by us', async () => {
      await make('theirs-first');
      const made = await byKubectl('theirs-first', 'all.yaml');
      expect([made.exitCode, made.said]).toEqual([0, expect.stringContaining('configmap/kept serverside-applied')]);
      const ran = await byUs('theirs-first', 'fewer.yaml');
      expect([ran.exitCode, ran.lines.filter((line) => line.startsWith('pruned'))]).toEqual([
        0,
        ['pruned /ConfigMap/theirs-first/left', 'pruned /Service/theirs-first/left'],
      ]);
      expect(await names('theirs-first')).toEqual(['kept', 'tidegate-web']);
    });
  });
});
