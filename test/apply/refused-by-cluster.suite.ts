import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../shared/rollout/release.ts';
import { configMap, deployment, namespace as namespaceOf, secret, service } from './manifests.ts';
import { playAlone } from './play-alone.ts';
import { isWrite, recordCluster } from './rehearsal.ts';
import type { Server } from './server.ts';
import { playOn } from './theatre.ts';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url));
const rbac = 'rbac.authorization.k8s.io/v1';
const admission = 'admissionregistration.k8s.io/v1';
const merge = 'application/merge-patch+json';

/** What watches over a cluster beside its API, which only the real one has: what is said when it refuses, and what is never made of that. */
export const refusedByClusterSuite = (server: () => Server): void => {
  const { send, isThere, namespace } = playOn(server, 'no');
  const alone = playAlone(server, namespace);
  const inNamespace = (resource: string) => `namespaces/${namespace()}/${resource}`;
  const pod = (name: string, spec: object = {}, container: object = {}): Manifest => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name } },
    spec: { ...spec, containers: [{ name: 'a', image: 'registry.example.com/a:v1', ...container }] },
  });
  /** What a rule of the cluster takes a moment to be known by: asked for again until it shows. */
  const until = async <Result>(ask: () => Promise<Result>, isIt: (result: Result) => boolean): Promise<Result> => {
    for (let attempt = 1; ; attempt++) {
      const result = await ask();
      if (isIt(result) || attempt === 50) return result;
      await server().clock.sleep(200);
    }
  };

  describe('a namespace that is being deleted', () => {
    const going = async (): Promise<string> => {
      const name = `${namespace()}-going`;
      const held = { name, finalizers: ['example.com/held'] };
      await send('POST', '/api/v1/namespaces', { ...namespaceOf(name), metadata: held });
      await send('DELETE', `/api/v1/namespaces/${name}`);
      return name;
    };
    const words = (name: string, object: string) =>
      `ConfigMap ${name}/${object}: namespace ${name} is being deleted (configmaps "${object}" is forbidden: unable to create new content in namespace ${name} because it is being terminated); wait until it is gone (its conditions say what it waits for), then plan again`;

    it('refuses what is to be created in it, and nothing else, dry or not', async () => {
      const name = await going();
      const objects = [{ ...configMap('a'), metadata: { name: 'a', namespace: name } }, configMap('b')];
      const refused = {
        identity: `/ConfigMap/${name}/a`,
        action: 'refused',
        reason: `web.yaml:1: ${words(name, 'a')}`,
      };
      const created = { identity: `/ConfigMap/${namespace()}/b`, action: 'created', reason: '' };
      const sorted = async (dryRun: boolean) =>
        (await alone(objects, { dryRun })).lines.toSorted((a, b) => (a.action < b.action ? -1 : 1));
      expect(await sorted(true)).toEqual([created, refused]);
      expect(await sorted(false)).toEqual([created, refused]);
    });

    it('refuses a set that lives in it, and names what holds it where the set has the namespace itself', async () => {
      const name = await going();
      const home = await alone([configMap('b')], { namespace: name });
      expect(home.lines.map(({ action, reason }) => [action, reason])).toEqual([
        ['refused', words(name, 'tidegate-web')],
      ]);
      const whole = await alone([namespaceOf(name), { ...configMap('a'), metadata: { name: 'a', namespace: name } }]);
      expect(whole.lines.map(({ action, reason }) => [action, reason])).toEqual([
        [
          'refused',
          `web.yaml:1: Namespace ${name} is being deleted, held by finalizers example.com/held; wait until it is gone, then plan again`,
        ],
        ['skipped', `web.yaml:2: ConfigMap ${name}/a needs Namespace ${name}, which was not applied`],
      ]);
    });
  });

  describe('an admission webhook', () => {
    const place = `/apis/${admission}/validatingwebhookconfigurations`;
    /** Asked about the Secrets of this test's namespace; what answers says no to a, and to s only after the API server has given up. */
    const behind = async (url: string | undefined, run: () => Promise<void>): Promise<void> => {
      const answers = createServer({ cert: fixture('server.crt'), key: fixture('server.key') }, (asked, answer) => {
        const pieces: Buffer[] = [];
        asked.on('data', (piece: Buffer) => pieces.push(piece));
        asked.on('end', () => {
          const { request } = JSON.parse(Buffer.concat(pieces).toString()) as {
            readonly request: { readonly uid: string; readonly name: string };
          };
          if (request.name === 's') return;
          const response = { uid: request.uid, allowed: request.name !== 'a', status: { message: 'no a here' } };
          answer.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }));
        });
      });
      const port = await new Promise<number>((resolve) => {
        answers.listen(0, '127.0.0.1', () => {
          const address = answers.address();
          resolve(typeof address === 'object' && address !== null ? address.port : 0);
        });
      });
      const name = `hook-${namespace()}`;
      const webhook = {
        ...{ name: 'guard.example.com', sideEffects: 'None', admissionReviewVersions: ['v1'], timeoutSeconds: 1 },
        failurePolicy: 'Fail',
        clientConfig: { url: url ?? `https://localhost:${port}/`, caBundle: fixture('ca.crt').toString('base64') },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace() } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['secrets'] }],
      };
      await send('POST', place, {
        ...{ apiVersion: admission, kind: 'ValidatingWebhookConfiguration', metadata: { name } },
        webhooks: [webhook],
      });
      try {
        await run();
      } finally {
        await send('DELETE', `${place}/${name}`);
        answers.closeAllConnections();
        answers.close();
      }
    };
    /** The line of the one Secret once the webhook is asked: right after it is there, it is not yet. */
    const lineOf = async (name: string) => {
      const tried = () => alone([secret(name, { a: '1' }), configMap('b')], { dryRun: true });
      const { lines } = await until(tried, ({ summary }) => summary.created < 2);
      return lines.find(({ identity }) => identity.startsWith('/Secret/'));
    };

    it('that says no is named, with what it said', () =>
      behind(undefined, async () => {
        expect(await lineOf('a')).toEqual({
          identity: `/Secret/${namespace()}/a`,
          action: 'refused',
          reason: `web.yaml:1: Secret ${namespace()}/a: 400 admission webhook "guard.example.com" denied the request: no a here; change the object to what webhook guard.example.com asks for, or have its rules changed`,
        });
      }));

    it('that does not answer in time is named, and the object failed', () =>
      behind(undefined, async () => {
        const line = await lineOf('s');
        expect([line?.action, line?.reason]).toEqual([
          'failed',
          expect.stringMatching(
            /failed calling webhook "guard\.example\.com".*; see that what answers webhook guard\.example\.com runs, then plan again$/,
          ),
        ]);
      }));

    it('that can not be reached is named, and the object failed', () =>
      behind('https://127.0.0.1:1/', async () => {
        const line = await lineOf('x');
        expect([line?.action, line?.reason]).toEqual([
          'failed',
          expect.stringMatching(/connection refused.*; see that what answers webhook guard\.example\.com runs/),
        ]);
      }));
  });

  describe('rights for all kinds but one', () => {
    const limited = async () => {
      const role = { apiVersion: rbac, kind: 'Role', metadata: { name: 'some' } };
      const rules = [{ apiGroups: [''], resources: ['configmaps', 'namespaces'], verbs: ['*'] }];
      await send('POST', `/apis/${rbac}/${inNamespace('roles')}`, { ...role, rules });
      await send('POST', `/apis/${rbac}/${inNamespace('rolebindings')}`, {
        ...{ apiVersion: rbac, kind: 'RoleBinding', metadata: { name: 'some' } },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'some' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: namespace() }],
      });
      const user = namespace();
      return recordCluster((path, init) =>
        server().request(path, { ...init, headers: { ...init?.headers, 'impersonate-user': user } }),
      );
    };
    const rule = (verb: string) =>
      `grant this to the identity tidegate uses on the target: {apiGroups: [""], resources: ["services"], verbs: ["${verb}"]} in a Role of namespace ${namespace()} or a ClusterRole, bound to it`;

    it('refuse that one, with verb, resource and the rule that would allow it, and bring the others', async () => {
      const { lines } = await alone([configMap('a'), service('web')], { cluster: await limited() });
      expect(lines.toSorted((a, b) => (a.action < b.action ? -1 : 1))).toEqual([
        { identity: `/ConfigMap/${namespace()}/a`, action: 'created', reason: '' },
        {
          identity: `/Service/${namespace()}/web`,
          action: 'refused',
          reason: `web.yaml:2: Service ${namespace()}/web: not allowed (services "web" is forbidden: User "${namespace()}" cannot patch resource "services" in API group "" in the namespace "${namespace()}"); ${rule('patch')}`,
        },
      ]);
    });

    it('never read what may not be listed as nothing: all is refused, and nothing removed', async () => {
      await alone([configMap('a'), configMap('c'), service('web')]);
      const { lines, cluster } = await alone([configMap('a')], { cluster: await limited() });
      expect(lines.map(({ action, reason }) => [action, reason.split('; ').at(-1)])).toEqual([
        ['refused', rule('list')],
      ]);
      expect(cluster.seen.filter(isWrite)).toEqual([]);
      expect([await isThere('services', 'web'), await isThere('configmaps', 'c')]).toEqual([true, true]);
    });
  });

  describe('what a namespace limits', () => {
    it('a quota that is used up refuses what is beyond it, and is named', async () => {
      await send('POST', `/api/v1/${inNamespace('resourcequotas')}`, {
        ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'few' } },
        spec: { hard: { 'count/secrets': '0' } },
      });
      const tried = () => alone([secret('a', { a: '1' })], { dryRun: true });
      const { lines } = await until(tried, ({ summary }) => summary.created === 0);
      const counts = 'requested: count/secrets=1, used: count/secrets=0, limited: count/secrets=0';
      expect(lines.map(({ action, reason }) => [action, reason])).toEqual([
        [
          'refused',
          `web.yaml:1: Secret ${namespace()}/a: not allowed (secrets "a" is forbidden: exceeded quota: few, ${counts}); raise ResourceQuota few of the namespace, or ask for less`,
        ],
      ]);
    });

    it('what a LimitRange fills in is no difference, not the second time either', async () => {
      await send('POST', `/api/v1/${inNamespace('limitranges')}`, {
        ...{ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'usual' } },
        spec: { limits: [{ type: 'Container', default: { cpu: '1000m' }, defaultRequest: { cpu: '50m' } }] },
      });
      const filled = await until(
        () => send('POST', `/api/v1/${inNamespace('pods')}?dryRun=All`, pod('trial')),
        ({ spec }) => JSON.stringify(spec).includes('"50m"'),
      );
      expect(JSON.stringify(filled.spec)).toContain('"50m"');
      const objects = [pod('p'), pod('q', {}, { resources: { requests: { cpu: '0.02' } } })];
      await alone(objects);
      for (const _ of ['again', 'and again']) {
        const { words, calls } = await alone(objects);
        expect([words.toSorted(), calls]).toEqual([
          ['unchanged Pod p', 'unchanged Pod q'],
          { reads: 2, tries: 0, writes: 0 },
        ]);
      }
    });

    it('a warning of PodSecurity is kept with the object, and what its level refuses names the level', async () => {
      const labels = {
        'pod-security.kubernetes.io/warn': 'restricted',
        'pod-security.kubernetes.io/enforce': 'baseline',
      };
      await send('PATCH', `/api/v1/namespaces/${namespace()}`, { metadata: { labels } }, merge);
      const { lines } = await until(
        () => alone([deployment('web')], { dryRun: true }),
        ({ lines: [line] }) => line?.warnings !== undefined,
      );
      expect(lines).toMatchObject([
        { action: 'created', warnings: [expect.stringMatching(/^would violate PodSecurity "restricted:latest"/)] },
      ]);
      const refused = await alone([pod('p', { hostNetwork: true })]);
      expect(refused.lines.map(({ action, reason }) => [action, reason])).toEqual([
        [
          'refused',
          `web.yaml:1: Pod ${namespace()}/p: not allowed (pods "p" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)); keep to level baseline:latest, or have the namespace labelled with one that allows it`,
        ],
      ]);
    });

    it('a policy that says no is named, with what it said', async () => {
      const name = `policy-${namespace()}`;
      const base = `/apis/${admission}/validatingadmissionpolic`;
      const metadata = { name };
      await send('POST', `${base}ies`, {
        ...{ apiVersion: admission, kind: 'ValidatingAdmissionPolicy', metadata },
        spec: {
          matchConstraints: {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace() } },
            resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets'] }],
          },
          validations: [{ expression: "object.metadata.name != 'a'", message: 'no a here' }],
        },
      });
      await send('POST', `${base}ybindings`, {
        ...{ apiVersion: admission, kind: 'ValidatingAdmissionPolicyBinding', metadata },
        spec: { policyName: name, validationActions: ['Deny'] },
      });
      const tried = () => alone([secret('a', { a: '1' })], { dryRun: true });
      const { lines } = await until(tried, ({ summary }) => summary.created === 0);
      await send('DELETE', `${base}ybindings/${name}`);
      await send('DELETE', `${base}ies/${name}`);
      expect(lines.map(({ action, reason }) => [action, reason])).toEqual([
        [
          'refused',
          `web.yaml:1: Secret ${namespace()}/a: 422 secrets "a" is forbidden: ValidatingAdmissionPolicy '${name}' with binding '${name}' denied request: no a here; change the object to what ValidatingAdmissionPolicy ${name} asks for, or have it changed`,
        ],
      ]);
    });
  });
};
