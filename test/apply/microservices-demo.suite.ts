import { expect, it } from 'vitest';
import { canonicalJson } from '../../shared/rollout/digest.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { corpusObjects } from './corpus.ts';
import { namespace as namespaceOf } from './manifests.ts';
import { apply, isDryRun, isWrite, plan, prune, recordCluster, renderedOf, settle } from './rehearsal.ts';
import type { Server } from './server.ts';

const file = 'microservices-demo/kubernetes-manifests.yaml';

/** The one service that wants a load balancer: without a cloud it never gets an address, and is reported for it. */
const isLoadBalancer = (object: Manifest): boolean => canonicalJson(object.spec ?? null).includes('"LoadBalancer"');

/** Ordinary services as they are published, through the whole life of a set. `hasCloud`: load balancers get addresses. */
export const microservicesDemoSuite = (server: () => Server, { hasCloud }: { readonly hasCloud: boolean }): void => {
  it('microservices-demo is planned, applied, settled, applied again without a write, and pruned', async () => {
    const { request, clock, drive } = server();
    const namespace = 'microservices-demo';
    const headers = { 'content-type': 'application/json' };
    await drive(
      request('/api/v1/namespaces', { method: 'POST', headers, body: JSON.stringify(namespaceOf(namespace)) }),
    );
    const all = corpusObjects(file);
    const rendered = renderedOf({ shop: hasCloud ? all : all.filter((object) => !isLoadBalancer(object)) });
    const expected = hasCloud ? all.length : all.length - 1;
    const cluster = recordCluster(request);
    const stage = { cluster, clock, namespace };

    const approved = await drive(plan(rendered, stage));
    expect(approved.objects.map(({ action }) => action)).toEqual(Array(expected).fill('create'));
    expect(cluster.seen.filter(isWrite)).toEqual([]);

    const applied = await drive(apply(rendered, stage, { approved }));
    expect(applied.status).toBe('done');
    expect(cluster.seen.filter(isWrite)).toHaveLength(expected + 1);
    expect(await drive(settle(rendered, stage, applied.progress, 120_000))).toEqual({ status: 'settled' });

    cluster.seen.length = 0;
    const again = await drive(plan(rendered, stage));
    expect(again.objects.map(({ action }) => action)).toEqual(Array(expected).fill('unchanged'));
    expect((await drive(apply(rendered, stage, { approved: again }))).status).toBe('done');
    // Twice one LIST of inventories and one per kind: Deployments, Services, ServiceAccounts.
    expect([cluster.seen.length, cluster.seen.filter((seen) => isWrite(seen) || isDryRun(seen))]).toEqual([
      2 * (1 + 3),
      [],
    ]);

    const nothing = renderedOf({});
    const last = await drive(plan(nothing, stage));
    expect(last.objects.map(({ action }) => action)).toEqual(Array(expected).fill('prune'));
    expect(await drive(prune(nothing, stage, { approved: last }))).toEqual({ status: 'done', progress: {}, kept: [] });
    expect((await drive(plan(nothing, stage))).objects).toEqual([]);
  });
};
