import { expect, it } from 'vitest';
import type { Manifest } from '../../shared/rollout/release.ts';
import {
  configMap,
  deployment,
  namespace as namespaceOf,
  secret,
  service,
  widget,
  widgetDefinition,
  widgetsIn,
} from './manifests.ts';
import { playAlone } from './play-alone.ts';
import { apply, deploy, inShort, isDryRun, isWrite, plan, prune, recordCluster, renderedOf } from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn, web } from './theatre.ts';

/** What only a server can tell of the complaints in `complaints.test.ts`. */
export const complaintsSuite = (server: () => Server): void => {
  const { send, pathOf, read, stageOf, drive, actions, isThere, namespace } = playOn(server, 'complaint');
  const alone = playAlone(server, namespace);
  const collection = (resource: string) => pathOf(resource, '').slice(0, -1);
  const merge = 'application/merge-patch+json';
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

  it('kubectl#1337: nothing is taken over but what a client-side manager owned', async () => {
    await send(
      'POST',
      `${collection('configmaps')}?fieldManager=kubectl-create`,
      configMap('a', { ours: '1', gone: '1' }),
    );
    await send('PATCH', `${pathOf('configmaps', 'a')}?fieldManager=operator`, { data: { theirs: '1' } }, merge);
    await drive(deploy(renderedOf({ web: [configMap('a', { ours: '1' })] }), stageOf()));
    const { data, metadata } = await read('configmaps', 'a');
    expect([data, metadata.managedFields?.map(({ manager }) => manager).sort()]).toEqual([
      { ours: '1', theirs: '1' },
      ['operator', 'tidegate'],
    ]);
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

  it('kubernetes#131147, #118725: a port number changes under its name, though kubectl apply owned the old one', async () => {
    const last = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    const applied = { ...service('web', 80), metadata: { name: 'web', annotations: last } };
    await send('POST', `${collection('services')}?fieldManager=kubectl-client-side-apply`, applied);
    await drive(deploy(renderedOf({ web: [service('web', 81)] }), stageOf()));
    expect((await read('services', 'web')).spec).toMatchObject({ ports: [{ name: 'http', port: 81 }] });
  });

  it('kubernetes#113482: a key twice in a list is refused with the list and the key, and changes nothing', async () => {
    const twice = deployment('web');
    const spec = twice.spec as { readonly template: { readonly spec: { readonly containers: readonly object[] } } };
    const env = [
      { name: 'A', value: '1' },
      { name: 'A', value: '2' },
    ];
    const containers = spec.template.spec.containers.map((container) => ({ ...container, env }));
    const { lines } = await alone([
      { ...twice, spec: { ...spec, template: { ...spec.template, spec: { containers } } } },
    ]);
    expect([lines[0]?.action, lines[0]?.reason]).toEqual(['refused', expect.stringMatching(/env.*(duplicate|A)/)]);
    expect(await isThere('deployments', 'web')).toBe(false);
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

  it('kapp#167: what a controller writes meanwhile is not "no longer as approved"', async () => {
    await drive(deploy(web(), stageOf()));
    const next = renderedOf({
      web: [configMap('settings'), service('web'), deployment('web', { reads: 'settings', replicas: 3 })],
    });
    const approved = await drive(plan(next, stageOf()));
    let moved = 0;
    const cluster = recordCluster(async (path, init) => {
      const isWriting = init?.method === 'PATCH' && path.includes('/deployments/web?') && !path.includes('dryRun');
      if (isWriting && moved++ < 2) {
        const annotations = { 'deployment.kubernetes.io/seen': String(moved) };
        await server().request(`${pathOf('deployments', 'web')}?fieldManager=controller`, {
          method: 'PATCH',
          headers: { 'content-type': merge },
          body: JSON.stringify({ metadata: { annotations } }),
        });
      }
      return server().request(path, init);
    });
    expect((await drive(apply(next, { ...stageOf(), cluster }, { approved }))).status).toBe('done');
    // Three times, and once more where a real controller came between as well.
    const writes = cluster.seen.filter(isWrite).map(inShort);
    expect([writes.length >= 3, new Set(writes)]).toEqual([true, new Set(['PATCH deployments/web'])]);
  });

  it('client-node#975: a busy server is asked again when it says, not before', async () => {
    const answers: number[] = [];
    const cluster = recordCluster(async (path, init) => {
      if (init?.method !== 'PATCH' || !path.includes('/configmaps/a?')) return server().request(path, init);
      answers.push(server().clock.now());
      if (answers.length > 2) return server().request(path, init);
      return Response.json({ kind: 'Status', code: 429 }, { status: 429, headers: { 'retry-after': '2' } });
    });
    expect((await alone([configMap('a')], { cluster })).words).toEqual(['created ConfigMap a']);
    const waits = answers.slice(1).map((at, place) => at - (answers[place] ?? 0));
    expect(waits.every((wait) => wait >= 2000)).toBe(true);
  });

  it('airshipctl#474: objects of a kind that is registered meanwhile are waited for like any other', async () => {
    const { definition, widget } = widgetsIn('registered.example.com');
    const { words } = await alone([widget('one', 1), definition], { wait: true });
    expect(words.toSorted()).toEqual([
      'created CustomResourceDefinition widgets.registered.example.com ready',
      'created Widget one ready',
    ]);
  });

  it('kubernetes#102013: a webhook is asked only when something answers', async () => {
    const clientConfig = { service: { name: 'web', namespace: namespace() } };
    const hook: Manifest = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: `asked-${namespace()}` },
      webhooks: [
        {
          ...{ name: 'a.example.com', sideEffects: 'None', admissionReviewVersions: ['v1'], clientConfig },
          rules: [{ apiGroups: ['none.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['x'] }],
        },
      ],
    };
    const set = renderedOf({ web: [hook, service('web'), deployment('web')] });
    const stage = stageOf();
    await drive(deploy(set, stage));
    const seen = stage.cluster.seen.map(inShort);
    expect(seen.lastIndexOf('GET endpointslices')).toBeLessThan(
      seen.indexOf(`PATCH mutatingwebhookconfigurations/asked-${namespace()}`),
    );
    await drive(deploy(renderedOf({}), stageOf()));
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

  it('kubernetes#74414, #66430: a prune does not reach into other namespaces, nor for what only has the name', async () => {
    const elsewhere = `${namespace()}-other`;
    await send('POST', '/api/v1/namespaces', namespaceOf(elsewhere));
    const path = `/api/v1/namespaces/${elsewhere}/configmaps`;
    await drive(deploy(renderedOf({ web: [configMap('a'), configMap('b')] }), stageOf()));
    const { labels = {} } = (await read('configmaps', 'b')).metadata;
    await send('POST', path, configMap('b'));
    await send('POST', path, { ...configMap('c'), metadata: { name: 'c', labels } });
    await send('POST', collection('configmaps'), configMap('c'));
    await drive(deploy(renderedOf({ web: [configMap('a')] }), stageOf()));
    const left = await Promise.all(
      [pathOf('configmaps', 'b'), pathOf('configmaps', 'c'), `${path}/b`, `${path}/c`].map(
        async (each) => (await drive(server().request(each))).ok,
      ),
    );
    expect(left).toEqual([false, true, true, true]);
  });

  it('kustomize-controller#1664: a delete that is refused is tried again the next time', async () => {
    await alone([configMap('a'), secret('b', { x: '1' })]);
    let denied = 1;
    const cluster = recordCluster(async (path, init) => {
      if (init?.method !== 'DELETE' || denied-- <= 0) return server().request(path, init);
      const status = {
        kind: 'Status',
        code: 403,
        reason: 'Forbidden',
        message: 'admission webhook "keep" denied the request',
      };
      return Response.json(status, { status: 403 });
    });
    const refused = await alone([configMap('a')], { cluster });
    expect(refused.words).toEqual(['unchanged ConfigMap a', 'refused Secret b']);
    expect((await alone([configMap('a')], { cluster })).words).toEqual(['unchanged ConfigMap a', 'pruned Secret b']);
  });

  it('argo-cd#15074, #12376: an operator goes when what it has to finalise is gone', async () => {
    const { definition, widget } = widgetsIn('finalised.example.com');
    const held: Manifest = { ...widget('held', 1), metadata: { name: 'held', finalizers: ['example.com/operator'] } };
    const all = renderedOf({ web: [configMap('a'), definition, held, deployment('operator')] });
    await drive(apply(all, stageOf(), { approved: await drive(plan(all, stageOf())) }));
    const fewer = renderedOf({ web: [configMap('a'), definition] });
    const approved = await drive(plan(fewer, stageOf()));
    const stage = stageOf();
    const pruning = prune(fewer, stage, { approved });
    const path = `/apis/finalised.example.com/v1/namespaces/${namespace()}/widgets/held`;
    server().clock.after(1500, () => {
      expect(stage.cluster.seen.filter(({ method }) => method === 'DELETE').map(inShort)).toEqual([
        'DELETE widgets/held',
      ]);
      const body = JSON.stringify({ metadata: { finalizers: null } });
      void server().request(path, { method: 'PATCH', headers: { 'content-type': merge }, body });
    });
    expect((await drive(pruning)).status).toBe('done');
    // Asked once more where a controller wrote its status in between, which the precondition does not pass.
    const deletes = stage.cluster.seen.filter(({ method }) => method === 'DELETE').map(inShort);
    expect([...new Set(deletes)]).toEqual(['DELETE widgets/held', 'DELETE deployments/operator']);
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
    await send('PATCH', path, { metadata: { finalizers: ['example.com/hold'] } }, merge);
    await send('DELETE', path);
    const rendered = renderedOf({ web: [configMap('a')] });
    const approved = await drive(plan(rendered, stageOf()));
    const stage = stageOf();
    const pruning = prune(rendered, stage, { approved });
    server().clock.after(1000, () => {
      const body = JSON.stringify({ metadata: { finalizers: null } });
      void server().request(path, { method: 'PATCH', headers: { 'content-type': merge }, body });
    });
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
    const rendered = renderedOf({ web: objects });
    // Not settled: an autoscaler is not ready where nothing measures pods.
    const approved = await drive(plan(rendered, stageOf()));
    expect((await drive(apply(rendered, stageOf(), { approved }))).status).toBe('done');
    const scale = `${pathOf('deployments', 'web')}/scale`;
    await send('PATCH', scale, { spec: { replicas: 5 } }, 'application/merge-patch+json');
    expect(Object.values(await actionsOf(...objects))).toEqual(['unchanged', 'unchanged']);
  });
};
