import { afterEach, describe, expect, it, test } from 'vitest';
import { type Loopback, openLoopback } from '../local/loopback.ts';
import { findRoute, type Route, simulatedDial, simulatedNetwork } from '../local/network.ts';
import { type Http, Unreachable } from '../shared/outside/http.ts';
import { randomHex, seededRandom } from '../shared/outside/random.ts';
import { socketHttp } from '../shared/outside/socket-http.ts';

const echo = async (request: Request) =>
  Response.json({
    method: request.method,
    url: request.url,
    type: request.headers.get('content-type'),
    body: Buffer.from(await request.arrayBuffer()).toString(),
  });

/** One event, then silence: a watch. `left` tells when its reader has gone. */
const watch = () => {
  let leave: () => void = () => undefined;
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const handle = async () =>
    new Response(
      new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode('first\n')),
        cancel: () => leave(),
      }),
    );
  return { handle, left };
};

const routesWith = (extra: readonly Route[] = []): readonly Route[] => [
  { host: 'eks.us-east-1.amazonaws.com', handle: echo },
  { host: '*.example.com', handle: echo },
  {
    host: 'down.example.com',
    handle: async (request) => {
      throw new Unreachable(`${request.method} ${new URL(request.url).origin}`, 'connect_timeout', 'no answer in 10 s');
    },
  },
  {
    host: 'many.example.com',
    handle: async () =>
      new Response('', {
        headers: [
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
        ],
      }),
  },
  { host: 'hang.example.com', handle: () => new Promise(() => undefined) },
  ...extra,
];

const open: Loopback[] = [];
afterEach(async () => {
  for (const loopback of open.splice(0)) await loopback.close();
});

const networks: readonly (readonly [string, (routes: readonly Route[]) => Promise<Http>])[] = [
  ['in process', async (routes) => simulatedNetwork({ routes, fallback: 'refuse' })],
  [
    'through the loopback',
    async (routes) => {
      const loopback = await openLoopback(routes, seededRandom('loopback'));
      open.push(loopback);
      return loopback.http(socketHttp());
    },
  ],
];

describe.each(networks)('a simulated host %s', (_, connect) => {
  it.each(['https', 'http'])('sees the request as it was made to %s', async (scheme) => {
    const http = await connect(routesWith());
    const init = { method: 'POST', headers: { 'content-type': 'text/x' }, body: 'ü' };
    const response = await http(`${scheme}://api.example.com/a%20b?c=d`, init);
    expect([response.status, await response.json()]).toEqual([
      200,
      { method: 'POST', url: `${scheme}://api.example.com/a%20b?c=d`, type: 'text/x', body: 'ü' },
    ]);
  });

  it('answers with every value of a header', async () => {
    const http = await connect(routesWith());
    expect((await http('https://many.example.com/')).headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  it('is down in the way it says', async () => {
    const http = await connect(routesWith());
    await expect(http('https://down.example.com/x?token=canary')).rejects.toMatchObject({
      name: 'Unreachable',
      code: 'connect_timeout',
      message: expect.not.stringContaining('canary'),
    });
  });

  it('lets go of a caller that has given up', async () => {
    const http = await connect(routesWith());
    const ended = new AbortController();
    const pending = http('https://hang.example.com/', { signal: ended.signal });
    ended.abort();
    await expect(pending).rejects.toMatchObject({ name: 'Unreachable', code: 'aborted' });
    await expect(http('https://api.example.com/', { signal: ended.signal })).rejects.toMatchObject({ code: 'aborted' });
  });

  it.each(['signal', 'cancel'] as const)('streams, and learns by %s that its reader has gone', async (how) => {
    const { handle, left } = watch();
    const http = await connect(routesWith([{ host: 'watch.example.com', handle }]));
    const ended = new AbortController();
    const response = await http('https://watch.example.com/', { signal: ended.signal });
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first\n');
    const pending = reader?.read();
    if (how === 'signal') {
      ended.abort();
      await expect(pending).rejects.toMatchObject({ name: 'Unreachable', code: 'aborted' });
    } else {
      await reader?.cancel();
      expect(await pending).toEqual({ done: true, value: undefined });
    }
    await left;
  });

  it('reaches no host it was not given', async () => {
    const http = await connect(routesWith());
    await expect(http('http://no-such-host.invalid/')).rejects.toMatchObject({
      name: 'Unreachable',
      code: 'dns_failed',
    });
  });
});

describe('the port of the loopback, asked by somebody else on the machine,', () => {
  const statusOf = async (host: string, headers: Readonly<Record<string, string>>): Promise<number> => {
    const loopback = await openLoopback(routesWith(), seededRandom('known'));
    open.push(loopback);
    const url = `http://127.0.0.1:${loopback.port}/`;
    return (await socketHttp()(url, { headers: { host, ...headers }, allow: ['127.0.0.1/32'] })).status;
  };
  const secret = { 'x-tidegate-loopback': randomHex(seededRandom('known'), 32) };

  it.each([
    ['no secret', {}],
    ['an empty secret', { 'x-tidegate-loopback': '' }],
    ['the secret of another start', { 'x-tidegate-loopback': randomHex(seededRandom('earlier'), 32) }],
  ])('refuses every host with %s', async (_, headers) => {
    for (const host of ['a.example.com', 'eks.us-east-1.amazonaws.com', 'evil.test']) {
      expect([host, await statusOf(host, headers)]).toEqual([host, 401]);
    }
  });

  it.each([
    ['a.example.com', 200],
    ['evil.test', 421],
    ['127.0.0.1', 421],
  ])('answers with the secret only for the hosts it was given: %s', async (host, status) => {
    expect(await statusOf(host, secret)).toBe(status);
  });
});

test('a simulated host never sees the secret of the loopback', async () => {
  const seen: string[] = [];
  const names = async (request: Request) => {
    seen.push(...request.headers.keys());
    return new Response('');
  };
  const loopback = await openLoopback([{ host: 'api.example.com', handle: names }], seededRandom('loopback'));
  open.push(loopback);
  await loopback.http(socketHttp())('https://api.example.com/', { headers: { accept: 'text/plain' } });
  expect(seen).toEqual(['accept']);
});

test.each([
  ['eks.us-east-1.amazonaws.com', 'eks.us-east-1.amazonaws.com'],
  ['EKS.us-east-1.amazonaws.com', 'eks.us-east-1.amazonaws.com'],
  ['a.example.com', '*.example.com'],
  ['a.b.example.com', '*.b.example.com'],
  ['exact.b.example.com', 'exact.b.example.com'],
  ['example.com', undefined],
  ['badexample.com', undefined],
])('%s is served by the route %s', (host, expected) => {
  const routes = ['*.example.com', '*.b.example.com', 'exact.b.example.com', 'eks.us-east-1.amazonaws.com'];
  expect(
    findRoute(
      routes.map((name) => ({ host: name, handle: echo })),
      host,
    )?.host,
  ).toBe(expected);
});

test('a simulated dial shows a sound connection, or what the route says', async () => {
  const refusing: Route = {
    host: 'closed.example.com',
    handle: echo,
    dial: async ({ host }) => {
      throw new Unreachable(`tcp ${host}`, 'connect_refused', 'nothing listens');
    },
  };
  const now = Date.parse('2026-03-01T00:00:00Z');
  const dial = simulatedDial({ routes: routesWith([refusing]), fallback: 'refuse', clock: { now: () => now } });
  expect(await dial({ host: 'a.example.com', port: 443, tls: {} })).toEqual({
    address: '192.0.2.1',
    phases: { resolve: 0, connect: 0, tls: 0 },
    certificate: {
      validFrom: Date.parse('2026-01-30T00:00:00Z'),
      validTo: Date.parse('2026-04-30T00:00:00Z'),
      names: ['a.example.com'],
    },
  });
  expect(await dial({ host: 'a.example.com', port: 5432 })).toEqual({
    address: '192.0.2.1',
    phases: { resolve: 0, connect: 0 },
  });
  await expect(dial({ host: 'closed.example.com', port: 443 })).rejects.toMatchObject({ code: 'connect_refused' });
  await expect(dial({ host: 'elsewhere.test', port: 443 })).rejects.toMatchObject({ code: 'dns_failed' });
});
