import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { targetTools } from '../../functions/tools/diagnosing.ts';
import { discover } from '../../shared/apply/discovery.ts';
import { type NeededRight, neededRights } from '../../shared/apply/needed-rights.ts';
import { clusterAt } from '../../shared/clouds/cluster-at.ts';
import { diagnoseTarget } from '../../shared/doctor/diagnose-target.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { systemLookup } from '../../shared/outside/dns.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { socketDial } from '../../shared/outside/socket.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import type { RenderedTarget } from '../../shared/rollout/release.ts';
import type { Target } from '../../shared/rollout/target.ts';
import { configMap, deployment, service } from '../apply/manifests.ts';
import { folderWith, tidegate } from '../cli/tidegate.ts';
import { describeOnControlPlane } from '../control-plane/binaries.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { behaviourByName, startKubelet } from '../control-plane/kubelet.ts';
import { closePlace, placeOutside } from './place.ts';

const objects = [configMap('settings'), service('web'), deployment('web', { reads: 'settings' })];
const rendered: RenderedTarget = {
  target: 'real',
  services: [{ service: 'web', objects: objects.map((object) => ({ object, source: 'web.yaml' })) }],
};
const signal = new AbortController().signal;
const policy = { apiGroup: 'rbac.authorization.k8s.io', apiVersion: 'rbac.authorization.k8s.io/v1' };

/** Rules that allow exactly these rights. */
const rulesOf = (rights: readonly NeededRight[]) =>
  rights.map(({ verb, group, resource, subresource }) => ({
    apiGroups: [group],
    resources: [subresource === undefined ? resource : `${resource}/${subresource}`],
    verbs: [verb],
  }));

describeOnControlPlane('the rights of a target on a real API server', 'controllers', (binaries) => {
  let plane: ControlPlane;
  let stopKubelet: () => Promise<void>;
  let folder: string;
  let target: Target;
  let needed: readonly NeededRight[];
  const post = async (path: string, body: object): Promise<Record<string, { readonly token?: string }>> => {
    const response = await plane.request(path, { method: 'POST', body });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, { readonly token?: string }>;
  };
  beforeAll(async () => {
    plane = await startControlPlane(binaries);
    stopKubelet = startKubelet(plane.request, behaviourByName);
    await post('/api/v1/namespaces', { metadata: { name: 'shop' } });
    await post('/api/v1/namespaces/shop/serviceaccounts', { metadata: { name: 'tidegate' } });
    const { status } = await post('/api/v1/namespaces/shop/serviceaccounts/tidegate/token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    });
    const config = JSON.parse(plane.kubeconfig);
    config.users[0].user = { token: status?.token };
    folder = folderWith({
      kubeconfig: JSON.stringify(config),
      'web.yaml': objects.map((each) => JSON.stringify(each)).join('\n---\n'),
    });
    target = {
      name: 'real',
      labels: {},
      namespace: 'shop',
      allow: [],
      locator: { kubeconfig: { path: `${folder}/kubeconfig` } },
    };
    const endpoint = { server: plane.server, ca: plane.ca };
    const admin = clusterAt(
      { ...target, endpoint },
      async () => ({ token: plane.token, expiresAt: Number.POSITIVE_INFINITY }),
      { clock: processClock, http: socketHttp() },
    );
    needed = neededRights(rendered, await discover(admin, signal), target);
  });
  afterAll(async () => {
    await stopKubelet();
    await plane.stop();
    rmSync(folder, { recursive: true, force: true });
    closePlace();
  });

  const look = async () => {
    const { readFile } = await import('node:fs/promises');
    const outside: Outside = {
      ...placeOutside,
      clock: processClock,
      http: socketHttp(),
      dial: socketDial(processClock),
      lookup: systemLookup,
      readFile: (path) => readFile(path, 'utf8'),
    };
    return diagnoseTarget(
      target,
      targetTools(outside, async () => rendered),
      outside,
      signal,
    );
  };
  const allow = async (rights: readonly NeededRight[], name: string): Promise<void> => {
    const subjects = [{ kind: 'ServiceAccount', name: 'tidegate', namespace: 'shop' }];
    const wide = rights.filter(({ namespace }) => namespace === '');
    const narrow = rights.filter(({ namespace }) => namespace !== '');
    const roleOf = (kind: string, some: readonly NeededRight[]) => ({ metadata: { name }, kind, rules: rulesOf(some) });
    const api = `/apis/${policy.apiVersion}`;
    const bound = (kind: string) => ({
      metadata: { name },
      roleRef: { apiGroup: policy.apiGroup, kind, name },
      subjects,
    });
    await post(`${api}/clusterroles`, roleOf('ClusterRole', wide));
    await post(`${api}/clusterrolebindings`, bound('ClusterRole'));
    await post(`${api}/namespaces/shop/roles`, roleOf('Role', narrow));
    await post(`${api}/namespaces/shop/rolebindings`, bound('Role'));
  };

  it('are missing, each by its name, where nothing is bound', async () => {
    const checks = await look();
    expect(checks.map(({ check, status }) => `${check} ${status}`)).toEqual([
      ...['endpoint ok', 'name ok', 'allow-list ok', 'connection ok', 'token ok', 'tls ok', 'identity ok'],
      ...['version ok', 'clock ok', 'rights failed', 'admission warning'],
    ]);
    expect(checks.find(({ check }) => check === 'identity')?.found).toBe(
      'known as system:serviceaccount:shop:tidegate',
    );
    expect(checks.find(({ check }) => check === 'rights')?.all).toHaveLength(needed.length);
  });

  it('suffice to apply and settle with those alone that nothing works without, and no others', async () => {
    await allow(
      needed.filter(({ only }) => only === undefined),
      'needed',
    );
    const rights = (await look()).find(({ check }) => check === 'rights');
    expect(rights).toMatchObject({ status: 'warning', all: expect.any(Array) });
    expect(rights?.all).toHaveLength(needed.filter(({ only }) => only !== undefined).length);

    const args = ['apply', 'web.yaml', '--set', 'web', '--namespace', 'shop', '--json'];
    const ran = await tidegate(folder, args, { KUBECONFIG: `${folder}/kubeconfig` });
    expect([ran.exitCode, ran.err]).toEqual([0, '']);
    expect(JSON.parse(ran.out.at(-1) ?? '')).toMatchObject({
      summary: { created: 3, refused: 0, failed: 0, notReady: 0 },
    });
  });

  it('are all there once the rest is bound too', async () => {
    await allow(
      needed.filter(({ only }) => only !== undefined),
      'rest',
    );
    expect((await look()).find(({ check }) => check === 'rights')).toEqual({
      check: 'rights',
      status: 'ok',
      found: `may do all ${needed.length} things that a deployment asks for`,
    });
  });
});
