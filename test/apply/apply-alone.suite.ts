import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../../shared/apply/live-object.ts';
import { ClusterUnreachable } from '../../shared/clouds/cluster.ts';
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
import { inShort, isWrite, recordCluster } from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn } from './theatre.ts';

const annotated = (manifest: Manifest, annotations: Readonly<Record<string, string>>): Manifest => ({
  ...manifest,
  metadata: { ...manifest.metadata, annotations },
});
const recreate = { 'tidegate.dev/on-immutable-change': 'recreate' };

/** One set on one cluster by itself: what it costs, what it says, what it leaves alone. */
export const applyAloneSuite = (server: () => Server): void => {
  const { send, pathOf, read, isThere, namespace } = playOn(server, 'alone');
  const alone = playAlone(server, namespace);
  const merge = 'application/merge-patch+json';
  const patch = (path: string, body: unknown, manager: string) =>
    send('PATCH', `${path}?fieldManager=${manager}`, body, merge);
  const settings = configMap('settings');
  const web = [settings, service('web'), deployment('web', { reads: 'settings' })];

  describe('requests', () => {
    /**
     * The calls as they are where nobody else writes to the cluster. Where somebody does, as the controllers of a real one, a set of `kinds`
     * of which something was written is listed once more.
     */
    const calm = ({ calls }: Awaited<ReturnType<typeof alone>>, least: number, kinds: number) => ({
      ...calls,
      reads: server().hasPolicies && calls.reads === least + kinds ? least : calls.reads,
    });

    it('are one LIST of inventories and one write for each object that is created, and one for the inventory', async () => {
      const created = await alone(web);
      expect([created.words.toSorted(), calm(created, 1, 3)]).toEqual([
        ['created ConfigMap settings', 'created Deployment web', 'created Service web'],
        { reads: 1, tries: 0, writes: 1 + 3 },
      ]);
    });

    it('are one LIST of inventories and one per kind where nothing changed, also where all is waited for', async () => {
      await alone(web, { wait: true });
      const { words, calls } = await alone(web, { wait: true });
      expect([words.toSorted(), calls]).toEqual([
        ['unchanged ConfigMap settings ready', 'unchanged Deployment web ready', 'unchanged Service web ready'],
        { reads: 1 + 3, tries: 0, writes: 0 },
      ]);
    });

    it('are one more for an object that changed, and its line says which fields', async () => {
      await alone(web);
      const changed = await alone([configMap('settings', { key: 'other' }), ...web.slice(1)]);
      expect(calm(changed, 1 + 3, 3)).toEqual({ reads: 1 + 3, tries: 0, writes: 1 });
      expect(changed.lines.find(({ action }) => action === 'changed')).toEqual({
        identity: `/ConfigMap/${namespace()}/settings`,
        action: 'changed',
        reason: '/data/key',
      });
    });

    it('say whose fields they are, the same in every version, and that nothing unknown is let by', async () => {
      const { cluster } = await alone([settings]);
      expect(cluster.seen.filter(isWrite).map(({ path }) => path.split('?')[1])).toEqual([
        'fieldManager=tidegate-applyset&fieldValidation=Strict&force=true',
        'fieldManager=tidegate&fieldValidation=Strict',
      ]);
      const odd = deployment('odd');
      const { lines } = await alone([settings, { ...odd, spec: { ...(odd.spec as object), replica: 1 } }]);
      expect(lines.map(({ action, reason }) => [action, /[.]spec[.]replica: field not declared/.test(reason)])).toEqual(
        expect.arrayContaining([
          ['refused', true],
          ['unchanged', false],
        ]),
      );
    });

    it('are two of discovery however many kinds there are, and two more after a definition was written', async () => {
      const asked = ({ cluster }: Awaited<ReturnType<typeof alone>>) =>
        cluster.seen.filter(({ path }) => path === '/api' || path === '/apis').length;
      const { definition, widget: own } = widgetsIn(`${namespace()}.example.com`);
      expect(asked(await alone(web))).toBe(2);
      // A kind that is not known is asked for once more, too, before anything is made of that.
      expect(asked(await alone([definition, own('a', 1)], { set: 'defined' }))).toBe(6);
      expect(asked(await alone([definition, own('a', 1)], { set: 'defined' }))).toBe(2);
    });

    it('are a dry run only where it is in doubt whether anything changed', async () => {
      const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
      const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'r' }, rules };
      await alone([role]);
      const more = { ...role, rules: [...rules, ...rules] };
      expect(calm(await alone([more]), 2, 1)).toEqual({ reads: 2, tries: 1, writes: 1 });
      expect((await alone([more])).calls).toEqual({ reads: 2, tries: 0, writes: 0 });
    });

    it('make nothing of an admission that fills and empties what is not kept', async () => {
      const empty = deployment('empty', { replicas: 0 });
      const spec = empty.spec as { readonly template: { readonly spec: { readonly containers: readonly object[] } } };
      const [container] = spec.template.spec.containers;
      const full = {
        ...container,
        env: [{ name: 'EMPTY', value: '' }],
        command: [],
        stdin: false,
        resources: { limits: { cpu: '1000m', memory: '1024Mi' } },
      };
      const volumes = [{ name: 'tmp', emptyDir: { sizeLimit: '1024Mi' } }];
      const odd = {
        ...empty,
        spec: {
          ...spec,
          template: { ...spec.template, spec: { containers: [full], volumes, nodeSelector: {}, tolerations: [] } },
        },
      };
      await alone([odd, annotated(configMap('bare', {}), {})]);
      expect((await alone([odd, annotated(configMap('bare', {}), {})])).calls).toEqual({
        reads: 3,
        tries: 0,
        writes: 0,
      });
    });
  });

  describe('a dry run', () => {
    it('says the words of what then happens, and writes nothing', async () => {
      await alone([settings, configMap('gone'), secret('key', { a: '1' })]);
      await send('POST', `${pathOf('configmaps', '').slice(0, -1)}?fieldManager=kubectl-create`, configMap('there'));
      const next = [
        configMap('settings', { key: 'other' }),
        secret('key', { a: '1' }),
        configMap('new'),
        configMap('there'),
      ];
      const dry = await alone(next, { dryRun: true });
      const done = await alone(next);
      expect([dry.words.toSorted(), dry.calls.writes]).toEqual([done.words.toSorted(), 0]);
      expect(done.words.toSorted()).toEqual([
        'changed ConfigMap settings',
        'created ConfigMap new',
        'migrated ConfigMap there',
        'pruned ConfigMap gone',
        'unchanged Secret key',
      ]);
    });

    it('says of what goes into something that comes with it that it was not tried', async () => {
      const fresh = `${namespace()}-fresh`;
      const inFresh = { ...configMap('a'), metadata: { name: 'a', namespace: fresh } };
      const { lines } = await alone([namespaceOf(fresh), inFresh], { dryRun: true });
      expect(lines.map(({ action, reason }) => [action, reason])).toEqual([
        ['created', ''],
        ['created', 'not tried, for what it goes into is not there yet'],
      ]);
    });
  });

  describe('an object that is there and no member', () => {
    const create = (manifest: Manifest, manager: string) =>
      send('POST', `${pathOf('configmaps', '').slice(0, -1)}?fieldManager=${manager}`, manifest);

    it('is taken on where it is as wanted or a client made it, and never by a create', async () => {
      await create(configMap('a', { key: 'theirs' }), 'kubectl-create');
      const { uid } = (await read('configmaps', 'a')).metadata;
      const { words } = await alone([configMap('a', { key: 'ours' })]);
      const now = await read('configmaps', 'a');
      expect([words, now.data, now.metadata.uid]).toEqual([['migrated ConfigMap a'], { key: 'ours' }, uid]);
    });

    it('is a conflict, with file, field and manager, where a controller says otherwise', async () => {
      await create(configMap('a', { key: 'theirs' }), 'operator');
      const { lines, cluster } = await alone([configMap('a', { key: 'ours' })]);
      expect(lines).toEqual([
        {
          identity: `/ConfigMap/${namespace()}/a`,
          action: 'conflict',
          reason: `web.yaml:1: ConfigMap ${namespace()}/a: .data.key is set by operator; remove the fields from the manifest, or have their manager give them up`,
        },
      ]);
      expect(cluster.seen.filter(isWrite).map(inShort)).toEqual([
        'PATCH configmaps/tidegate-web',
        'PATCH configmaps/a',
      ]);
      expect((await read('configmaps', 'a')).data).toEqual({ key: 'theirs' });
    });

    it('is refused where it is another set’s', async () => {
      await alone([configMap('a')], { set: 'other' });
      expect((await alone([configMap('a', { key: 'ours' })])).words).toEqual(['refused ConfigMap a']);
      expect((await read('configmaps', 'a')).data).toEqual({ key: 'value' });
    });
  });

  describe('what others fill in', () => {
    it('of a Secret or ConfigMap that leaves it empty is never taken back and no difference', async () => {
      const filled: readonly Manifest[] = [
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'none' } },
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'braces' }, data: {} },
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' }, data: { crt: '' } },
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'bundle' }, data: { crt: '' } },
      ];
      await alone(filled);
      for (const name of ['none', 'braces', 'keys']) {
        await patch(pathOf('secrets', name), { data: { crt: 'eA==' } }, 'issuer');
      }
      await patch(pathOf('configmaps', 'bundle'), { data: { crt: 'x' } }, 'injector');
      const { words, calls } = await alone(filled);
      expect([words.toSorted(), calls.writes]).toEqual([
        ['unchanged ConfigMap bundle', 'unchanged Secret braces', 'unchanged Secret keys', 'unchanged Secret none'],
        0,
      ]);
      await alone(filled.map((each) => annotated(each, { changed: 'yes' })));
      expect([(await read('secrets', 'keys')).data, (await read('configmaps', 'bundle')).data]).toEqual([
        { crt: 'eA==' },
        { crt: 'x' },
      ]);
    });

    it('of a webhook, a conversion and an aggregated role is theirs, whatever placeholder stands there', async () => {
      const name = `filled-${namespace()}`;
      const clientConfig = { caBundle: 'Cg==', service: { name: 'web', namespace: namespace() } };
      const hook = {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        metadata: { name },
        webhooks: [
          {
            name: 'check.example.com',
            failurePolicy: 'Ignore',
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
            clientConfig,
            rules: [{ apiGroups: ['none.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['x'] }],
          },
        ],
      };
      const role = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name },
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [name]: 'yes' } }] },
        rules: [],
      };
      await alone([hook, role]);
      const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
      const ca =
        'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJCVENCc0tBREFnRUNBZ0VCTUEwR0NTcUdTSWIzRFFFQkN3VUFNQTB4Q3pBSkJnTlZCQU1UQW5oNApNQjRYRFRJMk1ERXdNVEF3TURBd01Gb1hEVE0yTURFd01UQXdNREF3TUZvd0RURUxNQWtHQTFVRUF4TUNlSGd3ClhEQU5CZ2txaGtpRzl3MEJBUUVGQUFOTEFEQklBa0VBeFlPL1gKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=';
      const webhooks = [{ ...hook.webhooks[0], clientConfig: { ...clientConfig, caBundle: ca } }];
      const paths = [
        `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${name}`,
        `/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`,
      ] as const;
      await patch(paths[0], { webhooks }, 'cainjector');
      await patch(paths[1], { rules }, 'clusterrole-aggregation-controller');
      const { words, calls } = await alone([hook, role]);
      expect([words.toSorted(), calls.writes]).toEqual([
        [`unchanged ClusterRole ${name}`, `unchanged ValidatingWebhookConfiguration ${name}`],
        0,
      ]);
      await alone([]);
    });
  });

  describe('a replacement', () => {
    it('is tried under another name before anything is deleted', async () => {
      const job = (image: string, more: object = {}): Manifest => ({
        ...annotated({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once' } }, recreate),
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image }], ...more } } },
      });
      await alone([job('registry.example.com/a:v1')]);
      const bad = await alone([job('registry.example.com/a:v2', { restartPolicy: 'Always' })]);
      expect([bad.words, bad.cluster.seen.filter(({ method }) => method === 'DELETE')]).toEqual([
        ['refused Job once'],
        [],
      ]);
      expect((await alone([job('registry.example.com/a:v2')])).words).toEqual(['recreated Job once']);
    });

    it('that is refused all the same has what it was to replace put back', async () => {
      const selected = (app: string, replicas: number) =>
        deployment('web', { selector: { app }, annotations: recreate, replicas });
      await alone([selected('a', 1)]);
      let isDeleted = false;
      const cluster = recordCluster(async (path, init) => {
        if (isDeleted && init?.method === 'PATCH') {
          isDeleted = false;
          const status = { kind: 'Status', code: 422, reason: 'Invalid', message: 'the address is already allocated' };
          return Response.json(status, { status: 422 });
        }
        isDeleted ||= init?.method === 'DELETE';
        return server().request(path, init);
      });
      const { lines } = await alone([selected('b', 1)], { cluster });
      expect(lines.map(({ action, reason }) => [action, reason.split('; ').at(-1)])).toEqual([
        ['refused', 'the Deployment it was to replace is there again'],
      ]);
      expect((await read('deployments', 'web')).spec).toMatchObject({ selector: { matchLabels: { app: 'a' } } });
    });
  });

  describe('what leaves the set', () => {
    it('goes custom objects first, and their controller only when they are gone', async () => {
      const operator = deployment('operator', { replicas: 0 });
      const { definition, widget } = widgetsIn('leaving.example.com');
      const held: Manifest = { ...widget('held', 1), metadata: { name: 'held', finalizers: ['example.com/operator'] } };
      await alone([definition], { set: 'definitions', wait: true });
      await alone([operator, held, settings]);
      const stuck = await alone([settings], { patienceMs: 2000, wait: true });
      expect(stuck.words).toEqual([
        'unchanged ConfigMap settings ready',
        'failed Widget held',
        'skipped Deployment operator',
      ]);
      expect(stuck.lines[1]?.reason).toContain('held by finalizers example.com/operator');
      expect(await isThere('deployments', 'operator')).toBe(true);
      const path = `/apis/leaving.example.com/v1/namespaces/${namespace()}/widgets/held`;
      await send('PATCH', path, { metadata: { finalizers: null } }, merge);
      expect((await alone([settings])).words).toEqual(['unchanged ConfigMap settings', 'pruned Deployment operator']);
    });

    it('stays, where nobody waits, until the pods that may read it are replaced', async () => {
      await alone([configMap('v1'), deployment('web', { reads: 'v1' })], { wait: true });
      const next = [configMap('v2'), deployment('web', { reads: 'v2' })];
      const hasty = await alone(next);
      expect([hasty.words.toSorted(), hasty.kept, hasty.said]).toEqual([
        ['changed Deployment web', 'created ConfigMap v2'],
        [`/ConfigMap/${namespace()}/v1`],
        [
          `ConfigMap ${namespace()}/v1 left the set and stays until the pods that may read it are replaced; apply again`,
        ],
      ]);
      const patient = await alone(next, { wait: true });
      expect(patient.words.at(-1)).toBe('pruned ConfigMap v1');
    });

    it('goes only behind a workload that has moved, where it is waited for', async () => {
      await alone([configMap('v1'), deployment('web', { reads: 'v1' })], { wait: true });
      const { words } = await alone([configMap('v2'), deployment('web', { reads: 'v2' })], { wait: true });
      expect(words.slice(-2)).toEqual(['changed Deployment web ready', 'pruned ConfigMap v1']);
      const crashing = deployment('web', { reads: 'v3', image: 'registry.example.com/crash:v1' });
      const failed = await alone([configMap('v3'), crashing], { wait: true });
      expect([failed.words.at(-1), await isThere('configmaps', 'v2')]).toEqual(['changed Deployment web failed', true]);
    });

    it('goes whole by a list of nothing, and its inventory with it', async () => {
      await alone(web);
      expect((await alone([])).words.toSorted()).toEqual([
        'pruned ConfigMap settings',
        'pruned Deployment web',
        'pruned Service web',
      ]);
      expect(await isThere('configmaps', 'tidegate-web')).toBe(false);
    });
  });

  describe('a webhook configuration', () => {
    const hookOf = (service: string): Manifest => ({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: `asked-${namespace()}` },
      webhooks: [
        {
          name: 'check.example.com',
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          clientConfig: { service: { name: service, namespace: namespace() } },
          rules: [{ apiGroups: ['none.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['x'] }],
        },
      ],
    });

    it('is applied when its service has an endpoint that is ready, after all else', async () => {
      const objects = [hookOf('web'), ...web];
      const { words, said, cluster } = await alone(objects, { wait: true });
      expect(words.filter((word) => word.startsWith('created Validating'))).toHaveLength(1);
      expect(cluster.seen.filter(isWrite).map(inShort).at(-1)).toContain('validatingwebhookconfigurations');
      expect(said).toEqual([
        `ValidatingWebhookConfiguration asked-${namespace()} waits for an endpoint of Service ${namespace()}/web`,
      ]);
      expect((await alone(objects, { wait: true })).calls).toEqual({ reads: 1 + 4, tries: 0, writes: 0 });
      await alone([]);
    });

    it('is not applied while there is none, and all the same where nobody waits', async () => {
      const objects = [hookOf('web'), service('web'), deployment('web', { replicas: 0 })];
      const patient = await alone(objects, { wait: true, patienceMs: 3000 });
      const [failed] = patient.lines.filter(({ action }) => action === 'failed');
      expect(failed?.reason).toContain(
        `waits for an endpoint of Service ${namespace()}/web, and had none within 3 s; applied without`,
      );
      const hasty = await alone(objects);
      expect(hasty.words).toContain(`created ValidatingWebhookConfiguration asked-${namespace()}`);
      await alone([]);
    });
  });

  describe('two at the same moment', () => {
    const many = (key: string) => Array.from({ length: 12 }, (_, place) => configMap(`m${place}`, { key }));
    const at = async (...keys: readonly string[]) => {
      const ran = await Promise.all(keys.map((key) => alone(many(key))));
      const { items } = (await send('GET', pathOf('configmaps', '').slice(0, -1))) as LiveObject & {
        readonly items: readonly (LiveObject & { readonly data?: { readonly key?: string } })[];
      };
      const members = items.filter(({ metadata }) => metadata.labels?.['applyset.kubernetes.io/part-of'] !== undefined);
      return { ran, live: members.map(({ metadata, data }) => `${metadata.name} ${data?.key}`).sort() };
    };

    it.each([
      ['make a set', false],
      ['change one', true],
    ])('that %s to the same do so together, each object once', async (_, isThere) => {
      if (isThere) await alone(many('old'));
      const { ran, live } = await at('new', 'new');
      expect(live).toEqual(
        many('new')
          .map(({ metadata }) => `${metadata.name} new`)
          .sort(),
      );
      expect(ran.map(({ summary }) => [summary.failed, summary.refused])).toEqual([
        [0, 0],
        [0, 0],
      ]);
      expect((await alone(many('new'))).calls).toEqual({ reads: 2, tries: 0, writes: 0 });
    });

    it.each([
      ['make a set', false],
      ['change one', true],
    ])('that %s to something else each: one goes on, and the other says so', async (_, isThere) => {
      if (isThere) await alone(many('old'));
      const { ran, live } = await at('one', 'other');
      // Which one is a matter of moments, and so is whether the other had ended before.
      const [key] = live.map((each) => each.split(' ')[1]);
      expect(live).toEqual(
        many('')
          .map(({ metadata }) => `${metadata.name} ${key}`)
          .sort(),
      );
      const [one, other] = key === 'one' ? ran : ran.toReversed();
      expect(one?.lines.filter(({ action }) => action === 'failed')).toEqual([]);
      const failed = other?.lines.filter(({ action }) => action === 'failed').map(({ reason }) => reason) ?? [];
      const told =
        /^(another tidegate applies this set at the same time, and has changed ConfigMap \S+; |somebody else works on the set of web$)/;
      expect(failed.filter((reason) => !/; that one goes on, apply again when it has ended$/.test(reason))).toEqual([]);
      expect([...(one?.said ?? []), ...failed].filter((sentence) => told.test(sentence)).length).toBeGreaterThan(0);
      expect((await alone(many(key ?? ''))).calls).toEqual({ reads: 2, tries: 0, writes: 0 });
    });
  });

  describe('two that change other objects of one set, and do not wait', () => {
    const wanted = (a: string, b: string) => [configMap('a', { key: a }), configMap('b', { key: b }), service('web')];
    /** Lets one run read, and write only when the other has read and written. */
    const interleaved = async (first: readonly Manifest[], second: readonly Manifest[]) => {
      const early: ReturnType<typeof alone>[] = [];
      const held = recordCluster(async (path, init) => {
        if (init?.method === 'PATCH' && early.length === 0) early.push(alone(second));
        await Promise.all(early);
        return server().request(path, init);
      });
      const late = await alone(first, { cluster: held });
      return { late, early: await Promise.all(early) };
    };

    it('never mix without a word: the later one says of what it had not to write that it is another’s', async () => {
      await alone(wanted('old', 'old'));
      const { late, early } = await interleaved(wanted('new', 'old'), wanted('old', 'other'));
      expect(early.map(({ words }) => words.toSorted())).toEqual([
        ['changed ConfigMap b', 'unchanged ConfigMap a', 'unchanged Service web'],
      ]);
      expect(late.words.toSorted()).toEqual(['changed ConfigMap a', 'failed ConfigMap b', 'unchanged Service web']);
      expect(late.lines.find(({ action }) => action === 'failed')?.reason).toBe(
        'another tidegate, which applied this set at the same time, has changed it since; apply again',
      );
      expect((await alone(wanted('new', 'old'))).words).toContain('changed ConfigMap b');
    });

    it('say nothing where what the other changed is what is wanted, nor of what another tool did', async () => {
      await alone(wanted('old', 'old'));
      const { late } = await interleaved(wanted('new', 'new'), wanted('old', 'new'));
      expect(late.summary.failed).toBe(0);
      const held = recordCluster(async (path, init) => {
        if (init?.method === 'PATCH') await patch(pathOf('configmaps', 'b'), { data: { by: 'hand' } }, 'kubectl-edit');
        return server().request(path, init);
      });
      const { words } = await alone(wanted('newer', 'new'), { cluster: held });
      expect(words.toSorted()).toEqual(['changed ConfigMap a', 'unchanged ConfigMap b', 'unchanged Service web']);
    });

    it('are told of an object that was theirs already and then the other’s, as failed and nothing else', async () => {
      const both = (key: string) => [configMap('a', { key }), configMap('b', { key })];
      await alone(both('old'));
      let isFirst = true;
      const early: ReturnType<typeof alone>[] = [];
      const held = recordCluster(async (path, init) => {
        if (init?.method !== 'PATCH' || !path.includes('/b?')) return server().request(path, init);
        // a is written; the other one comes, takes it back and ends, before b is.
        await server().clock.sleep(500);
        if (isFirst) early.push(alone([configMap('a', { key: 'other' }), configMap('b', { key: 'old' })]));
        isFirst = false;
        await Promise.all(early);
        return server().request(path, init);
      });
      const late = await alone(both('new'), { cluster: held });
      expect(late.words.toSorted()).toEqual(['changed ConfigMap a', 'changed ConfigMap b', 'failed ConfigMap a']);
      expect([late.summary.changed, late.summary.failed]).toEqual([1, 1]);
    });

    it('are told of an object that the other has removed', async () => {
      await alone(wanted('old', 'old'));
      const { late } = await interleaved(wanted('new', 'old'), wanted('old', 'old').slice(0, 1));
      expect(late.words.filter((word) => word.startsWith('failed')).toSorted()).toEqual([
        'failed ConfigMap b',
        'failed Service web',
      ]);
    });
  });

  describe('trouble', () => {
    const busy = (code: number) => Response.json({ kind: 'Status', code, message: 'busy' }, { status: code });

    it('with one object is that object’s, in a dry run too', async () => {
      const cluster = recordCluster(async (path, init) =>
        init?.method === 'PATCH' && path.includes('/configmaps/b?') ? busy(500) : server().request(path, init),
      );
      const objects = [configMap('a'), configMap('b'), configMap('c')];
      const expected = ['created ConfigMap a', 'created ConfigMap c', 'failed ConfigMap b'];
      expect((await alone(objects, { cluster, dryRun: true })).words.toSorted()).toEqual(expected);
      expect((await alone(objects, { cluster })).words.toSorted()).toEqual(expected);
    });

    it('with reading is waited out, and so is a cut connection of a server that has answered before', async () => {
      let left = 3;
      const cluster = recordCluster(async (path, init) => {
        if (!path.includes('labelSelector') || left-- <= 0) return server().request(path, init);
        if (left === 1) throw new ClusterUnreachable('connection reset');
        return busy(429);
      });
      expect((await alone([settings], { cluster })).words).toEqual(['created ConfigMap settings']);
    });

    it.each([
      ['a page of a proxy', '<html>sign in</html>'],
      ['an answer that was cut', '{"kind":"ConfigMapList","items":[{"metada'],
      ['an object that is no list', '{"kind":"Status","status":"Success"}'],
      ['a list of something else', '{"items":[{"id":1}]}'],
    ])('with %s is waited out as any other: it is not a list of nothing', async (_, body) => {
      await alone([settings, configMap('old')]);
      let left = 1;
      const cluster = recordCluster(async (path, init) => {
        if (!path.includes('labelSelector') || left-- <= 0) return server().request(path, init);
        return new Response(body, { status: 200 });
      });
      expect((await alone([settings], { cluster })).words).toEqual([
        'unchanged ConfigMap settings',
        'pruned ConfigMap old',
      ]);
    });

    it('of a write that a proxy answers is resolved by reading', async () => {
      let left = 1;
      const cluster = recordCluster(async (path, init) => {
        const answer = await server().request(path, init);
        const isCut = init?.method === 'PATCH' && path.includes('/settings?') && left-- > 0;
        return isCut ? new Response('<html>sign in</html>', { status: 200 }) : answer;
      });
      const { words, calls } = await alone([settings], { cluster });
      expect([words, calls.writes]).toEqual([['created ConfigMap settings'], 2]);
    });

    it('of a server that is too old is told of each object', async () => {
      const cluster = recordCluster(async () => Response.json({ kind: 'APIVersions', versions: ['v1'] }));
      const { lines } = await alone([settings], { cluster });
      expect(lines).toEqual([
        {
          ...{ identity: '/ConfigMap//settings', action: 'failed' },
          reason: expect.stringMatching(
            /did not answer an APIGroupDiscoveryList; Kubernetes 1\.27 or newer is needed$/,
          ),
        },
      ]);
    });

    it('of a server that never answered is told at once', async () => {
      let asked = 0;
      const cluster = recordCluster(async () => {
        asked++;
        throw new ClusterUnreachable('no route to host');
      });
      const { lines } = await alone([settings], { cluster });
      expect(lines).toEqual([{ identity: '/ConfigMap//settings', action: 'failed', reason: 'no route to host' }]);
      expect(asked).toBeLessThanOrEqual(2);
    });

    it('that loses the answer to a write and the server for a while does not make a lie of the line', async () => {
      let lost = false;
      let silent = 0;
      const cluster = recordCluster(async (path, init) => {
        if (silent-- > 0) throw new ClusterUnreachable('connection refused');
        const answer = await server().request(path, init);
        if (lost || init?.method !== 'PATCH' || !path.includes('/settings?')) return answer;
        lost = true;
        silent = 2;
        throw new ClusterUnreachable('connection reset');
      });
      const { words } = await alone([settings, configMap('other')], { cluster });
      expect(words.toSorted()).toEqual(['created ConfigMap other', 'created ConfigMap settings']);
    });

    it('says of an interrupted set what was written and what was not begun', async () => {
      const controller = new AbortController();
      const objects = Array.from({ length: 20 }, (_, place) => configMap(`c${place + 10}`));
      const { words, summary } = await alone(objects, {
        interrupted: controller.signal,
        line: () => controller.abort(),
      });
      const written = words.filter((word) => word.startsWith('created'));
      expect([summary.created, summary.skipped]).toEqual([written.length, 20 - written.length]);
      expect(written.length).toBeLessThan(20);
      for (const word of written) expect(await isThere('configmaps', word.split(' ')[2] ?? '')).toBe(true);
      const [skipped = ''] = words.filter((word) => word.startsWith('skipped'));
      expect(await isThere('configmaps', skipped.split(' ')[2] ?? '')).toBe(false);
    });
  });

  describe('kinds', () => {
    it('that nothing brings are said once, together and first, and everything else is applied', async () => {
      const gateway = (name: string) => ({ ...widget(name, 1), apiVersion: 'gateway.example.com/v1', kind: 'Gateway' });
      const { words, said } = await alone([gateway('a'), settings, gateway('b')]);
      expect(words).toEqual(['refused Gateway a', 'refused Gateway b', 'created ConfigMap settings']);
      expect(said).toEqual([
        'the cluster knows the kinds of 2 of 3 objects neither by itself nor by a CustomResourceDefinition among them: Gateway a, Gateway b; install their CRDs first, or leave them out; the other 1 are applied all the same',
      ]);
    });

    it('that not every API server serves yet are waited for, behind a load balancer', async () => {
      const { definition, widget: own } = widgetsIn(`${namespace()}.example.com`);
      let left = 2;
      const cluster = recordCluster(async (path, init) => {
        const isElsewhere = init?.method === 'PATCH' && path.includes('/widgets/a?') && left-- > 0;
        return isElsewhere ? new Response('404 page not found', { status: 404 }) : server().request(path, init);
      });
      const { words, said } = await alone([definition, own('a', 1)], { cluster });
      expect(words.map((word) => word.split(' ').slice(0, 2).join(' '))).toEqual([
        'created CustomResourceDefinition',
        'created Widget',
      ]);
      expect(said).toEqual(['waiting for every API server to serve Widget']);
    });

    it.each([
      ['extensions/v1beta1', 'Ingress', 'it serves Ingress as networking.k8s.io/v1'],
      ['policy/v1beta1', 'PodDisruptionBudget', 'it serves policy/v1'],
      ['v1', 'Deployment', 'it serves Deployment as apps/v1'],
      ['apps/v1', 'deployment', 'it serves Deployment as apps/v1'],
    ])('%s %s that the server serves otherwise are refused with what it serves', async (apiVersion, kind, said) => {
      const { lines } = await alone([{ apiVersion, kind, metadata: { name: 'old' } }]);
      expect([lines[0]?.action, lines[0]?.identity.split('/').at(-2)]).toEqual(['refused', namespace()]);
      expect(lines[0]?.reason).toContain(said);
    });

    it('of a definition in other versions are refused with those it brings', async () => {
      const { lines } = await alone([widgetDefinition, { ...widget('a', 1), apiVersion: 'example.com/v2' }], {
        dryRun: true,
      });
      expect(lines[0]?.reason).toContain('CustomResourceDefinition widgets.example.com brings Widget as v1, not as');
    });

    it('that are one under two groups collide', async () => {
      const event = (apiVersion: string) => ({ apiVersion, kind: 'Event', metadata: { name: 'e' } });
      const { words } = await alone([event('v1'), event('events.k8s.io/v1')], { dryRun: true });
      expect(words).toEqual(['refused Event e', 'refused Event e']);
    });
  });
};
