import { describe, expect, it } from 'vitest';
import { ClusterUnreachable } from '../../shared/clouds/cluster.ts';
import { canonicalJson, digestOf } from '../../shared/rollout/digest.ts';
import type { Manifest } from '../../shared/rollout/release.ts';
import { noRestarts } from '../../shared/rollout/restarts.ts';
import {
  configMap,
  deployment,
  namespace as namespaceOf,
  secret,
  service,
  widget,
  widgetDefinition,
} from './manifests.ts';
import {
  apply,
  deploy,
  type Faults,
  inShort,
  isWrite,
  keepJournal,
  plan,
  recordCluster,
  releaseOf,
  renderedOf,
  settle,
} from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn, web } from './theatre.ts';

const hash = (value: unknown) => digestOf(canonicalJson(value));

/** First deployments, changes, and slices that are cut short anywhere. */
export const applyManifestsSuite = (server: () => Server): void => {
  const { send, pathOf, read, stageOf, drive, actions, namespace } = playOn(server, 'apply');

  describe('a first deployment', () => {
    it('is planned without a write and applied with one write per object, the inventory first', async () => {
      const stage = stageOf();
      const approved = await drive(plan(web(), stage));
      expect(stage.cluster.seen.filter(isWrite)).toEqual([]);
      expect(approved).toEqual({
        target: 'rehearsal',
        release: releaseOf(web()),
        rendered: hash(web()),
        objects: ['/ConfigMap/-/settings', '/Service/-/web', 'apps/Deployment/-/web'].map((id) => ({
          id: id.replace('-', namespace),
          service: 'web',
          action: 'create',
          fields: [{ path: '', withHash: expect.stringMatching(/^sha256:/) }],
        })),
        restarts: { ...noRestarts, starts: [{ workload: `apps/Deployment/${namespace()}/web`, after: [] }] },
      });
      const journal = keepJournal();
      const result = await drive(apply(web(), stage, { approved, fence: 7, journal }));
      expect(stage.cluster.seen.filter(isWrite).map(inShort)).toEqual([
        'PATCH configmaps/tidegate-web',
        'PATCH configmaps/settings',
        'PATCH services/web',
        'PATCH deployments/web',
      ]);
      const live = await read('deployments', 'web');
      expect(result).toMatchObject({
        status: 'done',
        progress: { [`apps/Deployment/${namespace()}/web`]: { uid: live.metadata.uid, generation: 1 } },
      });
      expect(live.metadata.annotations?.['tidegate.dev/fence']).toBe('7');
      expect([...journal.lines].sort()).toEqual(
        [
          `apply /ConfigMap/${namespace()}/tidegate-web`,
          '1 done',
          `apply /ConfigMap/${namespace()}/settings`,
          '3 done',
          `apply /Service/${namespace()}/web`,
          '4 done',
          `apply apps/Deployment/${namespace()}/web`,
          expect.stringMatching(/^\d done$/),
        ].sort(),
      );
      expect(await drive(settle(web(), stage, result.progress))).toEqual({ status: 'settled' });
    });

    it('names intent, token and plan in the user agent of every write', async () => {
      const stage = stageOf();
      await drive(deploy(web(), stage));
      for (const { userAgent } of stage.cluster.seen.filter(isWrite)) {
        expect(userAgent).toMatch(/^tidegate\/\d+\.\d+\.\d+ \(intent=\d+; token=1; plan=sha256:[0-9a-f]{64}\)$/);
      }
    });

    it('brings its own namespace, and the inventory right after it', async () => {
      const stage = { ...stageOf(), namespace: `${namespace()}-own` };
      const rendered = web(namespaceOf(stage.namespace));
      await drive(deploy(rendered, stage));
      expect(stage.cluster.seen.filter(isWrite).map(inShort).slice(0, 3)).toEqual([
        `PATCH namespaces/${stage.namespace}`,
        'PATCH configmaps/tidegate-web',
        'PATCH configmaps/settings',
      ]);
    });

    it('brings a definition and its objects in one go', async () => {
      const stage = stageOf();
      const rendered = renderedOf({ widgets: [widget('small', 1), widgetDefinition] });
      await drive(deploy(rendered, stage));
      const again = stageOf();
      expect(actions(await drive(plan(rendered, again)))).toEqual({
        'CustomResourceDefinition  widgets.example.com': 'unchanged',
        'Widget - small': 'unchanged',
      });
    });
  });

  describe('a change', () => {
    it('is planned by field and made with one write', async () => {
      await drive(deploy(web(), stageOf()));
      const next = renderedOf({
        web: [configMap('settings'), service('web'), deployment('web', { reads: 'settings', replicas: 3 })],
      });
      const stage = stageOf();
      const { uid } = (await read('deployments', 'web')).metadata;
      const approved = await drive(deploy(next, stage));
      expect(approved.objects.at(-1)).toEqual({
        id: `apps/Deployment/${namespace()}/web`,
        service: 'web',
        action: 'change',
        uid,
        fields: [{ path: '/spec/replicas', replaces: '2', replacesHash: hash(2), with: '3', withHash: hash(3) }],
      });
      expect(stage.cluster.seen.filter(isWrite).map(inShort)).toEqual(['PATCH deployments/web']);
    });

    it('takes away what the manifest no longer states', async () => {
      await drive(deploy(renderedOf({ web: [configMap('settings', { a: '1', b: '2' })] }), stageOf()));
      const approved = await drive(deploy(renderedOf({ web: [configMap('settings', { a: '1' })] }), stageOf()));
      expect(approved.objects[0]?.fields).toEqual([{ path: '/data/b', replaces: '2', replacesHash: hash('2') }]);
      expect((await read('configmaps', 'settings')).data).toEqual({ a: '1' });
    });

    it('shows of a Secret nothing but hashes, and removes keys of stringData', async () => {
      const base64 = (text: string) => Buffer.from(text).toString('base64');
      await drive(deploy(renderedOf({ web: [secret('key', { a: 'open', b: 'sesame' })] }), stageOf()));
      const approved = await drive(deploy(renderedOf({ web: [secret('key', { a: 'shut' })] }), stageOf()));
      expect(approved.objects[0]?.fields).toEqual([
        { path: '/data/a', replacesHash: hash(base64('open')), withHash: hash(base64('shut')) },
        { path: '/data/b', replacesHash: hash(base64('sesame')) },
      ]);
      expect((await read('secrets', 'key')).data).toEqual({ a: base64('shut') });
    });

    it('stops when the target differs by more than was approved', async () => {
      await drive(deploy(web(), stageOf()));
      const next = renderedOf({
        web: [configMap('settings', { key: 'new' }), service('web'), deployment('web', { reads: 'settings' })],
      });
      const approved = await drive(plan(next, stageOf()));
      const edited = { spec: { selector: { app: 'elsewhere' } } };
      await send(
        'PATCH',
        `${pathOf('services', 'web')}?fieldManager=kubectl-edit`,
        edited,
        'application/merge-patch+json',
      );
      const stage = stageOf();
      expect(await drive(apply(next, stage, { approved }))).toEqual({
        status: 'stopped',
        progress: {},
        because: `rehearsal differs by more than was approved: change Service ${namespace()}/web (/spec/selector/app); plan again and have the new plan approved`,
      });
      expect(stage.cluster.seen.filter(isWrite)).toEqual([]);
    });

    it('goes on where a part is done already', async () => {
      await drive(deploy(renderedOf({ web: [configMap('a'), configMap('b')] }), stageOf()));
      const both = renderedOf({ web: [configMap('a', { key: 'new' }), configMap('b', { key: 'new' })] });
      const approved = await drive(plan(both, stageOf()));
      await drive(deploy(renderedOf({ web: [configMap('a', { key: 'new' }), configMap('b')] }), stageOf()));
      const stage = stageOf();
      expect((await drive(apply(both, stage, { approved }))).status).toBe('done');
      expect(stage.cluster.seen.filter(isWrite).map(inShort)).toEqual(['PATCH configmaps/b']);
    });
  });

  describe('a slice', () => {
    it('does what fits before its deadline, and the next one goes on from there', async () => {
      const { clock, request } = server();
      const stage = stageOf();
      const approved = await drive(plan(web(), stage));
      const slow = recordCluster(async (path, init) => {
        await clock.sleep(200);
        return request(path, init);
      });
      const result = await drive(apply(web(), { ...stage, cluster: slow, sliceMs: 3900 }, { approved }));
      const slices = slow.seen.filter(({ path }) => path.includes('labelSelector=applyset.kubernetes.io%2Fid'));
      expect([result.status, Object.keys(result.progress).length, slices.length > 1]).toEqual(['done', 3, true]);
      expect(slow.seen.filter(isWrite)).toHaveLength(4);
    });

    it('stops at the word of the guard, before the next write', async () => {
      const stage = stageOf();
      const approved = await drive(plan(web(), stage));
      let asked = 0;
      const guard = async () => (++asked > 2 ? 'the wave was stopped' : undefined);
      const result = await drive(apply(web(), stage, { approved, guard }));
      expect([result.status, 'because' in result && result.because]).toEqual(['stopped', 'the wave was stopped']);
      expect(stage.cluster.seen.filter(isWrite)).toHaveLength(2);
    });

    it('skips what needs a failed object, and applies the rest', async () => {
      const stage = stageOf();
      const approved = await drive(plan(web(configMap('other')), stage));
      const failing: Faults = {};
      const cluster = recordCluster(async (path, init) => {
        if (init?.method === 'PATCH' && path.includes('/configmaps/settings?')) {
          return Response.json({ kind: 'Status', reason: 'Forbidden', message: 'quota', code: 403 }, { status: 403 });
        }
        return server().request(path, init);
      }, failing);
      const result = await drive(apply(web(configMap('other')), { ...stage, cluster }, { approved }));
      expect(result).toEqual({
        status: 'failed',
        progress: {
          [`/ConfigMap/${namespace()}/other`]: expect.objectContaining({ uid: expect.any(String) }),
          [`/Service/${namespace()}/web`]: expect.objectContaining({ uid: expect.any(String) }),
        },
        because: `ConfigMap ${namespace()}/settings: not allowed (quota); grant this to the identity tidegate uses on the target`,
        objects: [
          {
            id: `/ConfigMap/${namespace()}/settings`,
            code: 'FORBIDDEN',
            because: `ConfigMap ${namespace()}/settings: not allowed (quota); grant this to the identity tidegate uses on the target`,
          },
          {
            id: `apps/Deployment/${namespace()}/web`,
            code: 'SKIPPED',
            because: `Deployment ${namespace()}/web needs ConfigMap ${namespace()}/settings, which was not applied`,
          },
        ],
      });
    });

    it('waits as long as a busy server asks, and tries again', async () => {
      const stage = stageOf();
      const rendered = renderedOf({ web: [configMap('settings')] });
      const approved = await drive(plan(rendered, stage));
      let busy = 2;
      const cluster = recordCluster(async (path, init) => {
        if (init?.method === 'PATCH' && path.includes('/settings?') && busy-- > 0) {
          return new Response('{"kind":"Status","code":429,"message":"too many"}', {
            status: 429,
            headers: { 'retry-after': '1' },
          });
        }
        return server().request(path, init);
      });
      const journal = keepJournal();
      const before = server().clock.now();
      expect((await drive(apply(rendered, { ...stage, cluster }, { approved, journal }))).status).toBe('done');
      expect(server().clock.now() - before).toBeGreaterThanOrEqual(2000);
      expect(journal.lines.filter((line) => line.includes('refused'))).toEqual(['3 refused 429', '5 refused 429']);
    });

    it('resolves a lost reply by reading, whichever write it was', async () => {
      const rendered = web();
      for (let lost = 1; lost <= 4; lost++) {
        let writes = 0;
        const stage = stageOf({
          after: (seen) => {
            if (isWrite(seen) && ++writes === lost) throw new ClusterUnreachable('connection reset');
          },
        });
        const approved = await drive(plan(rendered, stage));
        const journal = keepJournal();
        expect((await drive(apply(rendered, stage, { approved, journal }))).status).toBe('done');
        expect(stage.cluster.seen.filter(isWrite)).toHaveLength(4);
        expect(journal.lines.filter((line) => line.endsWith('unknown'))).toEqual([]);
        await drive(deploy(renderedOf({}), stageOf()));
      }
    });
  });

  describe('replicas of an autoscaler', () => {
    const autoscaler: Manifest = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web' },
      spec: {
        minReplicas: 1,
        maxReplicas: 9,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      },
    };
    const replicas = async () => (await read('deployments', 'web')).spec as { readonly replicas: number };

    it('are handed over without a reset to one, and left alone from then on', async () => {
      const web = deployment('web', { replicas: 4 });
      await drive(deploy(renderedOf({ web: [web] }), stageOf()));
      const scaled = renderedOf({ web: [web, autoscaler] });
      const approved = await drive(plan(scaled, stageOf()));
      expect((await drive(apply(scaled, stageOf(), { approved }))).status).toBe('done');
      expect((await replicas()).replicas).toBe(4);
      const again = stageOf();
      expect((await drive(plan(scaled, again))).objects.map(({ action }) => action)).toEqual([
        'unchanged',
        'unchanged',
      ]);

      await send(
        'PATCH',
        `${pathOf('deployments', 'web')}/scale`,
        { spec: { replicas: 7 } },
        'application/merge-patch+json',
      );
      const changed = renderedOf({ web: [deployment('web', { image: 'registry.example.com/web:v2' }), autoscaler] });
      const next = await drive(plan(changed, stageOf()));
      expect(next.objects.map(({ action }) => action)).toEqual(['unchanged', 'change']);
      expect((await drive(apply(changed, stageOf(), { approved: next }))).status).toBe('done');
      expect((await replicas()).replicas).toBe(7);
    });
  });
};
