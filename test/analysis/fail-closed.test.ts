import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { measureAlerts } from '../../shared/analysis/alerts/measure-alerts.ts';
import { measureMetric } from '../../shared/analysis/measure-metric.ts';
import type { StoreTools } from '../../shared/analysis/stores/store-tools.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import type { MetricGate } from '../../shared/rollout/gate.ts';
import { placeOf } from '../../shared/rollout/metric-source.ts';
import { Secret } from '../../shared/secrets/secrets.ts';
import { type Running, servePlain } from '../outside/tls-server.ts';
import { never, targetNamed } from './asking.ts';
import { NOW, type Wire, type WireStore, wireStores } from './wire-stores.ts';

/** What is done with a question; an answer of `Wire` is sent as it is. */
type Behaviour = (asked: string, response: ServerResponse, store: WireStore) => Wire | undefined;

let server: Running;
let behave: { readonly store: WireStore; readonly behaviour: Behaviour } | undefined;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return `${request.url} ${decodeURIComponent(Buffer.concat(chunks).toString().replaceAll('+', ' '))}`;
};

const PODS = JSON.stringify({ items: [{ metadata: { name: 'api-1', uid: '1' }, status: { phase: 'Running' } }] });

beforeAll(async () => {
  server = await servePlain(async (request, response) => {
    const asked = await bodyOf(request).catch(() => '');
    if (behave === undefined) return response.end();
    if (/\/pods\?/.test(request.url ?? '')) {
      response.setHeader('content-type', 'application/json');
      return response.end(PODS);
    }
    const { store, behaviour } = behave;
    const wire = behaviour(asked, response, store);
    if (wire === undefined) return undefined;
    response.writeHead(wire.status ?? 200, { 'content-type': store.type, ...wire.headers });
    return response.end(wire.body);
  });
});
afterAll(() => server.close());

const base = (): string => `http://127.0.0.1:${server.port}`;

const http = socketHttp();
const tools: StoreTools = {
  googleToken: async () => 'ya29.token',
  azureToken: async (scope) => `token for ${scope}`,
  awsIdentity: async () => async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'secret' }),
  openTarget: async () => ({ request: (path, init) => http(`${base()}${path}`, { ...init, allow: ['127.0.0.0/8'] }) }),
};
// Whoever is known not to answer is given up at once, and nobody else: a busy machine may be slow. This clock has no other waits.
const clockFor = (behaviour: Behaviour) => ({
  now: () => NOW,
  sleep: async () => undefined,
  after: (_: number, run: () => void) => {
    const timer = setTimeout(run, silent.has(behaviour) ? 400 : 20_000);
    return () => clearTimeout(timer);
  },
});
const secrets = { get: async (name: string) => new Secret(`secret ${name}`) };

const measure = (store: WireStore, behaviour: Behaviour, at = base()) => {
  behave = { store, behaviour };
  const gate: MetricGate = {
    kind: 'metric',
    source: 'prod',
    query: { value: store.query },
    failAbove: 0.001,
    minRequests: 1,
    intervalMs: 30_000,
    maxAgeMs: 600_000,
  };
  const order = { name: 'errors', gate, source: store.source(at), target: targetNamed('one') };
  return measureMetric(order, { clock: clockFor(behaviour), http, secrets }, tools, never);
};

const BOMB = gzipSync(Buffer.alloc(32_000_000, ' '));
const PAGE = '<!doctype html><title>Sign in</title>';
const fresh = NOW - 10_000;
const good = (store: WireStore, asked: string): Wire => store.value(0, fresh)(asked);

const cases: Readonly<Record<string, Behaviour>> = {
  empty: (asked, _, store) => store.empty(asked),
  NaN: (asked, _, store) => store.value(Number.NaN, fresh)(asked),
  Infinity: (asked, _, store) => store.value(Infinity, fresh)(asked),
  null: (asked, _, store) => store.value(null, fresh)(asked),
  partial: (asked, _, store) => store.partial(asked),
  '200 with an error': (asked, _, store) => store.failed(asked),
  stale: (asked, _, store) => store.value(0, NOW - 3_600_000)(asked),
  'of the future': (asked, _, store) => store.value(0, NOW + 3_600_000)(asked),
  'two series': (asked, _, store) => store.two(asked),
  'a time-out': () => undefined,
  'a time-out in the middle': (asked, response, store) => {
    response.writeHead(200, { 'content-type': store.type });
    response.write(good(store, asked).body.slice(0, 10));
    return undefined;
  },
  '400': (asked, _, store) => ({ ...store.refusal(asked), status: 400 }),
  '401 with a page': () => ({ body: PAGE, status: 401, headers: { 'content-type': 'text/html' } }),
  '403': (asked, _, store) => ({ ...store.refusal(asked), status: 403 }),
  '429': (asked, _, store) => ({ ...store.refusal(asked), status: 429 }),
  '500 with a value': (asked, _, store) => ({ ...good(store, asked), status: 500 }),
  '503': () => ({ body: '', status: 503 }),
  'a body that breaks off': (asked, response, store) => {
    const { body } = good(store, asked);
    response.writeHead(200, { 'content-type': store.type, 'content-length': body.length });
    response.write(body.slice(0, -3), () => response.destroy());
    return undefined;
  },
  'a body that ends too early': (asked, _, store) => {
    const wire = good(store, asked);
    return { ...wire, body: wire.body.trimEnd().slice(0, -2) };
  },
  'a web page': () => ({ body: PAGE, headers: { 'content-type': 'text/html' } }),
  'a web page that says it is none': () => ({ body: PAGE }),
  'a redirect': () => ({ body: '', status: 302, headers: { location: `${base()}/elsewhere` } }),
  'another content type': (asked, _, store) => ({
    ...good(store, asked),
    headers: { 'content-type': 'application/octet-stream' },
  }),
  'a gzip bomb': (_, response, store) => {
    response.writeHead(200, { 'content-type': store.type, 'content-encoding': 'gzip' });
    response.end(BOMB);
    return undefined;
  },
  'a gzip bomb that does not say so': (_, response, store) => {
    response.writeHead(200, { 'content-type': store.type });
    response.end(BOMB);
    return undefined;
  },
  'an endless body': (_, response, store) => {
    response.writeHead(200, { 'content-type': store.type });
    const more = (): void => {
      if (!response.destroyed) response.write(' '.repeat(262_144), more);
    };
    more();
    return undefined;
  },
};

const silent = new Set(
  Object.entries(cases)
    .filter(([name]) => name.startsWith('a time-out'))
    .map(([, behaviour]) => behaviour),
);

describe.each(Object.entries(wireStores))('%s', (_, store) => {
  test.each(Object.keys(cases).filter((name) => store.cannotSay?.includes(name) !== true))(
    'that answers %s never passes, and says why',
    async (name) => {
      const judgement = await measure(store, cases[name] ?? (() => undefined));
      expect(['fail', 'error', 'inconclusive']).toContain(judgement.verdict);
      if (name === 'Infinity') expect(judgement.verdict).not.toBe('inconclusive');
      expect(judgement).toMatchObject({
        gate: 'errors',
        kind: 'metric',
        target: 'one',
        query: store.query,
        source: `prod (${placeOf(store.source(base()))})`,
        window: { from: expect.any(Number), to: expect.any(Number) },
      });
      expect(judgement.because).toMatch(/^gate errors on one: .{15,}/s);
      // Secrets are in no sentence, whatever went wrong.
      expect(JSON.stringify(judgement)).not.toMatch(/secret|ya29|token for/);
    },
  );

  it('passes with a sound value, and fails with one that is too high', async () => {
    const sound = await measure(store, (asked) => store.value(0.0005, fresh)(asked));
    expect(sound.because).toContain('0.0005, within at most 0.001');
    expect(sound).toMatchObject({ verdict: 'pass', value: 0.0005, threshold: 0.001 });
    const high = await measure(store, (asked) => store.value(0.5, fresh)(asked));
    expect(high).toMatchObject({ verdict: 'fail', value: 0.5, threshold: 0.001 });
  });
});

test.each(Object.entries(wireStores).filter(([name]) => name !== 'pods'))(
  '%s that does not listen, or may not be connected to, never passes',
  async (_, store) => {
    const nobody = await measure(store, () => undefined, 'http://127.0.0.1:9');
    expect(nobody.verdict).toBe('error');
    const inside = await measure(store, () => undefined, 'http://169.254.169.254');
    expect(inside.verdict).toBe('error');
    expect(inside.because).toMatch(/metadata|only sent over https/);
  },
);

/** Sources of alerts: how each says that all is quiet, and its empty answer. */
const alertSources: Readonly<Record<string, Pick<WireStore, 'source' | 'type' | 'empty'> & { readonly quiet: Wire }>> =
  {
    prometheus: {
      source: (at) => ({ prometheus: at, allow: ['127.0.0.0/8'] }),
      type: 'application/json',
      quiet: {
        body: JSON.stringify({
          status: 'success',
          data: {
            groups: [
              {
                name: 'g',
                interval: 15,
                rules: [
                  {
                    type: 'alerting',
                    name: 'Down',
                    labels: {},
                    health: 'ok',
                    lastEvaluation: new Date(NOW).toISOString(),
                  },
                ],
              },
            ],
          },
        }),
      },
      empty: () => ({ body: '{"status": "success", "data": {"groups": []}}' }),
    },
    alertmanager: {
      source: (at) => ({ alertmanager: at, allow: ['127.0.0.0/8'] }),
      type: 'application/json',
      quiet: { body: '[{"labels": {"alertname": "Watchdog"}, "status": {"state": "active", "silencedBy": []}}]' },
      empty: () => ({ body: '[]' }),
    },
    influxdb2: {
      source: (at) => ({ influxdb2: `${at}?org=acme`, allow: ['127.0.0.0/8'] }),
      type: 'text/csv; charset=utf-8',
      quiet: { body: `,result,table,_time,_level,_check_name\r\n,,0,${new Date(NOW).toISOString()},ok,cpu\r\n\r\n` },
      empty: () => ({ body: '' }),
    },
    cloudwatch: {
      source: (at) => ({ cloudwatch: 'us-east-1', endpoint: at, allow: ['127.0.0.0/8'] }),
      type: 'application/x-amz-json-1.0',
      quiet: { body: '{"MetricAlarms": [{"AlarmName": "a", "StateValue": "OK"}], "CompositeAlarms": []}' },
      empty: () => ({ body: '{"MetricAlarms": [], "CompositeAlarms": []}' }),
    },
  };

describe.each(Object.entries(alertSources))('alerts of %s', (_, alerts) => {
  const store: WireStore = {
    ...alerts,
    query: '',
    value: () => () => alerts.quiet,
    two: alerts.empty,
    failed: alerts.empty,
    partial: alerts.empty,
    refusal: () => ({ body: '{"message": "no"}' }),
  };
  const look = (behaviour: Behaviour, at = base()) => {
    behave = { store, behaviour };
    const gate = { kind: 'alerts', source: 'prod', labels: {}, intervalMs: 1_000, maxAgeMs: 60_000 } as const;
    const order = { name: 'pages', gate, source: alerts.source(at), target: targetNamed('one') };
    return measureAlerts(order, { clock: clockFor(behaviour), http, secrets }, tools, never);
  };
  const unsound = Object.keys(cases).filter(
    (name) => !/NaN|Infinity|null|partial|with an error|stale|future|two series/.test(name),
  );

  test.each(unsound)('that answers %s never pass, and are inconclusive', async (name) => {
    const judgement = await look(cases[name] ?? (() => undefined));
    expect(judgement).toMatchObject({
      verdict: 'inconclusive',
      kind: 'alerts',
      target: 'one',
      query: '{}',
      threshold: 0,
    });
    expect(judgement.because).toMatch(/^gate pages on one: .{15,}/s);
    expect(JSON.stringify(judgement)).not.toMatch(/secret|ya29|token for/);
  });

  it('pass when all is quiet, and not when nobody listens', async () => {
    expect(await look(() => alerts.quiet)).toMatchObject({ verdict: 'pass', value: 0 });
    expect((await look(() => undefined, 'http://127.0.0.1:9')).verdict).toBe('inconclusive');
  });
});
