import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatedCluster } from '../../local/fleet/clouds/api.ts';
import { type Route, simulatedNetwork } from '../../local/network.ts';
import { openCluster } from '../../shared/clouds/open-cluster.ts';
import { fleet, type SimulatedFleet, simulateFleet } from './simulated-fleet.ts';

const MINUTE = 60_000;
let simulated: SimulatedFleet;
beforeEach(() => {
  simulated = simulateFleet();
});
afterEach(() => simulated.restore());

const open = ({ target, locator, server }: SimulatedCluster) =>
  openCluster({ name: target, locator, endpoint: { server } }, simulated.outside);

/** What one minting costs in requests, and how long a token is used. Minutes. */
const tokens: readonly [string, SimulatedCluster, readonly string[], number][] = [
  ['EKS', fleet.eks, [], 11.2],
  ['EKS in a role', fleet.private, ['POST sts.eu-west-1.amazonaws.com/'], 11.2],
  ['GKE', fleet.gke, ['POST sts.googleapis.com/v1/token'], 48],
  [
    'AKS',
    fleet.aks,
    ['POST sts.us-east-1.amazonaws.com/', 'POST login.microsoftonline.com/contoso/oauth2/v2.0/token'],
    48,
  ],
];

describe.each(tokens)('a cluster on %s', (_, cluster, minting, life) => {
  const request = `GET ${new URL(cluster.server).host}/version`;

  it('is sent a token it knows, minted at the first request and kept for 80 % of its life', async () => {
    const opened = open(cluster);
    expect(simulated.asked()).toEqual([]);
    expect((await opened.request('/version')).status).toBe(200);
    expect(simulated.asked()).toEqual([...minting, request]);

    simulated.pass(life * MINUTE - 1000);
    expect((await opened.request('/version')).status).toBe(200);
    expect(simulated.asked()).toEqual([request]);

    simulated.pass(1000);
    expect((await opened.request('/version')).status).toBe(200);
    expect(simulated.asked()).toEqual([...minting, request]);
  });

  it('that refuses a token is asked again once with a new one', async () => {
    const opened = open(cluster);
    await opened.request('/version');
    simulated.asked();
    simulated.pass(MINUTE);
    simulated.clouds.faults.revoke(cluster.target);
    expect((await opened.request('/version')).status).toBe(200);
    expect(simulated.asked()).toEqual([request, ...minting, request]);
  });

  it('does not know the token of another cluster', async () => {
    for (const other of Object.values(fleet)) {
      const atOther = openCluster(
        { name: cluster.target, locator: cluster.locator, endpoint: { server: other.server } },
        simulated.outside,
      );
      const outcome = await atOther.request('/version').then(
        (response) => response.status,
        (error: Error) => error.name,
      );
      expect(outcome).toBe(other === cluster ? 200 : 'AccessRefused');
    }
  });

  it('shares one minting between requests at the same time', async () => {
    const opened = open(cluster);
    await Promise.all([opened.request('/version'), opened.request('/version'), opened.request('/version')]);
    expect(simulated.asked().toSorted()).toEqual([...minting, request, request, request].toSorted());
  });
});

describe('a request to a cluster', () => {
  it('is sent as it is, with our authorisation, TLS and address ranges', async () => {
    const sent: unknown[] = [];
    const outside = {
      ...simulated.outside,
      readFile: async () => JSON.stringify(kubeconfig({ token: 'secret-1' })),
      http: async (url: string | URL, init: unknown) => {
        sent.push([String(url), init]);
        return new Response('{}');
      },
    };
    const endpoint = { server: 'https://10.0.0.1:6443', ca: 'CA', serverName: 'kubernetes' };
    const locator = { kubeconfig: { path: 'config' } };
    const cluster = openCluster({ name: 'local', locator, endpoint, allow: ['192.0.2.0/24'] }, outside);
    await cluster.request('/api/v1/pods?limit=1', {
      method: 'PATCH',
      headers: { 'content-type': 'x/y' },
      body: '{"a":1}',
    });
    expect(sent).toEqual([
      [
        'https://10.0.0.1:6443/api/v1/pods?limit=1',
        {
          method: 'PATCH',
          headers: { accept: 'application/json', 'content-type': 'x/y', authorization: 'Bearer secret-1' },
          body: '{"a":1}',
          tls: { ca: 'CA', serverName: 'kubernetes' },
          connections: 16,
          allow: [...ofKubeconfigs, '192.0.2.0/24'],
          signal: expect.any(AbortSignal),
        },
      ],
    ]);
  });

  it('that is refused with a token nobody renews is not repeated, and the error holds no token', async () => {
    let requests = 0;
    const outside = {
      ...simulated.outside,
      readFile: async () => JSON.stringify(kubeconfig({ token: 'secret-1' })),
      http: async () => {
        requests += 1;
        return new Response('', { status: 401 });
      },
    };
    const locator = { kubeconfig: { path: 'config' } };
    const cluster = openCluster({ name: 'local', locator, endpoint: { server: 'https://c.example' } }, outside);
    const error = await cluster.request('/version').catch((thrown: Error) => thrown);
    expect(error).toMatchObject({
      name: 'AccessRefused',
      message:
        'target local: /version: 401, our identity is not known to the cluster; expected an access entry or role binding for it there',
    });
    expect(requests).toBe(1);
  });

  it('that is forbidden is a response', async () => {
    const outside = { ...simulated.outside, http: async () => new Response('{}', { status: 403 }) };
    const cluster = openCluster(
      { name: 'a', locator: fleet.eks.locator, endpoint: { server: 'https://c.example' } },
      outside,
    );
    expect((await cluster.request('/version')).status).toBe(403);
  });

  it('that gets no response says which target', async () => {
    const cluster = openCluster(
      { name: 'a', locator: fleet.eks.locator, endpoint: { server: 'https://gone.simulated' } },
      simulated.outside,
    );
    await expect(cluster.request('/version', { method: 'PATCH' })).rejects.toMatchObject({
      name: 'ClusterUnreachable',
      message: expect.stringMatching(/^target a: PATCH \/version: .*gone\.simulated/),
    });
  });

  it('that its caller ends rejects with the reason of the caller', async () => {
    const controller = new AbortController();
    const reason = new Error('time is up');
    const outside = {
      ...simulated.outside,
      http: () => {
        controller.abort(reason);
        return simulated.outside.http('https://gone.simulated');
      },
    };
    const cluster = openCluster(
      { name: 'a', locator: fleet.eks.locator, endpoint: { server: 'https://c.example' } },
      outside,
    );
    await expect(cluster.request('/version', { signal: controller.signal })).rejects.toBe(reason);
  });
});

/** Where whoever wrote a kubeconfig may have a cluster. */
const ofKubeconfigs = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '::1/128',
  'fc00::/7',
];

/** A clock that goes on by hand, and how many timers wait on it. */
const manualClock = () => {
  let now = Date.UTC(2026, 0, 2);
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  return {
    clock: {
      now: () => now,
      sleep: () => Promise.reject(new Error('nothing sleeps here')),
      after: (ms: number, run: () => void) => {
        const timer = { at: now + ms, run };
        timers.add(timer);
        return () => void timers.delete(timer);
      },
    },
    waiting: () => timers.size,
    pass: (ms: number) => {
      now += ms;
      for (const timer of timers) {
        if (timer.at > now) continue;
        timers.delete(timer);
        timer.run();
      }
    },
  };
};

describe('a cluster that takes the connection and then says nothing', () => {
  const silent: Route['handle'] = () => new Promise(() => undefined);
  const halfAnswer: Route['handle'] = async () =>
    new Response(
      new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"half":')) }),
    );
  const openAt = (handle: Route['handle']) => {
    const time = manualClock();
    const http = simulatedNetwork({ routes: [{ host: 'c.example', handle }], fallback: 'refuse' });
    const readFile = async () => JSON.stringify(kubeconfig({ token: 'secret-1' }));
    const outside = { ...simulated.outside, clock: time.clock, readFile, http };
    const locator = { kubeconfig: { path: 'config' } };
    return {
      ...time,
      cluster: openCluster({ name: 'a', locator, endpoint: { server: 'https://c.example' } }, outside),
    };
  };
  /** Lets what was begun come to where it waits. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it.each([
    ['/version', 15_000, silent],
    ['/api/v1/pods?watch=1&timeoutSeconds=60', 75_000, silent],
    ['/api/v1/pods?timeoutSeconds=soon', 15_000, silent],
    ['/version', 15_000, halfAnswer],
  ])('is unreachable for %s after %i ms, and not before', async (path, ms, handle) => {
    const { cluster, pass, waiting } = openAt(handle);
    const outcome = cluster.request(path).then((response) => response.text());
    let isSettled = false;
    const told = outcome.catch((error: Error) => error).finally(() => (isSettled = true));
    await settle();
    pass(ms - 1);
    await settle();
    expect(isSettled).toBe(false);
    pass(1);
    expect(await told).toMatchObject({
      name: 'ClusterUnreachable',
      message: `target a: GET ${path}: no whole answer within ${ms / 1000} s; the connection was taken and then nothing came`,
    });
    expect(waiting()).toBe(0);
  });

  it('gives the reason of a caller who goes first', async () => {
    const { cluster, waiting } = openAt(silent);
    const controller = new AbortController();
    const reason = new Error('time is up');
    const told = cluster.request('/version', { signal: controller.signal }).catch((error: unknown) => error);
    await settle();
    controller.abort(reason);
    expect(await told).toBe(reason);
    expect(waiting()).toBe(0);
  });
});

it('an answer that was read, or let go, or has no body, leaves no timer behind', async () => {
  const time = manualClock();
  const readFile = async () => JSON.stringify(kubeconfig({ token: 'secret-1' }));
  const answers = [new Response('{}'), new Response('{}'), new Response(null, { status: 204 })];
  const http = async () => answers.shift() ?? new Response(null);
  const outside = { ...simulated.outside, clock: time.clock, readFile, http };
  const locator = { kubeconfig: { path: 'config' } };
  const cluster = openCluster({ name: 'a', locator, endpoint: { server: 'https://c.example' } }, outside);
  expect(await (await cluster.request('/version')).text()).toBe('{}');
  await (await cluster.request('/version')).body?.cancel();
  expect((await cluster.request('/version')).status).toBe(204);
  expect(time.waiting()).toBe(0);
});

const kubeconfig = (user: object) => ({
  clusters: [{ name: 'c', cluster: { server: 'https://c.example' } }],
  users: [{ name: 'u', user }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'x',
});
