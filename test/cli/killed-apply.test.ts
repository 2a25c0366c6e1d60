import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openNamedCluster } from '../../cli/kubeconfig.ts';
import { isGood } from '../../shared/apply/alone-words.ts';
import { applyAlone } from '../../shared/apply/apply-alone.ts';
import type { LiveObject } from '../../shared/apply/live-object.ts';
import { processClock } from '../../shared/outside/clock.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { afterwards, before, stateOf } from '../apply/killed-anywhere.suite.ts';
import { configMap, namespace as namespaceOf } from '../apply/manifests.ts';
import { describeOnControlPlane } from '../control-plane/binaries.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { behaviourByName, startKubelet } from '../control-plane/kubelet.ts';
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts';
import { environmentOf, folderWith, main } from './tidegate.ts';

const yaml = (objects: readonly unknown[]) => objects.map((object) => JSON.stringify(object)).join('\n---\n');

/** A namespace with things of others in it, and processes that apply to it and are killed. */
const openScene = async (plane: ControlPlane, namespace: string) => {
  const proxy: CountingProxy = await startCountingProxy(plane);
  const folder = folderWith({
    direct: plane.kubeconfig,
    proxied: proxy.kubeconfig,
    'afterwards.yaml': yaml(afterwards),
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
        env: environmentOf(folder),
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
  const create = (path: string, body: unknown) => plane.request(path, { method: 'POST', body });
  await create('/api/v1/namespaces', namespaceOf(namespace));
  await create(`/api/v1/namespaces/${namespace}/configmaps`, configMap('foreign'));
  await apply([configMap('others')], 'other');
  const close = async () => {
    await proxy.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { proxy, apply, applyUntil, list, foreign, close };
};

describeOnControlPlane('tidegate apply, killed by SIGKILL', 'controllers', (binaries) => {
  let plane: ControlPlane;
  let stopKubelet: () => Promise<void>;

  beforeAll(async () => {
    plane = await startControlPlane(binaries);
    stopKubelet = startKubelet(plane.request, behaviourByName);
  });
  afterAll(async () => {
    await stopKubelet?.();
    await plane?.stop();
  });

  // Each goes through a third of the requests in a namespace of its own, beside the others.
  it.concurrent.for([1, 2, 3])(
    'after any of its requests, from %i on in threes, ends the same when it is run again: nothing is leaked, nothing of others is touched',
    { timeout: 900_000 },
    async (first, { onTestFinished }) => {
      const { proxy, apply, applyUntil, list, foreign, close } = await openScene(plane, `killed-${first}`);
      onTestFinished(close);
      const others = await foreign();
      await apply(before);
      await apply(afterwards);
      const expected = await stateOf(list);
      let request = first;
      for (; ; request += 3) {
        await apply([]);
        await apply(before);
        proxy.taken();
        if (!(await applyUntil(request))) break;
        await apply(afterwards);
        expect(await stateOf(list), `killed after request ${request}`).toEqual(expected);
        expect(await foreign(), `killed after request ${request}`).toEqual(others);
      }
      const writes = proxy.taken().filter((each) => !each.startsWith('GET') && !each.includes('dryRun'));
      // The inventory widened, one made, one changed, one deleted and made anew, two removed, the inventory narrowed.
      expect([writes.length, request > writes.length + 4]).toEqual([8, true]);
    },
  );
});
