import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ControlPlaneMissing, describeOnControlPlane, findControlPlane } from './binaries.ts';
import { assessContainer, type Behaviour } from './container.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { behaviourByName, startKubelet } from './kubelet.ts';
import { watch } from './watch.ts';

describe('findControlPlane', () => {
  const elsewhere = { PATH: process.env.PATH, XDG_CACHE_HOME: '/nonexistent' };

  it('finds nothing where nothing was built', () => {
    expect(findControlPlane(elsewhere)).toBeUndefined();
  });

  it('throws where a control plane is required and none was built', () => {
    expect(() => findControlPlane({ ...elsewhere, TIDEGATE_REQUIRE_CONTROL_PLANE: '1' })).toThrow(ControlPlaneMissing);
  });

  it('throws when KUBEBUILDER_ASSETS names a folder without the binaries', () => {
    expect(() => findControlPlane({ ...elsewhere, KUBEBUILDER_ASSETS: '/nonexistent' })).toThrow(
      'KUBEBUILDER_ASSETS: /nonexistent does not hold etcd and kube-apiserver; correct or unset it',
    );
  });
});

describe('assessContainer', () => {
  const ok: Behaviour = { pull: 'ok', startMs: 100, readyMs: 50 };
  const crash: Behaviour = { ...ok, crash: { afterMs: 20, exitCode: 3 } };
  it.each([
    ['is created first', ok, true, 0, { is: 'creating', restarts: 0, changesInMs: 100 }],
    ['runs before it is ready', ok, true, 120, { is: 'running', restarts: 0, changesInMs: 30 }],
    ['stays ready', ok, true, 150, { is: 'ready', restarts: 0 }],
    ['completes where it must not restart', ok, false, 150, { is: 'completed', restarts: 0, exitCode: 0 }],
    ['never pulls', { ...ok, pull: 'not-found' }, true, 100, { is: 'pull-failed', restarts: 0 }],
    ['hangs', { ...ok, hang: true }, true, 1e6, { is: 'running', restarts: 0 }],
    ['backs off after a crash', crash, true, 120, { is: 'back-off', restarts: 1, exitCode: 3, changesInMs: 10_000 }],
    ['runs again', crash, true, 10_120, { is: 'running', restarts: 1, exitCode: 3, changesInMs: 20 }],
    ['backs off for longer', crash, true, 10_140, { is: 'back-off', restarts: 2, exitCode: 3, changesInMs: 20_000 }],
    ['fails where it must not restart', crash, false, 120, { is: 'failed', restarts: 0, exitCode: 3 }],
  ] as const)('%s', (_, behaviour, restarting, elapsedMs, expected) => {
    expect(assessContainer(behaviour, restarting, elapsedMs)).toEqual(expected);
  });
});

const deployment = (name: string, image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'default' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image }] } },
  },
});

const job = (name: string, image: string) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'default' },
  spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image }] } } },
});

/** Follows one kind until `arrived` is true of an object; the time-out is the test's own. */
const watchUntil = async <T>(
  plane: ControlPlane,
  path: string,
  arrived: (object: T, type: string) => boolean,
): Promise<T> => {
  for await (const { object, type } of watch<T>(plane.request, path)) {
    if (arrived(object, type)) return object;
  }
  throw new Error(`${path}: the watch ended first`);
};

interface Conditions {
  readonly status?: {
    readonly readyReplicas?: number;
    readonly conditions?: readonly { type: string; status: string }[];
  };
}
interface Waiting {
  readonly status?: { readonly containerStatuses?: readonly { state: { waiting?: { reason: string } } }[] };
}
const condition = (type: string) => (object: Conditions) =>
  object.status?.conditions?.some((one) => one.type === type && one.status === 'True') ?? false;
const waiting = (reason: string) => (pod: Waiting) =>
  pod.status?.containerStatuses?.some(({ state }) => state.waiting?.reason === reason) ?? false;

const serverSideApply = async (plane: ControlPlane, collection: string, object: { metadata: { name: string } }) =>
  (
    await plane.request(`${collection}/${object.metadata.name}?fieldManager=test`, {
      method: 'PATCH',
      type: 'application/apply-patch+yaml',
      body: object,
    })
  ).status;

const APPS = '/apis/apps/v1/namespaces/default/deployments';
const JOBS = '/apis/batch/v1/namespaces/default/jobs';
const PODS = '/api/v1/namespaces/default/pods';

describeOnControlPlane('the real control plane', 'controllers', (binaries) => {
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

  it('is the version its module names', async () => {
    const version = (await (await plane.request('/version')).json()) as { gitVersion: string };
    expect(version.gitVersion).toMatch(/^v1\.35\./);
  });

  it('makes a Deployment available once its pods are ready, and completes a Job', async () => {
    expect(await serverSideApply(plane, APPS, deployment('good', 'example.com/good:1'))).toBe(201);
    expect(await serverSideApply(plane, JOBS, job('once', 'example.com/once:1'))).toBe(201);
    const available = await watchUntil(plane, `${APPS}?fieldSelector=metadata.name=good`, (object: Conditions) =>
      Boolean(condition('Available')(object) && object.status?.readyReplicas === 2),
    );
    expect(available.status?.readyReplicas).toBe(2);
    expect(
      condition('Complete')(await watchUntil(plane, `${JOBS}?fieldSelector=metadata.name=once`, condition('Complete'))),
    ).toBe(true);
  });

  it('shows sick pods as a kubelet does', async () => {
    for (const [name, reason] of [
      ['crash', 'CrashLoopBackOff'],
      ['not-found', 'ImagePullBackOff'],
    ] as const) {
      await serverSideApply(plane, APPS, deployment(name, `example.com/${name}:1`));
      expect(waiting(reason)(await watchUntil(plane, `${PODS}?labelSelector=app=${name}`, waiting(reason)))).toBe(true);
    }
    await serverSideApply(plane, JOBS, job('crash-once', 'example.com/crash:1'));
    const failed = await watchUntil(plane, `${JOBS}?fieldSelector=metadata.name=crash-once`, condition('Failed'));
    expect(condition('Failed')(failed)).toBe(true);
  });

  it('lets a deleted Deployment and its pods go', async () => {
    const before = (await (await plane.request(PODS)).json()) as { metadata: { resourceVersion: string } };
    await plane.request(`${APPS}/good`, { method: 'DELETE', body: { propagationPolicy: 'Foreground' } });
    // Foreground: it goes last, after its pods, which go only when the kubelet confirms it.
    const from = `fieldSelector=metadata.name=good&resourceVersion=${before.metadata.resourceVersion}`;
    await watchUntil(plane, `${APPS}?${from}`, (_, type) => type === 'DELETED');
    const left = (await (await plane.request(`${PODS}?labelSelector=app=good`)).json()) as { items: unknown[] };
    expect(left.items).toEqual([]);
  });
});

describeOnControlPlane('stopping the real control plane', 'api', (binaries) => {
  const running = (folder: string) =>
    spawnSync('ps', ['-ww', '-eo', 'args'], { encoding: 'utf8' })
      .stdout.split('\n')
      .filter((line) => line.startsWith(binaries.folder) && line.includes(folder));

  it('leaves no process and no file, and may be done twice', async () => {
    const plane = await startControlPlane(binaries);
    expect(running(plane.folder)).toHaveLength(binaries.controllers ? 4 : 2);
    await plane.stop();
    await plane.stop();
    expect(running(plane.folder)).toEqual([]);
    expect(existsSync(plane.folder)).toBe(false);
  });

  it('ends its servers when the process that started them is killed', () => {
    const script = `
      import { writeSync } from 'node:fs';
      import { startControlPlane } from ${JSON.stringify(`${import.meta.dirname}/control-plane.ts`)};
      const plane = await startControlPlane(${JSON.stringify(binaries)});
      writeSync(1, plane.folder);
      process.kill(process.pid, 'SIGKILL');`;
    const killed = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(killed.signal).toBe('SIGKILL');
    expect(killed.stdout).toContain('tidegate-control-plane-');
    while (running(killed.stdout).length > 0);
    rmSync(killed.stdout, { recursive: true });
  });
});
