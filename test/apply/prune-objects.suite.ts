import { describe, expect, it } from 'vitest';
import type { DeleteLimits } from '../../shared/apply/assess-deletes.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { configMap, service } from './manifests.ts';
import { apply, deploy, inShort, isWrite, plan, planBack, prune, pruneOnce, renderedOf } from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn, web } from './theatre.ts';

/** What goes, what stays, and when. */
export const pruneObjectsSuite = (server: () => Server): void => {
  const { send, pathOf, read, isThere, stageOf, drive, actions, namespace } = playOn(server, 'prune');
  const denied = 'deletes of ConfigMaps are not today';
  /** From now on ConfigMaps of the namespace are not deleted: by a policy of the cluster, or, where there is none, in its words. */
  const refuseDeletes = async () => {
    const { cluster } = stageOf();
    if (!server().hasPolicies) {
      const request: typeof cluster.request = async (path, init) =>
        init?.method === 'DELETE' && path.includes('/configmaps/')
          ? Response.json({ kind: 'Status', code: 422, reason: 'Invalid', message: denied }, { status: 422 })
          : cluster.request(path, init);
      return { cluster: { ...cluster, request }, lift: async () => undefined };
    }
    const root = '/apis/admissionregistration.k8s.io/v1';
    const [policies, bindings] = [`${root}/validatingadmissionpolicies`, `${root}/validatingadmissionpolicybindings`];
    const name = `no-deletes-${namespace()}`;
    const selector = { matchLabels: { 'kubernetes.io/metadata.name': namespace() } };
    const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['configmaps'] };
    await send('POST', policies, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { namespaceSelector: selector, resourceRules: [rule] },
        validations: [{ expression: 'false', message: denied }],
      },
    });
    await send('POST', bindings, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    });
    const isInForce = async (wanted: boolean) => {
      const path = `${pathOf('configmaps', 'a')}?dryRun=All`;
      for (;;) {
        if ((await server().request(path, { method: 'DELETE' })).ok !== wanted) return;
        await server().clock.sleep(200);
      }
    };
    await isInForce(true);
    const lift = async () => {
      await send('DELETE', `${bindings}/${name}`);
      await send('DELETE', `${policies}/${name}`);
      await isInForce(false);
    };
    return { cluster, lift };
  };

  describe('what no longer belongs', () => {
    it('is pruned in reverse order when its turn comes, not while applying', async () => {
      await drive(deploy(web(configMap('extra')), stageOf()));
      const fewer = renderedOf({ web: [configMap('settings')] });
      const stage = stageOf();
      const approved = await drive(plan(fewer, stage));
      expect(actions(approved)).toEqual({
        'ConfigMap - settings': 'unchanged',
        'Deployment - web': 'prune',
        'Service - web': 'prune',
        'ConfigMap - extra': 'prune',
      });
      await drive(apply(fewer, stage, { approved }));
      expect(stage.cluster.seen.filter(isWrite)).toEqual([]);
      expect(await drive(prune(fewer, stage, { approved }))).toEqual({ status: 'done', progress: {}, kept: [] });
      expect(stage.cluster.seen.filter(isWrite).map(inShort)).toEqual([
        'DELETE deployments/web',
        'DELETE services/web',
        'DELETE configmaps/extra',
        'PATCH configmaps/tidegate-web',
      ]);
      expect(
        (await read('configmaps', 'tidegate-web')).metadata.annotations?.[
          'applyset.kubernetes.io/contains-group-kinds'
        ],
      ).toBe('ConfigMap');
    });

    it('goes with its inventory when its service leaves the release', async () => {
      await drive(deploy(renderedOf({ a: [configMap('a')], b: [configMap('b')] }), stageOf()));
      await drive(deploy(renderedOf({ a: [configMap('a')] }), stageOf()));
      const there = await Promise.all(
        ['a', 'tidegate-a', 'b', 'tidegate-b'].map((name) => isThere('configmaps', name)),
      );
      expect(there).toEqual([true, true, false, false]);
    });

    it('moves from service to service without being deleted', async () => {
      await drive(deploy(renderedOf({ a: [configMap('x')], b: [configMap('y')] }), stageOf()));
      const { uid } = (await read('configmaps', 'x')).metadata;
      await drive(deploy(renderedOf({ a: [configMap('z')], b: [configMap('y'), configMap('x')] }), stageOf()));
      expect((await read('configmaps', 'x')).metadata.uid).toBe(uid);
    });

    it('is left alone when it was replaced after the plan', async () => {
      await drive(deploy(renderedOf({ web: [configMap('a'), configMap('b')] }), stageOf()));
      const fewer = renderedOf({ web: [configMap('a')] });
      const approved = await drive(plan(fewer, stageOf()));
      const { labels = {} } = (await read('configmaps', 'b')).metadata;
      await send('DELETE', pathOf('configmaps', 'b'));
      await send('POST', `/api/v1/namespaces/${namespace()}/configmaps`, {
        ...configMap('b'),
        metadata: { name: 'b', labels },
      });
      const pruned = await drive(prune(fewer, stageOf(), { approved }));
      expect(pruned).toEqual({
        status: 'stopped',
        progress: {},
        kept: [],
        because: `rehearsal: the approved plan does not list the prune of ConfigMap ${namespace()}/b; plan again`,
      });
    });

    it('stays, and is not deleted, where no approval names it', async () => {
      await drive(deploy(web(), stageOf()));
      const fewer = renderedOf({ web: [configMap('settings')] });
      const approved = await drive(plan(fewer, stageOf()));
      const unnamed = [`apps/Deployment/${namespace()}/web`] as const;
      const because = `rehearsal: no approval names the delete of Deployment ${namespace()}/web; have the plan approved with its deletes`;
      const stage = stageOf();
      expect(await drive(apply(fewer, stage, { approved, unnamed }))).toEqual({
        status: 'stopped',
        progress: {},
        because,
      });
      expect(await drive(prune(fewer, stage, { approved, unnamed }))).toEqual({
        status: 'stopped',
        progress: {},
        because,
        kept: [],
      });
      expect(stage.cluster.seen.filter(isWrite)).toEqual([]);
      expect((await drive(prune(fewer, stage, { approved }))).status).toBe('done');
    });

    it('stays where the plan of a way back says so, and is no difference afterwards', async () => {
      await drive(deploy(web(configMap('brought')), stageOf()));
      const older = renderedOf({ web: [configMap('settings')] });
      const limits: DeleteLimits = {
        ...{ max: 0, ofTarget: false, services: {}, protect: [], beyond: 'keep' },
        exempt: new Set([`/ConfigMap/${namespace()}/brought`] as const),
      };
      const planned = await drive(planBack(older, stageOf(), limits));
      const kept = ['/Service', 'apps/Deployment'].map((kind) => ({
        id: `${kind}/${namespace()}/web`,
        because: 'no approval names it',
      }));
      expect([actions(planned), planned.kept]).toEqual([
        { 'ConfigMap - settings': 'unchanged', 'ConfigMap - brought': 'prune' },
        kept,
      ]);
      const carried = { approved: planned };
      expect((await drive(apply(older, stageOf(), carried))).status).toBe('done');
      expect(await drive(prune(older, stageOf(), carried))).toEqual({
        status: 'done',
        progress: {},
        kept: kept.map(({ id }) => id),
      });
      expect([await isThere('deployments', 'web'), await isThere('configmaps', 'brought')]).toEqual([true, false]);
      const again = await drive(planBack(older, stageOf(), undefined, kept.map(({ id }) => id) as never));
      expect(Object.values(actions(again))).toEqual(['unchanged']);
    });

    it('stays in the inventory when its delete is refused, and goes with the next run that may', async () => {
      const [keep, go] = [configMap('a'), configMap('b')];
      await drive(deploy(renderedOf({ web: [keep, go, service('web')] }), stageOf()));
      const fewer = renderedOf({ web: [keep] });
      const approved = await drive(plan(fewer, stageOf()));
      const policy = await refuseDeletes();
      const refused = await drive(prune(fewer, { ...stageOf(), cluster: policy.cluster }, { approved }));
      expect(refused).toEqual({
        status: 'failed',
        progress: {},
        kept: [],
        because: expect.stringContaining(`ConfigMap ${namespace()}/b: `),
        objects: [
          {
            id: `/ConfigMap/${namespace()}/b`,
            code: expect.any(String),
            because: expect.stringContaining('not today'),
          },
        ],
      });
      // The Service went all the same; what stands is still covered, and still a member.
      expect([await isThere('services', 'web'), await isThere('configmaps', 'b')]).toEqual([false, true]);
      const { annotations = {} } = (await read('configmaps', 'tidegate-web')).metadata;
      expect(annotations['applyset.kubernetes.io/contains-group-kinds']).toBe('ConfigMap');
      await policy.lift();
      expect(actions(await drive(deploy(fewer, stageOf())))).toEqual({
        'ConfigMap - a': 'unchanged',
        'ConfigMap - b': 'prune',
      });
      expect(await isThere('configmaps', 'b')).toBe(false);
    });

    it('is waited for by name of its finalizer, and the inventory keeps it until it is gone', async () => {
      await drive(deploy(renderedOf({ web: [configMap('a'), service('held')] }), stageOf()));
      const merge = 'application/merge-patch+json';
      await send('PATCH', pathOf('services', 'held'), { metadata: { finalizers: ['example.com/hold'] } }, merge);
      const fewer = renderedOf({ web: [configMap('a')] });
      const approved = await drive(plan(fewer, stageOf()));
      const slice = await drive(pruneOnce(fewer, stageOf(undefined, 4000), { approved }));
      expect(slice).toMatchObject({
        status: 'in-progress',
        because: expect.stringMatching(
          /^waiting for Service .*\/held to be gone since .*, held by finalizers example.com\/hold$/,
        ),
      });
      const { annotations = {} } = (await read('configmaps', 'tidegate-web')).metadata;
      expect(annotations['applyset.kubernetes.io/contains-group-kinds']).toBe('ConfigMap,Service');
      await send('PATCH', pathOf('services', 'held'), { metadata: { finalizers: [] } }, merge);
      expect((await drive(prune(fewer, stageOf(), { approved }))).status).toBe('done');
    });

    it('is left to another owner, though it carries the label of our set', async () => {
      await drive(deploy(renderedOf({ web: [configMap('a'), configMap('b')] }), stageOf()));
      const { labels = {}, uid } = (await read('configmaps', 'a')).metadata;
      await send('POST', `/api/v1/namespaces/${namespace()}/configmaps`, {
        ...configMap('owned'),
        metadata: { name: 'owned', labels, ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid }] },
      });
      const approved = await drive(deploy(renderedOf({ web: [configMap('a')] }), stageOf()));
      expect(actions(approved)).toEqual({ 'ConfigMap - a': 'unchanged', 'ConfigMap - b': 'prune' });
      expect([approved.kept, await isThere('configmaps', 'owned')]).toEqual([undefined, true]);
    });

    it('stays where it holds state, or asks to', async () => {
      const claim: Manifest = {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      };
      const keeps = {
        ...configMap('keeps'),
        metadata: { name: 'keeps', annotations: { 'cli-utils.sigs.k8s.io/on-remove': 'keep' } },
      };
      const full = renderedOf({ web: [configMap('a'), claim, keeps] });
      await drive(apply(full, stageOf(), { approved: await drive(plan(full, stageOf())) }));
      const fewer = renderedOf({ web: [configMap('a')] });
      const approved = await drive(plan(fewer, stageOf()));
      const pruned = await drive(prune(fewer, stageOf(), { approved }));
      expect(pruned).toEqual({
        status: 'done',
        progress: {},
        kept: [`/ConfigMap/${namespace()}/keeps`, `/PersistentVolumeClaim/${namespace()}/data`],
      });
    });

    it('is what a newer release brought, when an older one comes back', async () => {
      const older = web();
      await drive(deploy(older, stageOf()));
      await drive(
        deploy(renderedOf({ web: [configMap('settings', { key: 'new' }), configMap('brought')] }), stageOf()),
      );
      const back = await drive(deploy(older, stageOf()));
      expect(actions(back)).toEqual({
        'ConfigMap - settings': 'change',
        'Service - web': 'create',
        'Deployment - web': 'create',
        'ConfigMap - brought': 'prune',
      });
      expect(Object.values(actions(await drive(plan(older, stageOf()))))).toEqual([
        'unchanged',
        'unchanged',
        'unchanged',
      ]);
    });
  });
};
