import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../shared/rollout/release.ts';
import { configMap, deployment, service, widgetDefinition } from './manifests.ts';
import { apply, deploy, isWrite, plan, renderedOf } from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn } from './theatre.ts';

const allowed = { 'tidegate.dev/on-immutable-change': 'recreate' };
const allowing = (object: Manifest): Manifest => ({
  ...object,
  metadata: { ...object.metadata, annotations: allowed },
});
const merge = 'application/merge-patch+json';

/** What may be replaced, and what is left alone whoever allows it. */
export const replacingSuite = (server: () => Server): void => {
  const { send, pathOf, read, isThere, stageOf, drive, refusals, namespace } = playOn(server, 'replaced');

  describe('an object that allows to be replaced', () => {
    it('is not replaced for what is merely wrong: only words of the server about immutability count', async () => {
      const sound = allowing(service('web'));
      await drive(deploy(renderedOf({ web: [sound] }), stageOf()));
      const { uid } = (await read('services', 'web')).metadata;
      const [refusal] = await refusals(renderedOf({ web: [allowing(service('web', 0))] }));
      expect([refusal?.code, (await read('services', 'web')).metadata.uid]).toEqual(['INVALID', uid]);
    });

    it('is not gone before its replacement was tried: a bad one is found out while the good one stands', async () => {
      const first = deployment('web', { annotations: allowed });
      await drive(deploy(renderedOf({ web: [first] }), stageOf()));
      const { uid } = (await read('deployments', 'web')).metadata;
      const moved = deployment('web', { selector: { app: 'other' }, replicas: -1, annotations: allowed });
      const stage = stageOf();
      const [refusal] = await refusals(renderedOf({ web: [moved] }), stage);
      expect([refusal?.code, stage.cluster.seen.filter(isWrite)]).toEqual(['INVALID', []]);
      expect((await read('deployments', 'web')).metadata.uid).toBe(uid);
    });
  });

  describe('what holds state is never replaced, whoever allows it:', () => {
    const claim = (storageClassName: string): Manifest => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', annotations: allowed },
      spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const volume = (name: string, path: string): Manifest => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name, annotations: allowed },
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path } },
    });
    const definition = (name: string, scope: string): Manifest => {
      const spec = widgetDefinition.spec as { readonly names: object };
      const group = `${name}.example.com`;
      return {
        ...widgetDefinition,
        metadata: { name: `widgets.${group}`, annotations: allowed },
        spec: { ...spec, group, scope },
      };
    };

    it.each<[string, (name: string) => readonly [Manifest, Manifest]]>([
      ['a PersistentVolumeClaim', () => [claim('one'), claim('two')]],
      ['a PersistentVolume', (name) => [volume(name, '/one'), volume(name, '/two')]],
      ['a CustomResourceDefinition', (name) => [definition(name, 'Namespaced'), definition(name, 'Cluster')]],
    ])('%s', async (kind, of) => {
      const [first, second] = of(namespace());
      const rendered = renderedOf({ web: [first] });
      const applied = await drive(apply(rendered, stageOf(), { approved: await drive(plan(rendered, stageOf())) }));
      expect(applied.status).toBe('done');
      const stage = stageOf();
      const [refusal] = await refusals(renderedOf({ web: [second] }), stage);
      expect([refusal?.code, stage.cluster.seen.filter(isWrite)]).toEqual(['IMMUTABLE_FIELD', []]);
      expect(refusal?.because).toMatch(
        new RegExp(`; a ${kind.slice(2)} is never recreated, undo the change or make a new one under another name$`),
      );
    });
  });

  describe('the four meanings of a 409', () => {
    it('another owner is a conflict that names field and manager', async () => {
      await send(
        'POST',
        `${pathOf('configmaps', '').slice(0, -1)}?fieldManager=operator`,
        configMap('a', { key: 'x' }),
      );
      expect((await refusals(renderedOf({ web: [configMap('a', { key: 'y' })] })))[0]?.conflicts).toEqual([
        { path: '.data.key', manager: 'operator' },
      ]);
    });

    it('an object that moved in between is compared again and written over what it is now', async () => {
      const rendered = (key: string) => renderedOf({ web: [configMap('a', { key })] });
      await drive(deploy(rendered('old'), stageOf()));
      const approved = await drive(plan(rendered('new'), stageOf()));
      let touched = false;
      const stage = stageOf();
      const request = stage.cluster.request;
      const cluster = {
        ...stage.cluster,
        request: async (path: string, init?: Parameters<typeof request>[1]) => {
          if (!touched && init?.method === 'PATCH' && /configmaps\/a\?(?!.*dryRun)/.test(path)) {
            touched = true;
            await server().request(`${pathOf('configmaps', 'a')}?fieldManager=bystander`, {
              method: 'PATCH',
              headers: { 'content-type': merge },
              body: JSON.stringify({ metadata: { labels: { seen: 'yes' } } }),
            });
          }
          return request(path, init);
        },
      };
      expect(await drive(apply(rendered('new'), { ...stage, cluster }, { approved }))).toMatchObject({
        status: 'done',
      });
      const { data, metadata } = await read('configmaps', 'a');
      expect([data, metadata.labels?.seen]).toEqual([{ key: 'new' }, 'yes']);
    });

    it('a contended quota is tried again', async () => {
      const rendered = renderedOf({ web: [configMap('a')] });
      const approved = await drive(plan(rendered, stageOf()));
      let refused = 0;
      const stage = stageOf();
      const cluster = {
        ...stage.cluster,
        request: async (path: string, init?: Parameters<typeof stage.cluster.request>[1]) => {
          if (init?.method !== 'PATCH' || !/configmaps\/a\?(?!.*dryRun)/.test(path) || refused++ > 0) {
            return stage.cluster.request(path, init);
          }
          const message = 'Operation cannot be fulfilled on resourcequotas "team": the object has been modified';
          return Response.json({ kind: 'Status', code: 409, reason: 'Conflict', message }, { status: 409 });
        },
      };
      expect((await drive(apply(rendered, { ...stage, cluster }, { approved }))).status).toBe('done');
      expect(await isThere('configmaps', 'a')).toBe(true);
    });

    it('an object, or a namespace, that is being deleted is waited for and not written to', async () => {
      await drive(deploy(renderedOf({ web: [configMap('a')] }), stageOf()));
      await send('PATCH', pathOf('configmaps', 'a'), { metadata: { finalizers: ['example.com/hold'] } }, merge);
      await send('DELETE', pathOf('configmaps', 'a'));
      const [refusal] = await refusals(renderedOf({ web: [configMap('a', { key: 'new' })] }));
      expect([refusal?.code, refusal?.because]).toEqual([
        'TERMINATING',
        `ConfigMap ${namespace()}/a is being deleted, held by finalizers example.com/hold; wait until it is gone, then plan again`,
      ]);
      await send('DELETE', `/api/v1/namespaces/${namespace()}`);
      const [ofNamespace] = await refusals(renderedOf({ web: [configMap('a'), configMap('b')].slice(1) }));
      expect(ofNamespace?.code).toBe('TERMINATING');
      await send('PATCH', pathOf('configmaps', 'a'), { metadata: { finalizers: [] } }, merge);
    });
  });
};
