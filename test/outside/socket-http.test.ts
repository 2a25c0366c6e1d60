import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpInit, Unreachable } from '../../shared/outside/http.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import { type Answer, ca, clientCert, type Running, servePlain, serveTls } from './tls-server.ts';

const allow = ['127.0.0.0/8'];
const http = socketHttp();
const failure = async (url: string, init: HttpInit = {}): Promise<{ code: string; message: string }> => {
  const error: unknown = await http(url, { allow, ...init }).catch((thrown: unknown) => thrown);
  if (!(error instanceof Unreachable)) throw new Error(`expected Unreachable, got ${String(error)}`);
  return { code: error.code, message: error.message };
};

const answer: Answer = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url === '/hang') return;
    if (request.url === '/drip') {
      response.write('first');
      return;
    }
    if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': '100' });
      response.write('part');
      setTimeout(() => request.socket.destroy(), 20);
      return;
    }
    if (request.url === '/moved') {
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end('elsewhere');
      return;
    }
    if (request.url === '/gzip') {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(100_000)));
      return;
    }
    if (request.url?.startsWith('/status/')) {
      response.writeHead(Number(request.url.slice(8))).end();
      return;
    }
    const { method, url, headers } = request;
    response.writeHead(
      200,
      [
        ['x-many', 'a'],
        ['x-many', 'b'],
      ].flat(),
    );
    response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString('base64') }));
  });
};

describe('over plain HTTP', () => {
  let server: Running;
  let base: string;
  beforeAll(async () => {
    server = await servePlain(answer);
    base = `http://127.0.0.1:${server.port}`;
  });
  afterAll(() => server.close());

  it('sends what it was given and adds nothing of its own', async () => {
    const response = await http(`${base}/a/b?c=d`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/apply-patch+yaml', 'X-Trace': '1' },
      body: '{}',
      allow,
    });
    expect({ status: response.status, many: response.headers.get('x-many'), sent: await response.json() }).toEqual({
      status: 200,
      many: 'a, b',
      sent: {
        method: 'PATCH',
        url: '/a/b?c=d',
        headers: {
          host: `127.0.0.1:${server.port}`,
          connection: 'keep-alive',
          'content-type': 'application/apply-patch+yaml',
          'content-length': '2',
          'x-trace': '1',
        },
        body: Buffer.from('{}').toString('base64'),
      },
    });
  });

  it('sends bytes as they are', async () => {
    const bytes = new Uint8Array([0, 255, 128, 10]);
    const response = await http(base, { method: 'POST', body: bytes, allow });
    expect(await response.json()).toMatchObject({ body: Buffer.from(bytes).toString('base64') });
  });

  it.each([200, 201, 204, 304, 400, 404, 409, 410, 422, 429, 500, 503])(
    'takes status %i for a response',
    async (status) => {
      const response = await http(`${base}/status/${status}`, { allow });
      expect([response.status, await response.text()]).toEqual([status, '']);
    },
  );

  it('does not follow a redirect', async () => {
    const response = await http(`${base}/moved`, { allow });
    expect([response.status, response.headers.get('location'), await response.text()]).toEqual([
      302,
      'http://169.254.169.254/',
      'elsewhere',
    ]);
  });

  it('does not inflate a compressed body', async () => {
    const response = await http(`${base}/gzip`, { allow });
    expect((await response.arrayBuffer()).byteLength).toBe(gzipSync('x'.repeat(100_000)).byteLength);
  });

  it('gives the body as it arrives, and closes the connection when the reader leaves', async () => {
    const response = await http(`${base}/drip`, { allow });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(Buffer.from(first?.value ?? []).toString()).toBe('first');
    const pending = reader?.read();
    await reader?.cancel();
    expect(await pending).toEqual({ value: undefined, done: true });
  });

  it('ends the wait for a response by the signal', async () => {
    const ended = new AbortController();
    const pending = failure(`${base}/hang`, { signal: ended.signal });
    ended.abort();
    expect(await pending).toEqual({ code: 'aborted', message: `GET ${base}: ended by the caller` });
    expect((await failure(`${base}/`, { signal: ended.signal })).code).toBe('aborted');
  });

  it('ends the reading of a body by the signal', async () => {
    const ended = new AbortController();
    const response = await http(`${base}/drip`, { allow, signal: ended.signal });
    const text = response.text();
    ended.abort();
    await expect(text).rejects.toMatchObject({ name: 'Unreachable', code: 'aborted' });
  });

  it('says so when the server hangs up within a body', async () => {
    const response = await http(`${base}/cut`, { allow });
    await expect(response.text()).rejects.toMatchObject({ name: 'Unreachable', code: 'connection_lost' });
  });

  it('sends no header that would be two', async () => {
    await expect(http(base, { allow, headers: { 'x-trace': 'a\r\nauthorization: b' } })).rejects.toThrow(
      new TypeError(`GET ${base}: Invalid character in header content ["x-trace"]`),
    );
  });

  it('keeps a connection for the next request of the same ranges only', async () => {
    const own = socketHttp();
    const before = server.connections();
    for (let n = 0; n < 10; n += 1) await (await own(base, { allow })).text();
    // Two: the pool counts a connection as busy until just after the body's end has been read.
    const kept = server.connections() - before;
    expect(kept).toBeLessThanOrEqual(2);
    await (await own(base, { allow: ['127.0.0.1/32'] })).text();
    expect(server.connections() - before).toBe(kept + 1);
  });

  it('keeps paths, queries and credentials out of its errors', async () => {
    const closed = await servePlain(answer);
    await closed.close();
    const { code, message } = await failure(`http://127.0.0.1:${closed.port}/services/T0/canary?token=canary`);
    expect([code, message.includes('canary')]).toEqual(['connect_refused', false]);
    expect(await failure('http://user:canary@127.0.0.1/')).toEqual({
      code: 'address_refused',
      message: 'GET http://127.0.0.1: the URL holds credentials; expected them in a header',
    });
  });
});

describe('egress rules', () => {
  let server: Running;
  beforeAll(async () => {
    server = await servePlain(answer);
  });
  afterAll(() => server.close());

  it.each(['127.0.0.1', '2130706433', '0x7f.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0'])(
    'refuse %s before anything is connected',
    async (host) => {
      const before = server.connections();
      expect((await failure(`http://${host}:${server.port}/`, { allow: [] })).code).toBe('address_refused');
      expect(server.connections()).toBe(before);
    },
  );

  it('do not let a dot at the end of a name pass', async () => {
    // Some resolvers know the dotted name as loopback, some not at all.
    const { code } = await failure(`http://localhost.:${server.port}/`, { allow: [] });
    expect(['address_refused', 'dns_failed']).toContain(code);
  });

  it('let a name through whose addresses are in the allowed ranges', async () => {
    const response = await http(`http://localhost:${server.port}/`, { allow: ['127.0.0.0/8', '::1/128'] });
    expect(response.status).toBe(200);
  });

  it('do not lend an open connection to a request without the range', async () => {
    const own = socketHttp();
    await (await own(`http://127.0.0.1:${server.port}/`, { allow })).text();
    await expect(own(`http://127.0.0.1:${server.port}/`)).rejects.toMatchObject({ code: 'address_refused' });
  });

  it.each(['file:///etc/passwd', 'ftp://example.com/', 'data:text/plain,x', 'gopher://127.0.0.1/'])(
    'refuse %s',
    async (url) => {
      expect((await failure(url)).code).toBe('address_refused');
    },
  );

  it('call a name that does not resolve what it is', async () => {
    expect((await failure('http://no-such-host.invalid/')).code).toBe('dns_failed');
  });

  it('call a range that is not one a mistake', async () => {
    await expect(http(`http://127.0.0.1:${server.port}/`, { allow: ['10.0.0.0'] })).rejects.toMatchObject({
      name: 'RangeUnreadable',
    });
  });
});

describe('over TLS', () => {
  const servers: Running[] = [];
  const serve = async (...args: Parameters<typeof serveTls>) => {
    const server = await serveTls(...args);
    servers.push(server);
    return server;
  };
  afterAll(async () => {
    for (const server of servers) await server.close();
  });

  it('trusts the given root, for the name in the URL or the one given', async () => {
    const { port } = await serve('server', answer);
    expect((await http(`https://127.0.0.1:${port}/`, { allow, tls: { ca } })).status).toBe(200);
    expect((await http(`https://127.0.0.1:${port}/`, { allow, tls: { ca, serverName: 'tidegate.test' } })).status).toBe(
      200,
    );
    expect((await failure(`https://127.0.0.1:${port}/`, { tls: { ca, serverName: 'wrong.test' } })).code).toBe(
      'tls_name',
    );
  });

  it('does not trust it when it was not given, even on a connection open for one who did', async () => {
    const { port } = await serve('server', answer);
    await (await http(`https://127.0.0.1:${port}/`, { allow, tls: { ca } })).text();
    expect((await failure(`https://127.0.0.1:${port}/`)).code).toBe('tls_failed');
  });

  it.each([
    ['expired', 'tls_expired'],
    ['other', 'tls_name'],
  ] as const)('refuses the %s certificate with %s', async (name, code) => {
    const { port } = await serve(name, answer);
    expect((await failure(`https://127.0.0.1:${port}/`, { tls: { ca } })).code).toBe(code);
  });

  it('shows a client certificate where one is asked for', async () => {
    const { port } = await serve('server', answer, true);
    expect((await http(`https://127.0.0.1:${port}/`, { allow, tls: { ca, ...clientCert } })).status).toBe(200);
    await expect(http(`https://127.0.0.1:${port}/`, { allow, tls: { ca } })).rejects.toThrow(Unreachable);
  });

  it('calls a server that speaks no TLS tls_failed', async () => {
    const plain = await servePlain(answer);
    servers.push(plain);
    expect((await failure(`https://127.0.0.1:${plain.port}/`)).code).toBe('tls_failed');
  });
});

it('calls a server that hangs up without an answer connection_lost', async () => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  expect((await failure(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)).code).toBe('connection_lost');
  server.close();
});

describe('a host that is found elsewhere', () => {
  it('is asked there, under its own name', async () => {
    const server = await servePlain(answer);
    const own = socketHttp({
      resolve: (host) =>
        host === 'eks.us-east-1.amazonaws.com' ? { address: '127.0.0.1', port: server.port, plain: true } : undefined,
    });
    const response = await own('https://eks.us-east-1.amazonaws.com/clusters/staging');
    expect(await response.json()).toMatchObject({
      url: '/clusters/staging',
      headers: { host: 'eks.us-east-1.amazonaws.com' },
    });
    await expect(own(`http://127.0.0.1:${server.port}/`)).rejects.toMatchObject({ code: 'address_refused' });
    await server.close();
  });

  it('must show a certificate for its own name where it is asked over TLS', async () => {
    const server = await serveTls('server', answer);
    const own = socketHttp({ resolve: () => ({ address: '127.0.0.1', port: server.port }) });
    expect((await own('https://tidegate.test/', { tls: { ca } })).status).toBe(200);
    await expect(own('https://wrong.test/', { tls: { ca } })).rejects.toMatchObject({ code: 'tls_name' });
    await server.close();
  });
});
