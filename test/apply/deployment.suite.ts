import { beforeEach, describe, expect, it } from 'vitest';
import type { LiveObject } from '../../shared/apply/live-object.ts';
import { planTarget } from '../../shared/apply/plan-target.ts';
import type { Refusal } from '../../shared/apply/refusals.ts';
import { ClusterUnreachable } from '../../shared/clouds/cluster.ts';
import { canonicalJson, digestOf } from '../../shared/rollout/digest.ts';
import type { TargetPlan } from '../../shared/rollout/plan.ts';
import type { Manifest, RenderedTarget } from '../../shared/rollout/release.ts';
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
  isDryRun,
  isWrite,
  keepJournal,
  plan,
  prune,
  type RecordedCluster,
  recordCluster,
  releaseOf,
  renderedOf,
  type Stage,
  settle,
} from './rehearsal.ts';
import type { Server } from './server.ts';

const hash = (value: unknown) => digestOf(canonicalJson(value));

/** One deployment after the other, each test in a namespace of its own. The same on the simulated server and on the real one. */
export const deploymentSuite = (server: () => Server): void => {
  let count = 0;
  let namespace = '';

  const send = async (method: string, path: string, body?: unknown, type = 'application/json'): Promise<LiveObject> => {
    const init = {
      method,
      headers: { 'content-type': type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const answer = await server().drive(server().request(path, init));
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as LiveObject;
  };
  const pathOf = (resource: string, name: string): string =>
    `${['deployments', 'statefulsets'].includes(resource) ? '/apis/apps/v1' : '/api/v1'}/namespaces/${namespace}/${resource}/${name}`;
  const read = (resource: string, name: string) => send('GET', pathOf(resource, name));
  const isThere = async (resource: string, name: string): Promise<boolean> =>
    (await server().drive(server().request(pathOf(resource, name)))).ok;
  const stageOf = (faults?: Faults, sliceMs?: number): Stage & { readonly cluster: RecordedCluster } => ({
    cluster: recordCluster(server().request, faults),
    clock: server().clock,
    namespace,
    ...(sliceMs === undefined ? {} : { sliceMs }),
  });
  const drive = <Result>(work: Promise<Result>) => server().drive(work);
  const refusals = async (rendered: RenderedTarget, stage = stageOf()): Promise<readonly Refusal[]> => {
    const { signal } = new AbortController();
    const input = {
      cluster: stage.cluster,
      rendered,
      release: releaseOf(rendered),
      namespace: stage.namespace,
      signal,
    };
    const result = await drive(planTarget(input));
    if (result.status === 'planned') throw new Error(`planned: ${JSON.stringify(result.plan.objects)}`);
    return result.refusals;
  };
  const actions = (planned: TargetPlan): Record<string, string> =>
    Object.fromEntries(
      planned.objects.map(({ id, action }) => [id.split('/').slice(1).join(' ').replace(namespace, '-'), action]),
    );
  const web = (...more: readonly Manifest[]) =>
    renderedOf({ web: [configMap('settings'), service('web'), deployment('web', { reads: 'settings' }), ...more] });

  beforeEach(async () => {
    namespace = `t${++count}`;
    await send('POST', '/api/v1/namespaces', namespaceOf(namespace));
  });

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
        progress: { [`apps/Deployment/${namespace}/web`]: { uid: live.metadata.uid, generation: 1 } },
      });
      expect(live.metadata.annotations?.['tidegate.dev/fence']).toBe('7');
      expect([...journal.lines].sort()).toEqual(
        [
          `apply /ConfigMap/${namespace}/tidegate-web`,
          '1 done',
          `apply /ConfigMap/${namespace}/settings`,
          '3 done',
          `apply /Service/${namespace}/web`,
          '4 done',
          `apply apps/Deployment/${namespace}/web`,
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
      const stage = { ...stageOf(), namespace: `${namespace}-own` };
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

  describe('a deployment of what is there', () => {
    it('costs one LIST of inventories and one LIST per kind, and writes nothing', async () => {
      await drive(deploy(web(), stageOf()));
      const stage = stageOf();
      const approved = await drive(plan(web(), stage));
      expect([stage.cluster.seen.length, stage.cluster.seen.filter(isDryRun)]).toEqual([2 + 1 + 3, []]);
      expect(Object.values(actions(approved))).toEqual(['unchanged', 'unchanged', 'unchanged']);
      await drive(deploy(web(), stage));
      expect(stage.cluster.seen.filter(isWrite)).toEqual([]);
    });

    it('gives the same plan, byte for byte, each time', async () => {
      await drive(deploy(web(), stageOf()));
      const next = renderedOf({ web: [configMap('settings', { key: 'other' }), deployment('web', { replicas: 3 })] });
      const plans = [await drive(plan(next, stageOf())), await drive(plan(next, stageOf()))];
      expect(canonicalJson(plans[0])).toBe(canonicalJson(plans[1]));
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
        id: `apps/Deployment/${namespace}/web`,
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
        because: `rehearsal differs by more than was approved: change Service ${namespace}/web (/spec/selector/app); plan again and have the new plan approved`,
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

  describe('somebody else', () => {
    it('who owns a field is named, and nothing is planned', async () => {
      await drive(deploy(web(), stageOf()));
      const scaled = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace },
        spec: { replicas: 9 },
      };
      await send(
        'PATCH',
        `${pathOf('deployments', 'web')}?fieldManager=autoscaler&force=true`,
        scaled,
        'application/apply-patch+yaml',
      );
      expect(await refusals(web())).toEqual([
        {
          code: 'FIELD_CONFLICT',
          object: `apps/Deployment/${namespace}/web`,
          because: `Deployment ${namespace}/web: .spec.replicas is set by autoscaler; remove the fields from the manifest, or have their manager give them up`,
        },
      ]);
    });

    it('who used kubectl apply hands everything over, with the fields that are no longer stated', async () => {
      const old = configMap('settings', { key: 'old', gone: 'x' });
      const annotated = {
        ...old,
        metadata: {
          name: 'settings',
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(old) },
        },
      };
      await send(
        'POST',
        `/api/v1/namespaces/${namespace}/configmaps?fieldManager=kubectl-client-side-apply`,
        annotated,
      );
      const rendered = renderedOf({ web: [configMap('settings', { key: 'new' })] });
      const approved = await drive(deploy(rendered, stageOf()));
      expect(approved.objects.map(({ action, fields }) => [action, fields.map(({ path }) => path)])).toEqual([
        ['change', ['/data/gone', '/data/key', '/metadata/annotations', '/metadata/labels']],
      ]);
      const live = await read('configmaps', 'settings');
      expect([live.data, live.metadata.managedFields?.map(({ manager }) => manager)]).toEqual([
        { key: 'new' },
        ['tidegate'],
      ]);
      expect(Object.keys(live.metadata.annotations ?? {})).toEqual(['tidegate.dev/fence']);
      const stage = stageOf();
      await drive(deploy(rendered, stage));
      expect(stage.cluster.seen.filter(isWrite)).toEqual([]);
    });

    it('whose set an object belongs to keeps it', async () => {
      const theirs = {
        ...configMap('settings'),
        metadata: { name: 'settings', labels: { 'applyset.kubernetes.io/part-of': 'applyset-theirs-v1' } },
      };
      await send('POST', `/api/v1/namespaces/${namespace}/configmaps`, theirs);
      expect((await refusals(web())).map(({ code, because }) => [code, because])).toEqual([
        [
          'FOREIGN_SET',
          `ConfigMap ${namespace}/settings belongs to the set applyset-theirs-v1; remove it there or take it out of the release`,
        ],
      ]);
    });

    it('who deleted an object gets it back only by a new plan', async () => {
      await drive(deploy(web(), stageOf()));
      const approved = await drive(plan(web(), stageOf()));
      await send('DELETE', pathOf('configmaps', 'settings'));
      const result = await drive(apply(web(), stageOf(), { approved }));
      expect([result.status, 'because' in result && result.because.split(';')[0]]).toEqual([
        'stopped',
        `rehearsal differs by more than was approved: create ConfigMap ${namespace}/settings`,
      ]);
    });
  });

  describe('a field that can not be changed', () => {
    const moved = (annotations?: Readonly<Record<string, string>>) =>
      renderedOf({
        web: [deployment('web', { selector: { app: 'web', tier: 'front' }, ...(annotations ? { annotations } : {}) })],
      });

    it('is refused with the way to allow it', async () => {
      await drive(deploy(renderedOf({ web: [deployment('web')] }), stageOf()));
      const [refusal] = await refusals(moved());
      expect(refusal?.code).toBe('IMMUTABLE_FIELD');
      expect(refusal?.because).toMatch(
        /field is immutable; undo the change, or allow its replacement by annotation tidegate.dev\/on-immutable-change: recreate$/,
      );
    });

    it('is changed by a new object where its annotation allows', async () => {
      await drive(deploy(renderedOf({ web: [deployment('web')] }), stageOf()));
      const before = await read('deployments', 'web');
      const rendered = moved({ 'tidegate.dev/on-immutable-change': 'recreate' });
      const stage = stageOf();
      const approved = await drive(deploy(rendered, stage));
      expect(approved.objects.map(({ action, uid }) => [action, uid])).toEqual([['recreate', before.metadata.uid]]);
      expect(stage.cluster.seen.filter(isWrite).map(inShort)).toEqual([
        'DELETE deployments/web',
        'PATCH deployments/web',
      ]);
      expect((await read('deployments', 'web')).metadata.uid).not.toBe(before.metadata.uid);
    });
  });

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
      await send('POST', `/api/v1/namespaces/${namespace}/configmaps`, {
        ...configMap('b'),
        metadata: { name: 'b', labels },
      });
      const pruned = await drive(prune(fewer, stageOf(), { approved }));
      expect(pruned).toEqual({
        status: 'stopped',
        progress: {},
        kept: [],
        because: `rehearsal: the approved plan does not list the prune of ConfigMap ${namespace}/b; plan again`,
      });
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
        kept: [`/ConfigMap/${namespace}/keeps`, `/PersistentVolumeClaim/${namespace}/data`],
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

  describe('a release that can not be planned', () => {
    const because = async (rendered: RenderedTarget, stage = stageOf()) =>
      (await refusals(rendered, stage)).map((refusal) => `${refusal.code} ${refusal.because}`);

    it('names every mistake at once, with the file', async () => {
      const labelled = {
        ...configMap('c'),
        metadata: { name: 'c', labels: { 'applyset.kubernetes.io/part-of': 'x' } },
      };
      const generated: Manifest = JSON.parse('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"x-"}}');
      const gateway: Manifest = { apiVersion: 'gateway.example.com/v1', kind: 'Gateway', metadata: { name: 'g' } };
      const budget: Manifest = { apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', metadata: { name: 'p' } };
      expect(
        await because(renderedOf({ web: [generated, labelled, gateway, budget, configMap('d'), configMap('d', {})] })),
      ).toEqual([
        'GENERATE_NAME services/web.yaml:1: ConfigMap has generateName, which makes a new object each time; give it a name',
        'OWN_LABEL services/web.yaml:2: ConfigMap c carries label applyset.kubernetes.io/part-of, which tidegate sets; remove it',
        'UNKNOWN_KIND services/web.yaml:3: the cluster serves no Gateway of gateway.example.com/v1, and no CustomResourceDefinition of the release brings it; add the CRD or install it first',
        'VERSION_NOT_SERVED services/web.yaml:4: the cluster does not serve PodDisruptionBudget as policy/v1beta1; it serves policy/v1',
        `IDENTITY_COLLISION services/web.yaml:6: ConfigMap ${namespace}/d is also in services/web.yaml:5 (service web); keep one of them`,
      ]);
    });

    it('names a namespace that is missing', async () => {
      expect(await because(web(), { ...stageOf(), namespace: 'nowhere' })).toEqual([
        'NAMESPACE_MISSING rehearsal: namespace nowhere does not exist; create it, or add a Namespace object to the release',
      ]);
      const elsewhere = { ...configMap('x'), metadata: { name: 'x', namespace: 'nowhere' } };
      expect(await because(web(elsewhere))).toEqual([
        'NAMESPACE_MISSING ConfigMap nowhere/x: namespace nowhere does not exist; create it, or add it to the release',
      ]);
    });

    it('names a field that the schema does not know', async () => {
      const misspelt = { ...deployment('web'), spec: { ...(deployment('web').spec as object), replica: 3 } };
      const [refusal] = await refusals(renderedOf({ web: [misspelt] }));
      expect([refusal?.code, refusal?.because.includes('.spec.replica: field not declared in schema')]).toEqual([
        'INVALID',
        true,
      ]);
    });
  });

  describe('a slice', () => {
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
          [`/ConfigMap/${namespace}/other`]: expect.objectContaining({ uid: expect.any(String) }),
          [`/Service/${namespace}/web`]: expect.objectContaining({ uid: expect.any(String) }),
        },
        because: `ConfigMap ${namespace}/settings: not allowed (quota); grant this to the identity tidegate uses on the target`,
        objects: [
          {
            id: `/ConfigMap/${namespace}/settings`,
            code: 'FORBIDDEN',
            because: `ConfigMap ${namespace}/settings: not allowed (quota); grant this to the identity tidegate uses on the target`,
          },
          {
            id: `apps/Deployment/${namespace}/web`,
            code: 'SKIPPED',
            because: `Deployment ${namespace}/web needs ConfigMap ${namespace}/settings, which was not applied`,
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

  it('ends the same wherever it was killed', async () => {
    const old = renderedOf({ web: [configMap('settings'), service('gone'), deployment('web', { reads: 'settings' })] });
    const allowed = { 'tidegate.dev/on-immutable-change': 'recreate' };
    const next = renderedOf({
      web: [
        configMap('settings', { key: 'new' }),
        configMap('made'),
        deployment('web', { selector: { app: 'web', v: '2' }, annotations: allowed }),
      ],
    });
    class Killed extends Error {}
    /** What is left when all is done: everything of the namespace that a person would compare. */
    const end = async () => {
      const lists = [
        '/api/v1/namespaces/N/configmaps',
        '/api/v1/namespaces/N/services',
        '/apis/apps/v1/namespaces/N/deployments',
      ];
      const found = await Promise.all(
        lists.map(async (path) => {
          const { items } = (await send('GET', path.replace('N', namespace))) as LiveObject & { items: LiveObject[] };
          return items
            .filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt')
            .map(({ metadata, data, spec }) => ({
              name: metadata.name,
              data,
              selector: (spec as { selector?: unknown } | undefined)?.selector,
              annotations: Object.keys(metadata.annotations ?? {}).filter((name) => !name.startsWith('deployment.')),
            }));
        }),
      );
      return JSON.stringify(found);
    };
    const prepare = async () => {
      for (const rendered of [renderedOf({}), old]) {
        await carry(rendered, await drive(plan(rendered, stageOf())), stageOf());
      }
      return drive(plan(next, stageOf()));
    };
    const carry = async (rendered: RenderedTarget, approved: TargetPlan, stage: Stage) => {
      await drive(apply(rendered, stage, { approved }));
      await drive(prune(rendered, stage, { approved }));
    };
    const whole = stageOf();
    await carry(next, await prepare(), whole);
    const expected = await end();
    const requests = whole.cluster.seen.length;
    for (let killedAt = 1; killedAt <= requests; killedAt++) {
      const approved = await prepare();
      let sent = 0;
      const mortal = stageOf({
        after: () => {
          if (++sent >= killedAt) throw new Killed();
        },
      });
      await carry(next, approved, mortal).catch((error: unknown) => expect(error).toBeInstanceOf(Killed));
      await carry(next, approved, stageOf());
      expect(await end(), `killed after request ${killedAt}`).toBe(expected);
    }
  });

  describe('settling', () => {
    it('fails on an image that is not there, within seconds, and names it', async () => {
      const rendered = renderedOf({ web: [deployment('web', { image: 'registry.example.com/not-found:v2' })] });
      const stage = stageOf();
      const applied = await drive(apply(rendered, stage, { approved: await drive(plan(rendered, stage)) }));
      const before = server().clock.now();
      const result = await drive(settle(rendered, stage, applied.progress));
      expect(server().clock.now() - before).toBeLessThan(30_000);
      expect(result.status === 'failed' && result.because).toMatch(
        new RegExp(
          `^rehearsal: Deployment ${namespace}/web \\((ErrImagePull|ImagePullBackOff): pod web-.*image registry.example.com/not-found:v2 of container main`,
        ),
      );
    });

    it('fails on a crash loop, with the last lines of the log where there are logs', async () => {
      const rendered = renderedOf({ web: [deployment('web', { image: 'registry.example.com/crash:v2' })] });
      const stage = stageOf();
      const applied = await drive(apply(rendered, stage, { approved: await drive(plan(rendered, stage)) }));
      const result = await drive(settle(rendered, stage, applied.progress));
      expect(result.status === 'failed' && result.because).toMatch(/CrashLoopBackOff: pod web-.*exit code 1/);
      if (server().hasLogs) expect(result.status === 'failed' && result.evidence[0]?.logs).toEqual(['panic: no route']);
    });

    it('does not take the old pods for the new ones', async () => {
      const sick = renderedOf({ web: [deployment('web', { image: 'registry.example.com/crash:v1' })] });
      const stage = stageOf();
      const applied = await drive(apply(sick, stage, { approved: await drive(plan(sick, stage)) }));
      expect((await drive(settle(sick, stage, applied.progress))).status).toBe('failed');
      const cured = renderedOf({ web: [deployment('web', { image: 'registry.example.com/web:v2' })] });
      expect((await drive(deploy(cured, stage))).objects[0]?.action).toBe('change');
    });

    it('says what it waits for, and fails when the time is over', async () => {
      const rendered = renderedOf({ web: [deployment('web', { image: 'registry.example.com/hang:v2', replicas: 1 })] });
      const stage = stageOf();
      const applied = await drive(apply(rendered, stage, { approved: await drive(plan(rendered, stage)) }));
      const result = await drive(settle(rendered, stage, applied.progress, 3000));
      expect(result.status === 'failed' && result.because).toMatch(
        new RegExp(
          `^rehearsal: not settled within 3 s: Deployment ${namespace}/web \\((LessReady|LessAvailable): 0 of 1 replicas are`,
        ),
      );
    });

    it('fails for an object that was replaced since it was written', async () => {
      const rendered = renderedOf({ web: [configMap('settings')] });
      const stage = stageOf();
      const applied = await drive(apply(rendered, stage, { approved: await drive(plan(rendered, stage)) }));
      await send('DELETE', pathOf('configmaps', 'settings'));
      const result = await drive(settle(rendered, stage, applied.progress));
      expect(result.status === 'failed' && result.because).toBe(
        `rehearsal: ConfigMap ${namespace}/settings (Missing: it is gone since it was applied)`,
      );
    });
  });
};
