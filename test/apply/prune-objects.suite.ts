import { describe, expect, it } from 'vitest';
import type { DeleteLimits } from '../../shared/apply/assess-deletes.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { configMap } from './manifests.ts';
import { apply, deploy, inShort, isWrite, plan, planBack, prune, renderedOf } from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn, web } from './theatre.ts';

/** What goes, what stays, and when. */
export const pruneObjectsSuite = (server: () => Server): void => {
  const { send, pathOf, read, isThere, stageOf, drive, actions, namespace } = playOn(server, 'prune');

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
