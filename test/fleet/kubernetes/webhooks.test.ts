import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { WebhookHandler } from '../../../local/fleet/kubernetes/admission/webhook-calls.ts';
import type { Json, JsonObject } from '../../../local/fleet/kubernetes/object.ts';
import { describeOnControlPlane } from '../../control-plane/binaries.ts';
import { startControlPlane } from '../../control-plane/control-plane.ts';
import { essence } from './answers.ts';
import { core, deployment, startCluster } from './cluster.ts';
import { merge, type Turn, turn } from './turns.ts';

const tls = (name: string) => readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** What the webhooks of the test answer, by the path they are asked at. */
const answerAt = (path: string, { uid, object }: JsonObject): JsonObject => {
  const labels = [{ op: 'add', path: '/metadata/labels/mutated', value: 'yes' }];
  const patch = base64(JSON.stringify(labels));
  switch (path) {
    case '/deny':
      return { uid: uid ?? '', allowed: false, status: { message: 'not today', code: 418, reason: 'Teapot' } };
    case '/deny-plainly':
      return { uid: uid ?? '', allowed: false };
    case '/mutate':
      return { uid: uid ?? '', allowed: true, patchType: 'JSONPatch', patch };
    case '/needs-label': {
      const seen = JSON.stringify(object).includes('"mutated":"yes"');
      return { uid: uid ?? '', allowed: seen, status: { message: `the label is ${seen ? 'there' : 'missing'}` } };
    }
    case '/warn':
      return { uid: uid ?? '', allowed: true, warnings: ['this was seen'] };
    default:
      return { uid: uid ?? '', allowed: true };
  }
};

const home = '/api/v1/namespaces/hooked/configmaps';
const hooks = '/apis/admissionregistration.k8s.io/v1';
const map = (name: string, labels: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'hooked', labels: { hooked: 'yes', ...labels } },
  data: { a: '1' },
});

/** Requests, given where the webhooks are and what signed their certificate. */
const conversation = (base: string, ca: string): readonly Turn[] => {
  const webhook = (path: string, more: object = {}) => ({
    name: `${path.slice(1)}.example.com`,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    clientConfig: { url: `${base}${path}`, caBundle: base64(ca) },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }],
    objectSelector: { matchLabels: { hooked: 'yes' } },
    ...more,
  });
  const configure = (kind: 'Validating' | 'Mutating', ...webhooks: readonly object[]): Turn =>
    turn(
      `has ${webhooks.map((each) => (each as { readonly name: string }).name).join(' and ')}`,
      'PATCH',
      `${hooks}/${kind.toLowerCase()}webhookconfigurations/test?fieldManager=hand&force=true`,
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: `${kind}WebhookConfiguration`,
        metadata: { name: 'test' },
        webhooks,
      },
      'application/apply-patch+yaml',
    );
  const post = (says: string, body: unknown, more = '') => turn(says, 'POST', `${home}?fieldManager=hand${more}`, body);
  const probe = (until: string): Turn => ({
    ...post(`is asked, dry: ${until}`, map('probe'), '&dryRun=All'),
    untilSays: until,
  });
  return [
    turn('makes a namespace', 'POST', '/api/v1/namespaces?fieldManager=hand', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'hooked' },
    }),
    configure('Validating', webhook('/deny')),
    probe('not today'),
    post('is denied', map('one')),
    post('is not asked about what no selector finds', map('free', { hooked: 'no' })),
    configure('Validating', webhook('/deny-plainly')),
    probe('without explanation'),
    configure(
      'Validating',
      webhook('/deny', { matchConditions: [{ name: 'only-two', expression: "object.metadata.name != 'two'" }] }),
    ),
    probe('not today'),
    post('is not asked where a condition does not hold', map('two')),
    turn('is asked about changes', 'PATCH', `${home}/two?fieldManager=hand`, { data: { a: '2' } }, merge),
    configure('Validating', webhook('/warn')),
    { ...probe(''), until: 201 },
    post('is warned', map('three')),
    configure('Validating', webhook('/warn', { sideEffects: 'NoneOnDryRun' }), webhook('/deny')),
    probe('not today'),
    configure('Validating', webhook('/needs-label')),
    probe('the label is missing'),
    post('is seen as it was sent', map('four')),
    configure('Mutating', webhook('/mutate')),
    { ...probe('mutated'), until: 201 },
    post('is seen as it was changed', map('four')),
    turn('is changed by an update too', 'PATCH', `${home}/two?fieldManager=hand`, { data: { a: '3' } }, merge),
    turn('belongs to nobody what was added', 'GET', `${home}/four`),
    configure(
      'Validating',
      webhook('/allow', { clientConfig: { service: { namespace: 'hooked', name: 'nowhere', path: '/x' } } }),
    ),
    probe('not found'),
    post('fails where nobody answers', map('five', { mutated: 'yes' })),
    configure(
      'Validating',
      webhook('/allow', {
        failurePolicy: 'Ignore',
        clientConfig: { service: { namespace: 'hooked', name: 'nowhere' } },
      }),
    ),
    { ...probe('mutated'), until: 201 },
    post('is let pass where nobody answers and that is allowed', map('five')),
  ];
};

interface Heard {
  readonly says: string;
  readonly status: number;
  readonly warning: string | null;
  readonly body: unknown;
}

/** Where the webhooks are differs from server to server. */
const placeless = (heard: Heard): unknown =>
  JSON.parse(JSON.stringify({ ...heard, body: essence(heard.body as Json) }).replaceAll(/127\.0\.0\.1:\d+/g, 'hooks'));

const simulated = async (): Promise<readonly unknown[]> => {
  const webhook: WebhookHandler = (address, review) =>
    'url' in address ? { response: answerAt(new URL(address.url).pathname, review.request as JsonObject) } : undefined;
  const cluster = await startCluster({ webhook });
  const heard: unknown[] = [];
  for (const { says, method, path, body, type } of conversation('https://127.0.0.1:9443', tls('ca.crt'))) {
    const reply = await cluster.ask(method, path, body, type);
    heard.push(placeless({ says, status: reply.status, warning: reply.headers.get('warning'), body: reply.body }));
    cluster.clock.advance(1000);
  }
  return heard;
};

const openHooks = async (): Promise<Server> => {
  const server = createServer({ cert: tls('server.crt'), key: tls('server.key') }, async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { request } = JSON.parse(Buffer.concat(chunks).toString());
    const response = answerAt((incoming.url ?? '').split('?')[0] ?? '', request);
    outgoing.setHeader('content-type', 'application/json');
    outgoing.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};

describeOnControlPlane('admission webhooks of the simulated API server, beside the real one', 'api', (binaries) => {
  it('change and refuse the same, in the same words', async () => {
    const hooksServer = await openHooks();
    const plane = await startControlPlane(binaries);
    try {
      const real: unknown[] = [];
      const base = `https://127.0.0.1:${(hooksServer.address() as AddressInfo).port}`;
      for (const { says, method, path, body, type, until, untilSays = '' } of conversation(base, tls('ca.crt'))) {
        for (let tries = 0; ; tries++) {
          const response = await plane.request(path, { method, body, ...(type === undefined ? {} : { type }) });
          const text = await response.text();
          const isThere = text.includes(untilSays) && (until === undefined || response.status === until);
          if (!isThere && tries > 2000) throw new Error(`${says}: ${text}`);
          if (!isThere) continue;
          const answer = {
            says,
            status: response.status,
            warning: response.headers.get('warning'),
            body: JSON.parse(text),
          };
          real.push(placeless(answer));
          break;
        }
      }
      expect(await simulated()).toEqual(real);
    } finally {
      await plane.stop();
      hooksServer.closeAllConnections();
      hooksServer.close();
    }
  });
});

describe('a webhook that a pod of the cluster serves', () => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'hook', namespace: 'shop' },
    spec: { selector: { app: 'hook' }, ports: [{ port: 443 }] },
  };
  const configuration = (more: object = {}) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'hook' },
    webhooks: [
      {
        name: 'hook.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: { service: { namespace: 'shop', name: 'hook', path: '/validate' } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        ...more,
      },
    ],
  });
  const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'shop' } };
  const behaviourOf = (takesMs: number) => () => ({
    ...({ pull: 'ok', startMs: 2000, readyMs: 3000 } as const),
    webhook: { allows: false, says: 'not here', takesMs },
  });
  const failed = (because: string, seconds = 10) =>
    `Internal error occurred: failed calling webhook "hook.example.com": failed to call webhook: Post "https://hook.shop.svc:443/validate?timeout=${seconds}s": ${because}`;

  it('is asked from when a pod of it is ready, and fails before', async () => {
    const cluster = await startCluster({ behaviourOf: behaviourOf(0) });
    await cluster.apply(service, deployment('hook', 'hook:1', { replicas: 1 }));
    await cluster.ask('POST', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', configuration());
    const before = await cluster.ask('POST', `${core}/configmaps`, settings);
    expect([before.status, before.body.message]).toEqual([500, failed('no endpoints available for service "hook"')]);
    cluster.clock.advance(30_000);
    const after = await cluster.ask('POST', `${core}/configmaps`, settings);
    expect([after.status, after.body.message]).toEqual([
      400,
      'admission webhook "hook.example.com" denied the request: not here',
    ]);
  });

  it('has the answer wait for it, and no longer than its time-out', async () => {
    const cluster = await startCluster({ behaviourOf: behaviourOf(4000) });
    await cluster.apply(service, deployment('hook', 'hook:1', { replicas: 1 }));
    cluster.clock.advance(30_000);
    const send = async (more: object) => {
      const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
      await cluster.ask('DELETE', `${path}/hook`);
      await cluster.ask('POST', path, configuration(more));
      let took = 0;
      let reply: Awaited<ReturnType<typeof cluster.ask>> | undefined;
      const asked = cluster.ask('POST', `${core}/configmaps`, settings).then((answer) => {
        reply = answer;
      });
      while (reply === undefined) {
        await new Promise((resolve) => setImmediate(resolve));
        if (reply !== undefined) break;
        cluster.clock.advance(500);
        took += 500;
      }
      await asked;
      return [reply.body.message, took];
    };
    expect(await send({})).toEqual(['admission webhook "hook.example.com" denied the request: not here', 4000]);
    expect(await send({ timeoutSeconds: 2 })).toEqual([failed('context deadline exceeded', 2), 2000]);
  });

  it('is refused to be asked in a dry run where that may do something', async () => {
    const cluster = await startCluster({ behaviourOf: behaviourOf(0) });
    await cluster.ask(
      'POST',
      '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
      configuration({ sideEffects: 'Some' }),
    );
    const { status, body } = await cluster.ask('POST', `${core}/configmaps?dryRun=All`, settings);
    expect([status, body.message]).toEqual([400, 'admission webhook "hook.example.com" does not support dry run']);
  });
});
