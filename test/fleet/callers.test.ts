import { expect, test } from 'vitest';
import { createCallers } from '../../local/fleet/callers.ts';
import type { Behaviour, BehaviourOf } from '../../local/fleet/kubernetes/behaviour.ts';
import type { KubeObject } from '../../local/fleet/kubernetes/object.ts';
import { seededRandom } from '../../shared/outside/random.ts';
import { type Cluster, core, deployment, startCluster } from './kubernetes/cluster.ts';

const healthy: Behaviour = { pull: 'ok', startMs: 400, readyMs: 500 };
const needsTwo: Behaviour = { ...healthy, calls: [{ service: 'store', atLeast: 2 }] };
const behaviourOf: BehaviourOf = (image) =>
  ({
    'front:1': { ...healthy, calls: [{ service: 'store', atLeast: 1 }] },
    'front:2': needsTwo,
    'store:2': { ...healthy, serves: 2 },
  })[image] ?? healthy;

const service = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: { selector: { app: name }, ports: [{ port: 80 }] },
});

const propagationMs = 800;

/** A front that calls a store, and a hundred clients a second of each kind. */
const begin = async (store: object = {}): Promise<{ cluster: Cluster; callers: ReturnType<typeof createCallers> }> => {
  const cluster = await startCluster({ behaviourOf });
  await cluster.apply(service('front'), service('store'));
  await cluster.apply(deployment('front', 'front:1'), deployment('store', 'store:1', store));
  cluster.clock.advance(10_000);
  const callers = createCallers({
    connections: cluster.server.followConnections(propagationMs),
    behaviourOf,
    clock: cluster.clock,
    random: seededRandom('callers'),
    namespace: 'shop',
    entry: 'front',
    rate: 100,
  });
  callers.start();
  return { cluster, callers };
};

test('calls that pass through ready pods are all answered', async () => {
  const { cluster, callers } = await begin();
  cluster.clock.advance(10_000);
  expect(callers.counts()).toEqual({
    plain: { calls: 1000, failed: 0 },
    retrying: { calls: 1000, failedFirst: 0, failed: 0 },
    reasons: {},
  });
});

test('a pod that is told to end answers nothing until its endpoint is known to be gone, and the second attempt finds another', async () => {
  const { cluster, callers } = await begin();
  const [pod] = await cluster.items(`${core}/pods`);
  await cluster.ask('DELETE', `${core}/pods/${pod?.metadata.name}`);
  cluster.clock.advance(10_000);
  const { plain, retrying, reasons } = callers.counts();
  // One of three pods for 0.8 s, of two kinds of clients at 100 a second.
  expect(Object.keys(reasons)).toEqual(['front: no answer']);
  expect(plain.failed).toBeGreaterThan(10);
  expect(plain.failed).toBeLessThan(50);
  expect(retrying).toEqual({ calls: 1000, failedFirst: expect.any(Number), failed: 0 });
  expect(retrying.failedFirst).toBeGreaterThan(10);
});

test('a pod that sleeps before it ends is missed by nobody', async () => {
  const { cluster, callers } = await begin();
  const lifecycle = { preStop: { sleep: { seconds: 5 } } };
  const container = { name: 'main', image: 'front:1', lifecycle, readinessProbe: { httpGet: { path: '/', port: 1 } } };
  const template = { metadata: { labels: { app: 'front' } }, spec: { containers: [container] } };
  await cluster.apply(deployment('front', 'front:1', { template }));
  cluster.clock.advance(60_000);
  const before = callers.counts().plain.failed;
  const [pod] = await cluster.items(`${core}/pods`);
  await cluster.ask('DELETE', `${core}/pods/${pod?.metadata.name}`);
  cluster.clock.advance(10_000);
  expect(callers.counts().plain.failed).toBe(before);
});

test('connections to pods that have stopped are refused until their endpoint is known to be gone', async () => {
  const { cluster, callers } = await begin();
  const [pod] = await cluster.items(`${core}/pods`);
  await cluster.ask('DELETE', `${core}/pods/${pod?.metadata.name}?gracePeriodSeconds=0`);
  cluster.clock.advance(10_000);
  expect(Object.keys(callers.counts().reasons)).toEqual(['front: refused']);
});

test('a consumer that needs a newer interface fails wherever it reaches an older provider, twice as well', async () => {
  const { cluster, callers } = await begin();
  await cluster.apply(deployment('front', 'front:2'));
  cluster.clock.advance(30_000);
  const { retrying, reasons } = callers.counts();
  expect(reasons['store: version 1 does not know what version 2 asks']).toBeGreaterThan(1000);
  expect(retrying.failed).toBeGreaterThan(1000);
  await cluster.apply(deployment('store', 'store:2'));
  cluster.clock.advance(30_000);
  const before = callers.counts();
  cluster.clock.advance(10_000);
  expect(callers.counts().retrying.failed).toBe(before.retrying.failed);
});

test('the same seed gives the same counts', async () => {
  const counts = async () => {
    const { cluster, callers } = await begin();
    await cluster.apply(deployment('store', 'store:2'));
    cluster.clock.advance(30_000);
    return callers.counts();
  };
  expect(await counts()).toEqual(await counts());
});
