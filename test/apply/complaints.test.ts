import { describe, expect, it, test } from 'vitest';
import { assessRefusal } from '../../shared/apply/assess-refusal.ts';
import { orderPrunes } from '../../shared/apply/order-prunes.ts';
import { assessSettled } from '../../shared/apply/settled/assess-settled.ts';
import { isVersionSkew } from '../../shared/apply/version-skew.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import {
  configMap,
  deployment,
  live,
  namespace as namespaceOf,
  secret,
  widget,
  widgetDefinition,
} from './manifests.ts';
import { apply, deploy, isDryRun, isWrite, plan, prune, renderedOf } from './rehearsal.ts';
import { describeOnSimulatedServer } from './server.ts';
import { playOn, web } from './theatre.ts';

// What users of other engines complain of, by the issues they wrote, and what we do instead. Not answered yet: kubernetes#89820,
// kubectl#1314, argo-rollouts#908 (restarts in a declared order), client-node#364, #1496 (a watch that is cut; settling polls).

const now = Date.parse('2026-03-01T12:00:00Z');
const refused = (code: number, message: string) => ({
  ...{ code, message, reason: 'Invalid', causes: [], details: { kind: 'services', name: 'web' } },
});

describe('told without a server', () => {
  test.each<[string, unknown, unknown]>([
    [
      'kustomize-controller#734, flux2#3334: a 422 is taken as immutable only when it says so',
      [
        assessRefusal(refused(422, 'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535')),
        assessRefusal(refused(422, 'spec.clusterIP: Invalid value: "": field is immutable')),
      ],
      ['invalid', 'immutable'],
    ],
    [
      'helm#32066, cluster-api#9299: a custom object is not ready before its controller saw it',
      assessSettled(live('example.com/v1', 'Widget'), now).status,
      'in-progress',
    ],
    [
      'helm#32615: an observed generation as text ends the wait',
      assessSettled(
        live('argoproj.io/v1alpha1', 'Rollout', {
          metadata: { generation: 2 },
          status: { observedGeneration: '2', phase: 'Healthy' },
        }),
        now,
      ).status,
      'ready',
    ],
    [
      'cli-utils#329: a running Job is not ready, and a failed Pod has failed',
      [
        assessSettled(live('batch/v1', 'Job', { status: { startTime: '2026-03-01T11:59:00Z' } }), now).status,
        assessSettled(live('v1', 'Pod', { status: { phase: 'Failed' } }), now).status,
      ],
      ['in-progress', 'failed'],
    ],
    [
      'flux2#5715, argo-cd#17358: "field not declared in schema" is known for what it is, and repaired',
      isVersionSkew({ message: '.spec.internalTrafficPolicy: field not declared in schema' }),
      true,
    ],
    [
      'kubernetes#102013, #103108: a webhook that is not up yet is tried again',
      assessRefusal(refused(500, 'Internal error occurred: failed calling webhook "x": connection refused')),
      'again',
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  it('argo-cd#9296, #12376: custom objects are removed before their operator', () => {
    const member = (object: Manifest, group: string) => ({
      id: `${group}/${object.kind}/shop/it` as const,
      service: 'web',
      served: { group, version: 'v1', kind: object.kind, plural: '', namespaced: true },
      object: live(object.apiVersion, object.kind),
    });
    const leaving = [member(deployment('it'), 'apps'), member(widget('it', 1), 'example.com')];
    expect(orderPrunes(leaving).prunes.map(({ id }) => id)).toEqual([
      'example.com/Widget/shop/it',
      'apps/Deployment/shop/it',
    ]);
  });
});

describeOnSimulatedServer('told by a server', (server) => {
  const { send, pathOf, read, stageOf, drive, actions, isThere } = playOn(server, 'complaint');
  const actionsOf = async (...objects: readonly Manifest[]) =>
    actions(await drive(plan(renderedOf({ web: objects }), stageOf())));

  it('kubernetes#99003, kustomize-controller#486: a field of client-side apply goes when the manifest drops it', async () => {
    const last = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    const path = pathOf('configmaps', '').slice(0, -1);
    await send('POST', `${path}?fieldManager=kubectl-client-side-apply`, {
      ...configMap('a', { kept: '1', gone: '1' }),
      metadata: { name: 'a', annotations: last },
    });
    await drive(deploy(renderedOf({ web: [configMap('a', { kept: '1' })] }), stageOf()));
    expect((await read('configmaps', 'a')).data).toEqual({ kept: '1' });
  });

  it('helm#31516: what we create is ours by apply, so that the next apply has no conflict', async () => {
    await drive(deploy(renderedOf({ web: [configMap('a')] }), stageOf()));
    const { managedFields = [] } = (await read('configmaps', 'a')).metadata;
    expect(managedFields.map(({ manager, operation }) => `${manager} ${operation}`)).toEqual(['tidegate Apply']);
  });

  it('argo-cd#11143, #13004: defaults and other forms of one quantity are no difference, and cost no dry run', async () => {
    await drive(deploy(web(), stageOf()));
    const stage = stageOf();
    expect(actions(await drive(plan(web(), stage)))).toEqual({
      'ConfigMap - settings': 'unchanged',
      'Service - web': 'unchanged',
      'Deployment - web': 'unchanged',
    });
    expect(stage.cluster.seen.filter(isDryRun)).toEqual([]);
  });

  it('argo-cd#28153, #18251: what another manager keeps is a conflict that names it, not a silent merge', async () => {
    await send('POST', `${pathOf('configmaps', '').slice(0, -1)}?fieldManager=operator`, configMap('a', { key: 'x' }));
    await expect(actionsOf(configMap('a', { key: 'y' }))).rejects.toThrow('.data.key is set by operator');
  });

  it('kubernetes#108008: a key that leaves stringData leaves the Secret', async () => {
    await drive(deploy(renderedOf({ web: [secret('s', { a: '1', b: '2' })] }), stageOf()));
    await drive(deploy(renderedOf({ web: [secret('s', { a: '1' })] }), stageOf()));
    expect((await read('secrets', 's')).data).toEqual({ a: 'MQ==' });
  });

  it('kubernetes#95460, #121404; kapp#599: nothing to do is 1 + K reads, no write, and no new resourceVersion', async () => {
    await drive(deploy(web(), stageOf()));
    const before = (await read('configmaps', 'settings')).metadata.resourceVersion;
    const stage = stageOf();
    await drive(plan(web(), stage));
    const seen = stage.cluster.seen.filter(({ path }) => path !== '/api' && path !== '/apis');
    expect([seen.length, seen.filter(isWrite)]).toEqual([1 + 3, []]);
    expect((await read('configmaps', 'settings')).metadata.resourceVersion).toBe(before);
  });

  it('kapp#472, #573: a change is one write', async () => {
    await drive(deploy(web(), stageOf()));
    const stage = stageOf();
    const rendered = renderedOf({ web: [configMap('settings', { key: 'new' })] });
    const approved = await drive(plan(rendered, stage));
    await drive(apply(rendered, stage, { approved }));
    expect(stage.cluster.seen.filter(isWrite)).toHaveLength(1);
  });

  it('kubernetes#83562, kpt#3494, kpt#903: a namespace and a CRD of the same set are planned with what needs them', async () => {
    const rendered = renderedOf({ web: [namespaceOf('fresh'), widget('one', 1), widgetDefinition, configMap('a')] });
    const planned = await drive(plan(rendered, { ...stageOf(), namespace: 'fresh' }));
    expect(new Set(planned.objects.map(({ action }) => action))).toEqual(new Set(['create']));
  });

  it('cli-utils#274, kubectl#572: a namespace is never pruned, whoever lives in it', async () => {
    await drive(deploy(renderedOf({ web: [configMap('a'), namespaceOf('shared')] }), stageOf()));
    const nothing = renderedOf({});
    const approved = await drive(plan(nothing, stageOf()));
    const { kept } = await drive(prune(nothing, stageOf(), { approved }));
    expect([kept, (await send('GET', '/api/v1/namespaces/shared')).metadata.name]).toEqual([
      ['/Namespace//shared'],
      'shared',
    ]);
  });

  it('kustomize-controller#1664, kustomize#1516: what stays is still in the inventory, which lists kinds and not objects', async () => {
    await drive(deploy(renderedOf({ web: [configMap('a'), namespaceOf('kept')] }), stageOf()));
    await drive(deploy(renderedOf({ web: [configMap('a')] }), stageOf()));
    const { annotations = {} } = (await read('configmaps', 'tidegate-web')).metadata;
    expect(annotations['applyset.kubernetes.io/contains-group-kinds']).toBe('ConfigMap,Namespace');
  });

  it('kubernetes#89254, argo-cd#17465: an object that is on its way out is only waited for', async () => {
    await drive(deploy(renderedOf({ web: [configMap('a'), configMap('b')] }), stageOf()));
    const path = pathOf('configmaps', 'b');
    const merge = 'application/merge-patch+json';
    await send('PATCH', path, { metadata: { finalizers: ['example.com/hold'] } }, merge);
    await send('DELETE', path);
    const rendered = renderedOf({ web: [configMap('a')] });
    const approved = await drive(plan(rendered, stageOf()));
    const stage = stageOf();
    const pruning = prune(rendered, stage, { approved });
    server().clock.after(1000, () => void send('PATCH', path, { metadata: { finalizers: [] } }, merge));
    expect((await drive(pruning)).status).toBe('done');
    expect([stage.cluster.seen.filter(({ method }) => method === 'DELETE'), await isThere('configmaps', 'b')]).toEqual([
      [],
      false,
    ]);
  });

  it('helm#12650, kubernetes#94585: replicas belong to the autoscaler, whatever the manifest says', async () => {
    const autoscaler: Manifest = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web' },
      spec: { maxReplicas: 9, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
    };
    const objects = [deployment('web', { replicas: 3 }), autoscaler];
    await drive(deploy(renderedOf({ web: objects }), stageOf()));
    const scale = `${pathOf('deployments', 'web')}/scale`;
    await send('PATCH', scale, { spec: { replicas: 5 } }, 'application/merge-patch+json');
    expect(Object.values(await actionsOf(...objects))).toEqual(['unchanged', 'unchanged']);
  });
});
