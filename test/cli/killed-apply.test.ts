import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openNamedCluster } from '../../cli/kubeconfig.ts';
import { isGood } from '../../shared/apply/alone-words.ts';
import { applyAlone } from '../../shared/apply/apply-alone.ts';
import type { LiveObject } from '../../shared/apply/live-object.ts';
import { processClock } from '../../shared/outside/clock.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { afterwards, before, stateOf } from '../apply/killed-anywhere.suite.ts';
import { configMap } from '../apply/manifests.ts';
import { describeOnControlPlane } from '../control-plane/binaries.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { behaviourByName, startKubelet } from '../control-plane/kubelet.ts';
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts';
import { folderWith, startEnv } from './tidegate.ts';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const namespace = 'killed';
const yaml = (objects: readonly unknown[]) => objects.map((object) => JSON.stringify(object)).join('\n---\n');

describeOnControlPlane('tidegate apply, killed by SIGKILL', 'controllers', (binaries) => {
  let plane: ControlPlane;
  let proxy: CountingProxy;
  let stopKubelet: () => Promise<void>;
  let folder: string;

  beforeAll(async () => {
    plane = await startControlPlane(binaries);
    stopKubelet = startKubelet(plane.request, behaviourByName);
    proxy = await startCountingProxy(plane);
    folder = folderWith({
      direct: plane.kubeconfig,
      proxied: proxy.kubeconfig,
      'afterwards.yaml': yaml(afterwards),
    });
    const metadata = { name: namespace };
    await plane.request('/api/v1/namespaces', {
      method: 'POST',
      body: { apiVersion: 'v1', kind: 'Namespace', metadata },
    });
    const body = configMap('foreign');
    await plane.request(`/api/v1/namespaces/${namespace}/configmaps`, { method: 'POST', body });
    await apply([configMap('others')], 'other');
  });
  afterAll(async () => {
    await stopKubelet?.();
    await proxy?.stop();
    await plane?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const command = [
    ...['apply', 'afterwards.yaml', '--set', 'web', '--namespace', namespace],
    ...['--kubeconfig', 'proxied', '--json'],
  ];
  /** In this process, which does not die. */
  const apply = async (objects: readonly Manifest[], set = 'web') => {
    const { cluster } = await openNamedCluster(
      { env: {}, directory: folder, clock: processClock },
      'direct',
      undefined,
    );
    const rendered = objects.map((object) => ({ object, source: object.metadata.name }));
    const { summary } = await applyAlone(
      { set, namespace, objects: rendered, dryRun: false, prune: true, wait: true, patienceMs: 60_000 },
      { cluster, clock: processClock, interrupted: new AbortController().signal },
      { signal: new AbortController().signal, deadline: processClock.now() + 120_000 },
      { line: () => {}, say: () => {} },
    );
    expect(isGood(summary)).toBe(true);
  };
  /** Whether it was killed; else it ended before. */
  const applyUntil = (request: number) =>
    new Promise<boolean>((resolve, reject) => {
      const child = spawn(process.execPath, [main, ...command], {
        cwd: folder,
        env: { ...startEnv, HOME: folder },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      proxy.cutAfter(request, () => child.kill('SIGKILL'));
      child.on('error', reject);
      child.on('close', (_, signal) => resolve(signal === 'SIGKILL'));
    });
  const list = async (resource: string): Promise<readonly LiveObject[]> => {
    const group = resource === 'deployments' ? '/apis/apps/v1' : '/api/v1';
    const answer = await plane.request(`${group}/namespaces/${namespace}/${resource}`);
    const { items, kind } = (await answer.json()) as { readonly items: readonly LiveObject[]; readonly kind: string };
    return items.map((item) => ({ ...item, kind: kind.slice(0, -'List'.length) }));
  };
  const foreign = async () =>
    (await list('configmaps'))
      .filter(({ metadata }) => ['foreign', 'others', 'tidegate-other'].includes(metadata.name))
      .map(({ metadata }) => metadata);

  it('after any of its requests ends the same when it is run again: nothing is leaked, nothing of others is touched', async () => {
    const others = await foreign();
    await apply(before);
    await apply(afterwards);
    const expected = await stateOf(list);
    let killed = 0;
    for (;;) {
      await apply([]);
      await apply(before);
      proxy.taken();
      if (!(await applyUntil(killed + 1))) break;
      killed++;
      await apply(afterwards);
      expect(await stateOf(list), `killed after request ${killed}`).toEqual(expected);
      expect(await foreign(), `killed after request ${killed}`).toEqual(others);
    }
    const writes = proxy.taken().filter((each) => !each.startsWith('GET') && !each.includes('dryRun'));
    // The inventory widened, one made, one changed, one deleted and made anew, two removed, the inventory narrowed.
    expect([writes.length, killed >= writes.length + 4]).toEqual([8, true]);
  }, 900_000);
});
