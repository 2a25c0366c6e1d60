import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { apps, type Cluster, core, deployment, startCluster, statefulSet } from './cluster.ts';

const settings = (name: string, data: object, labels: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', labels },
  data,
});

/** Reads a watch until it has `count` events. */
const events = async ({ server }: Cluster, path: string, count: number) => {
  const response = await server.handle(new Request(`https://cluster${path}`));
  const reader = response.body?.getReader();
  let text = '';
  while (reader !== undefined && text.split('\n').length <= count) {
    const { value, done } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  await reader?.cancel();
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
};

describe('a watch', () => {
  it('tells what was made, changed, and left the selection or was deleted', async () => {
    const cluster = await startCluster();
    const from = (await cluster.get(`${core}/configmaps`)).metadata.resourceVersion;
    await cluster.ask('POST', `${core}/configmaps`, settings('a', {}, { tier: 'front' }));
    await cluster.ask('POST', `${core}/configmaps`, settings('b', {}, { tier: 'back' }));
    const merge = 'application/merge-patch+json';
    await cluster.ask('PATCH', `${core}/configmaps/a`, { data: { x: '1' } }, merge);
    await cluster.ask('PATCH', `${core}/configmaps/a`, { metadata: { labels: { tier: 'back' } } }, merge);
    const seen = await events(
      cluster,
      `${core}/configmaps?watch=true&resourceVersion=${from}&labelSelector=tier=front`,
      3,
    );
    expect(seen.map(({ type, object }) => [type, object.metadata.name])).toEqual([
      ['ADDED', 'a'],
      ['MODIFIED', 'a'],
      ['DELETED', 'a'],
    ]);
  });

  it('answers 410 Gone where the changes are no longer kept', async () => {
    const cluster = await startCluster({ historyKept: 5 });
    for (let number = 0; number < 30; number += 1)
      await cluster.ask('POST', `${core}/configmaps`, settings(`c${number}`, {}));
    const [event] = await events(cluster, `${core}/configmaps?watch=true&resourceVersion=2`, 1);
    expect([event.type, event.object.code, event.object.reason]).toEqual(['ERROR', 410, 'Expired']);
    expect(event.object.message).toMatch(/^too old resource version: 2 \(\d+\)$/);
  });

  it('ends after its time by the clock', async () => {
    const cluster = await startCluster();
    const response = await cluster.server.handle(
      new Request(`https://cluster${core}/secrets?watch=true&timeoutSeconds=5`),
    );
    cluster.clock.advance(5000);
    expect(await response.text()).toBe('');
  });
});

it('lists in pages that continue each other', async () => {
  const cluster = await startCluster();
  for (const name of ['a', 'b', 'c']) await cluster.ask('POST', `${core}/secrets`, { metadata: { name } });
  const first = await cluster.get(`${core}/secrets?limit=2`);
  expect(first.metadata).toMatchObject({ remainingItemCount: 1 });
  const next = String(Object(first.metadata).continue);
  const names = [
    ...(await cluster.items(`${core}/secrets?limit=2`)),
    ...(await cluster.items(`${core}/secrets?limit=2&continue=${next}`)),
  ];
  expect(names.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
});

it('shows a defined kind in discovery, in both forms', async () => {
  const cluster = await startCluster();
  const names = { plural: 'widgets', kind: 'Widget' };
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } };
  await cluster.apply({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: { group: 'example.com', scope: 'Namespaced', names, versions: [version] },
  });
  expect((await cluster.ask('GET', '/apis/example.com/v1')).status).toBe(404);
  cluster.clock.advance(1000);
  expect(await cluster.get('/apis/example.com/v1')).toEqual({
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: 'example.com/v1',
    resources: [
      {
        name: 'widgets',
        singularName: 'widget',
        namespaced: true,
        kind: 'Widget',
        verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
      },
    ],
  });
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const response = await cluster.server.handle(new Request('https://cluster/apis', { headers: { accept } }));
  const { items } = JSON.parse(await response.text());
  expect(items.map((group: { metadata: { name: string } }) => group.metadata.name)).toContain('example.com');
});

it('logs every request, with what it wrote', async () => {
  const cluster = await startCluster();
  const before = cluster.server.requests.list().length;
  const type = 'application/apply-patch+yaml';
  const path = `${core}/configmaps/a`;
  await cluster.ask('PATCH', `${path}?fieldManager=tidegate&dryRun=All`, settings('a', {}), type);
  await cluster.ask('PATCH', `${path}?fieldManager=tidegate`, settings('a', {}), type);
  await cluster.ask('PATCH', `${path}?fieldManager=tidegate`, settings('a', {}), type);
  const records = cluster.server.requests.list(before);
  const wrote = records.map((record) => record.resourceVersionAfter - record.resourceVersionBefore);
  expect(wrote).toEqual([0, 1, 0]);
  expect(records[0]).toEqual({
    number: before + 1,
    at: cluster.clock.now(),
    method: 'PATCH',
    path,
    query: 'fieldManager=tidegate&dryRun=All',
    userAgent: 'probe/1',
    contentType: type,
    dryRun: true,
    bodyDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    status: 201,
    resourceVersionBefore: records[0]?.resourceVersionAfter,
    resourceVersionAfter: records[0]?.resourceVersionAfter,
  });
});

/** A rollout that is interrupted after each of `cuts` milliseconds by a process that dies; the clock goes on. */
const rollout = async (database: DatabaseSync | string, cuts: readonly number[]) => {
  let cluster = await startCluster({ database });
  await cluster.apply(deployment('web', 'good:1'), statefulSet('db', 'good:1'));
  cluster.clock.advance(20_000);
  await cluster.apply(deployment('web', 'good:2'), deployment('sick', 'crash:1'));
  for (const ms of cuts) {
    cluster.clock.advance(ms);
    cluster.server.stop();
    cluster = await startCluster({ database, clock: cluster.clock });
  }
  cluster.clock.advance(60_000);
  return cluster;
};

it('goes on from its database where a killed process left it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubernetes-'));
  try {
    const cluster = await rollout(join(folder, 'cluster.db'), [10, 700, 2100, 3000]);
    const web = await cluster.get(`${apps}/deployments/web`);
    expect(web.status).toMatchObject({ replicas: 3, updatedReplicas: 3, availableReplicas: 3 });
    const images = cluster.server.pods({ namespace: 'shop' }).map(({ images: [image] }) => image);
    expect(images.toSorted()).toEqual([
      'crash:1',
      'crash:1',
      'crash:1',
      'good:1',
      'good:1',
      'good:1',
      'good:2',
      'good:2',
      'good:2',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('writes the same bytes twice from one seed', async () => {
  const bytes = async () => {
    const database = new DatabaseSync(':memory:');
    await rollout(database, []);
    return ['kube_object', 'kube_change', 'kube_request', 'kube_memory'].map((table) =>
      database.prepare(`SELECT * FROM ${table}`).all(),
    );
  };
  expect(await bytes()).toEqual(await bytes());
});

it('keeps servers of one database apart', async () => {
  const database = new DatabaseSync(':memory:');
  const one = await startCluster({ database, name: 'one' });
  const two = await startCluster({ database, name: 'two', clock: one.clock });
  await one.ask('POST', `${core}/secrets`, { metadata: { name: 'only-here' } });
  expect([(await one.items(`${core}/secrets`)).length, (await two.items(`${core}/secrets`)).length]).toEqual([1, 0]);
});
