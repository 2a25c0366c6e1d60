import { describe, expect, it } from 'vitest';
import { at, type KubeObject } from '../../../local/fleet/kubernetes/object.ts';
import { apps, type Cluster, core, daemonSet, deployment, job, startCluster, statefulSet } from './cluster.ts';

const pods = async ({ items }: Cluster) =>
  (await items(`${core}/pods`)).map((pod) => ({
    phase: at(pod.status, 'phase'),
    ready: at(pod.status, 'containerStatuses', 0, 'ready'),
    waiting: at(pod.status, 'containerStatuses', 0, 'state', 'waiting', 'reason'),
    restarts: at(pod.status, 'containerStatuses', 0, 'restartCount'),
  }));

const condition = (object: KubeObject, type: string) => {
  const conditions = at(object.status, 'conditions');
  const found = Array.isArray(conditions) ? conditions.find((entry) => at(entry, 'type') === type) : undefined;
  return [at(found, 'status'), at(found, 'reason')];
};

const running = { phase: 'Running', ready: true, waiting: undefined, restarts: 0 };

describe('a Deployment', () => {
  it('becomes available when its pods are ready, not before', async () => {
    const cluster = await startCluster();
    await cluster.apply(deployment('web', 'good:1'));
    cluster.clock.advance(4500);
    const early = await cluster.get(`${apps}/deployments/web`);
    expect(condition(early, 'Available')).toEqual(['False', 'MinimumReplicasUnavailable']);
    cluster.clock.advance(1000);
    const late = await cluster.get(`${apps}/deployments/web`);
    expect(late.status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
    });
    expect(condition(late, 'Available')).toEqual(['True', 'MinimumReplicasAvailable']);
    expect(condition(late, 'Progressing')).toEqual(['True', 'NewReplicaSetAvailable']);
    expect(late.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
    expect(await pods(cluster)).toEqual([running, running, running]);
  });

  it('moves to a new image with at most one more pod and none less', async () => {
    const cluster = await startCluster();
    await cluster.apply(deployment('web', 'good:1'));
    cluster.clock.advance(10_000);
    await cluster.apply(deployment('web', 'good:2'));
    const ready: number[] = [];
    const total: number[] = [];
    for (let step = 0; step < 60; step += 1) {
      cluster.clock.advance(500);
      ready.push(cluster.server.pods({ namespace: 'shop' }).filter((pod) => pod.ready).length);
      const web = await cluster.get(`${apps}/deployments/web`);
      total.push(Number(at(web.status, 'replicas')));
    }
    expect([Math.min(...ready), Math.max(...total), total.at(-1)]).toEqual([3, 4, 3]);
    expect(cluster.server.pods({ namespace: 'shop' }).map((pod) => pod.images)).toEqual([
      ['good:2'],
      ['good:2'],
      ['good:2'],
    ]);
  });

  it('replaces its next pod when the one before has been ready as long as it asks for, and as it asks for now', async () => {
    const cluster = await startCluster();
    await cluster.apply(deployment('web', 'good:1'));
    cluster.clock.advance(10_000);
    const spec = { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }, minReadySeconds: 60 };
    await cluster.apply(deployment('web', 'good:2', spec));
    const isNew = (pod: { readonly images: readonly string[] }) => pod.images[0] === 'good:2';
    const made = () => cluster.server.pods({ namespace: 'shop' }).filter(isNew).length;
    cluster.clock.advance(64_000);
    expect(made()).toBe(1);
    cluster.clock.advance(4_000);
    expect(made()).toBe(2);
    await cluster.apply(deployment('web', 'good:2', { ...spec, minReadySeconds: 0 }));
    cluster.clock.advance(15_000);
    expect(made()).toBe(3);
  });

  it('goes back to the set it had when the old image is applied again', async () => {
    const cluster = await startCluster();
    for (const image of ['good:1', 'good:2', 'good:1']) {
      await cluster.apply(deployment('web', image));
      cluster.clock.advance(30_000);
    }
    const sets = await cluster.items(`${apps}/replicasets`);
    expect(
      sets
        .map((set) => [at(set.spec, 'replicas'), set.metadata.annotations?.['deployment.kubernetes.io/revision']])
        .toSorted(),
    ).toEqual([
      [0, '2'],
      [3, '3'],
    ]);
  });

  it('passes its progress deadline with a crash-looping image, and keeps the old pods', async () => {
    const cluster = await startCluster();
    await cluster.apply(deployment('web', 'good:1'));
    cluster.clock.advance(10_000);
    await cluster.apply(deployment('web', 'crash:1', { progressDeadlineSeconds: 60 }));
    cluster.clock.advance(90_000);
    const web = await cluster.get(`${apps}/deployments/web`);
    expect(condition(web, 'Progressing')).toEqual(['False', 'ProgressDeadlineExceeded']);
    expect(condition(web, 'Available')).toEqual(['True', 'MinimumReplicasAvailable']);
    const sick = { phase: 'Running', ready: false, waiting: 'CrashLoopBackOff', restarts: 4 };
    expect((await pods(cluster)).toSorted((a, b) => Number(b.ready) - Number(a.ready))).toEqual([
      running,
      running,
      running,
      sick,
    ]);
  });

  it('does not move while it is paused', async () => {
    const cluster = await startCluster();
    await cluster.apply(deployment('web', 'good:1'));
    cluster.clock.advance(10_000);
    await cluster.apply(deployment('web', 'good:2', { paused: true }));
    cluster.clock.advance(60_000);
    expect(await cluster.items(`${apps}/replicasets`)).toHaveLength(1);
    expect(condition(await cluster.get(`${apps}/deployments/web`), 'Progressing')).toEqual([
      'Unknown',
      'DeploymentPaused',
    ]);
  });

  it('has no old pod any more before a recreated one starts', async () => {
    const cluster = await startCluster();
    const spec = { strategy: { type: 'Recreate' } };
    await cluster.apply(deployment('web', 'good:1', spec));
    cluster.clock.advance(10_000);
    await cluster.apply(deployment('web', 'good:2', spec));
    cluster.clock.advance(200);
    expect(cluster.server.pods({ namespace: 'shop' }).filter((pod) => pod.ready)).toEqual([]);
    cluster.clock.advance(10_000);
    expect(cluster.server.pods({ namespace: 'shop' }).map((pod) => pod.images)).toEqual([
      ['good:2'],
      ['good:2'],
      ['good:2'],
    ]);
  });
});

describe('a pod', () => {
  it.each([
    ['missing:1', 2500, { phase: 'Pending', ready: false, waiting: 'ErrImagePull', restarts: 0 }],
    ['missing:1', 5000, { phase: 'Pending', ready: false, waiting: 'ImagePullBackOff', restarts: 0 }],
    ['hang:1', 60_000, { phase: 'Running', ready: false, waiting: undefined, restarts: 0 }],
    ['crash:1', 5000, { phase: 'Running', ready: false, waiting: 'CrashLoopBackOff', restarts: 1 }],
  ])('of %s is after %i ms as its image behaves', async (image, ms, expected) => {
    const cluster = await startCluster();
    await cluster.apply(deployment('web', image, { replicas: 1 }));
    cluster.clock.advance(ms);
    expect(await pods(cluster)).toEqual([expected]);
  });

  it('stays Pending and says so where no node has room', async () => {
    const cluster = await startCluster({ nodes: [{ cpu: '2', memory: '4Gi' }] });
    const containers = [{ name: 'main', image: 'good:1', resources: { requests: { cpu: '1500m' } } }];
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers } };
    await cluster.apply(deployment('web', 'good:1', { replicas: 2, template }));
    cluster.clock.advance(10_000);
    const messages = (await cluster.items(`${core}/pods`)).map((pod) => at(pod.status, 'conditions', 0, 'message'));
    expect(messages.filter((message) => message !== undefined)).toEqual([
      '0/1 nodes are available: 1 Insufficient cpu.',
    ]);
  });

  it('shows what its container printed, of the instance before too', async () => {
    const cluster = await startCluster();
    await cluster.apply(deployment('web', 'crash:1', { replicas: 1 }));
    cluster.clock.advance(5000);
    const [pod] = await cluster.items(`${core}/pods`);
    const log = await cluster.ask('GET', `${core}/pods/${pod?.metadata.name}/log?previous=true&tailLines=2`);
    expect(log.body).toBe('no config\ngiving up\n');
  });
});

it('a StatefulSet starts one pod after the other, each with its claim, and replaces them from the top', async () => {
  const cluster = await startCluster();
  const volumeClaimTemplates = [
    {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  ];
  await cluster.apply(statefulSet('db', 'good:1', { volumeClaimTemplates }));
  const names = async () => (await cluster.items(`${core}/pods`)).map(({ metadata }) => metadata.name);
  cluster.clock.advance(1000);
  expect(await names()).toEqual(['db-0']);
  cluster.clock.advance(20_000);
  expect(await names()).toEqual(['db-0', 'db-1', 'db-2']);
  const claims = await cluster.items(`${core}/persistentvolumeclaims`);
  expect(claims.map(({ metadata, status }) => [metadata.name, status?.phase])).toEqual([
    ['data-db-0', 'Bound'],
    ['data-db-1', 'Bound'],
    ['data-db-2', 'Bound'],
  ]);
  await cluster.apply(
    statefulSet('db', 'good:2', { volumeClaimTemplates, updateStrategy: { rollingUpdate: { partition: 1 } } }),
  );
  cluster.clock.advance(60_000);
  const images = cluster.server.pods({ namespace: 'shop' }).map((pod) => pod.images[0]);
  expect(images).toEqual(['good:1', 'good:2', 'good:2']);
  const db = await cluster.get(`${apps}/statefulsets/db`);
  expect(db.status).toMatchObject({ replicas: 3, readyReplicas: 3, currentReplicas: 1, updatedReplicas: 2 });
});

it('a DaemonSet has a ready pod on each node', async () => {
  const cluster = await startCluster({
    nodes: [
      { cpu: '4', memory: '8Gi' },
      { cpu: '4', memory: '8Gi' },
    ],
  });
  await cluster.apply(daemonSet('agent', 'good:1'));
  cluster.clock.advance(10_000);
  const agent = await cluster.get(`${apps}/daemonsets/agent`);
  expect(agent.status).toMatchObject({
    desiredNumberScheduled: 2,
    numberReady: 2,
    numberAvailable: 2,
    updatedNumberScheduled: 2,
  });
  const nodes = (await cluster.items(`${core}/pods`)).map(({ spec }) => spec?.nodeName);
  expect(nodes.toSorted()).toEqual(['node-1', 'node-2']);
});

describe('a DaemonSet', () => {
  it('replaces its next pod when the one before has been ready as long as it asks for', async () => {
    const cluster = await startCluster();
    await cluster.apply(daemonSet('agent', 'good:1', { minReadySeconds: 60 }));
    cluster.clock.advance(90_000);
    await cluster.apply(daemonSet('agent', 'good:2', { minReadySeconds: 60 }));
    const isNew = (pod: { readonly images: readonly string[] }) => pod.images[0] === 'good:2';
    const made = () => cluster.server.pods({ namespace: 'shop' }).filter(isNew).length;
    cluster.clock.advance(60_000);
    expect(made()).toBe(1);
    cluster.clock.advance(10_000);
    expect(made()).toBe(2);
  });
});

describe('a Job', () => {
  const path = '/apis/batch/v1/namespaces/shop/jobs/once';

  it('completes when its pod ends well', async () => {
    const cluster = await startCluster();
    await cluster.apply(job('once', 'work:1'));
    cluster.clock.advance(10_000);
    const once = await cluster.get(path);
    expect(condition(once, 'Complete')).toEqual(['True', 'CompletionsReached']);
    expect(once.status).toMatchObject({ succeeded: 1, startTime: '2026-01-05T09:00:00Z' });
  });

  it('fails when its pods have failed too often', async () => {
    const cluster = await startCluster();
    await cluster.apply(job('once', 'crash:1', { backoffLimit: 1 }));
    cluster.clock.advance(60_000);
    const once = await cluster.get(path);
    expect(condition(once, 'Failed')).toEqual(['True', 'BackoffLimitExceeded']);
    expect(once.status).toMatchObject({ failed: 2 });
  });
});

describe('a Service', () => {
  const service: KubeObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
  };

  it('leads to ready pods only, and gets its address after a second', async () => {
    const cluster = await startCluster();
    await cluster.apply(service, deployment('web', 'good:1', { replicas: 2 }));
    cluster.clock.advance(500);
    expect(at(await cluster.get(`${core}/services/web`), 'status', 'loadBalancer')).toEqual({});
    expect(cluster.server.readyPods('shop', 'web')).toEqual([]);
    cluster.clock.advance(9500);
    expect(at(await cluster.get(`${core}/services/web`), 'status', 'loadBalancer', 'ingress', 0, 'ip')).toBe(
      '198.51.0.10',
    );
    expect(cluster.server.readyPods('shop', 'web')).toHaveLength(2);
    const endpoints = await cluster.get(`${core}/endpoints/web`);
    expect(at(endpoints, 'subsets', 0, 'ports')).toEqual([{ port: 8080, protocol: 'TCP' }]);
    expect(cluster.server.readyPods('shop', 'other')).toBeUndefined();
  });
});

describe('deleting', () => {
  it('takes the pods of a Deployment with it, unless they are to be orphaned', async () => {
    const cluster = await startCluster();
    await cluster.apply(deployment('web', 'good:1'), deployment('kept', 'good:1'));
    cluster.clock.advance(10_000);
    await cluster.ask('DELETE', `${apps}/deployments/web`);
    await cluster.ask('DELETE', `${apps}/deployments/kept?propagationPolicy=Orphan`);
    cluster.clock.advance(10_000);
    expect(await cluster.items(`${apps}/deployments`)).toEqual([]);
    expect((await cluster.items(`${apps}/replicasets`)).map(({ metadata }) => metadata.ownerReferences)).toEqual([
      undefined,
    ]);
    expect(cluster.server.pods({ namespace: 'shop' }).map(({ labels }) => labels.app)).toEqual([
      'kept',
      'kept',
      'kept',
    ]);
  });

  it('empties a namespace before it goes, and lets nothing new in meanwhile', async () => {
    const cluster = await startCluster();
    await cluster.apply(deployment('web', 'good:1'));
    cluster.clock.advance(10_000);
    await cluster.ask('DELETE', '/api/v1/namespaces/shop');
    const refused = await cluster.ask('POST', `${core}/configmaps`, { metadata: { name: 'late' } });
    expect([refused.status, refused.body.message]).toEqual([
      403,
      'configmaps "late" is forbidden: unable to create new content in namespace shop because it is being terminated',
    ]);
    cluster.clock.advance(60_000);
    expect((await cluster.ask('GET', '/api/v1/namespaces/shop')).status).toBe(404);
    expect(cluster.server.pods({ namespace: 'shop' })).toEqual([]);
  });
});

it('a disruption budget counts its pods and refuses an eviction too many', async () => {
  const cluster = await startCluster();
  const budget: KubeObject = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { minAvailable: 2, selector: { matchLabels: { app: 'web' } } },
  };
  await cluster.apply(budget, deployment('web', 'good:1'));
  cluster.clock.advance(10_000);
  const evict = async (index: number) => {
    const name = cluster.server.pods({ namespace: 'shop' })[index]?.name;
    return (
      await cluster.ask('POST', `${core}/pods/${name}/eviction`, {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name },
      })
    ).status;
  };
  expect(await evict(0)).toBe(201);
  cluster.clock.advance(100);
  expect(await evict(1)).toBe(429);
});
