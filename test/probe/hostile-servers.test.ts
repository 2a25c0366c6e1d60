import { createServer as createHttp2 } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { afterAll, expect, test } from 'vitest';
import { processClock } from '../../shared/outside/clock.ts';
import { systemLookup } from '../../shared/outside/dns.ts';
import { systemRandom } from '../../shared/outside/random.ts';
import { socketDial } from '../../shared/outside/socket.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import { attemptCheck } from '../../shared/probe/attempt-check.ts';
import type { Check } from '../../shared/rollout/gate.ts';
import { ca, fixture } from '../outside/tls-server.ts';

const outside = {
  clock: processClock,
  http: socketHttp(),
  dial: socketDial(processClock),
  random: systemRandom,
  lookup: systemLookup,
};
const allow = ['127.0.0.0/8'];
const target = { name: 'local', locator: { kubeconfig: { path: '' } }, labels: {}, namespace: 'default', allow };
const never = new AbortController().signal;

const open = new Set<Socket>();
const servers: Server[] = [];
const portOf = async (server: Server): Promise<number> => {
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};
afterAll(() => {
  for (const socket of open) socket.destroy();
  for (const server of servers) server.close();
});

/** A server that says these bytes to whoever has asked, and goes on with `more` until it is left. */
const says = (first: string, more?: string) =>
  portOf(
    createServer((socket) => {
      socket.once('data', () => {
        socket.write(first);
        const timer = more === undefined ? undefined : setInterval(() => socket.write(more), 5);
        socket.on('close', () => clearInterval(timer));
      });
    }),
  );
const silent = () => portOf(createServer(() => undefined));
const hangsUp = () => portOf(createServer((socket) => socket.destroy()));
const tlsWith = (name: 'server' | 'expired' | 'other') =>
  portOf(
    createTls({ cert: fixture(`${name}.crt`), key: fixture(`${name}.key`) }, (socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    }),
  );
const http2Only = () =>
  portOf(
    createHttp2((_, response) => {
      response.end('ok');
    }),
  );

const http = (port: number, scheme = 'http'): Check => ({ http: `${scheme}://localhost:${port}/`, status: [200] });
const head = 'HTTP/1.1 200 OK\r\n';

test.each<[string, () => Promise<number>, (port: number) => Check, object]>([
  ['accepts and says nothing', silent, http, { verdict: 'fail', code: 'timeout' }],
  ['hangs up', hangsUp, http, { verdict: 'fail', code: 'connection_lost' }],
  ['speaks no HTTP', () => says('220 mail.test ESMTP\r\n'), http, { verdict: 'fail', code: 'connection_lost' }],
  ['drips headers for ever', () => says(head, 'x-a: b\r\n'), http, { verdict: 'fail' }],
  ['has headers without end', () => says(`${head}x: ${'y'.repeat(300_000)}`), http, { verdict: 'fail' }],
  [
    'chunks for ever, slowly',
    () => says(`${head}transfer-encoding: chunked\r\n\r\n`, '1\r\nx\r\n'),
    http,
    { verdict: 'fail', code: 'timeout', status: 200 },
  ],
  [
    'chunks that are none',
    () => says(`${head}transfer-encoding: chunked\r\n\r\nzz\r\n`),
    http,
    { verdict: 'fail', code: 'connection_lost' },
  ],
  [
    'promises more than it sends',
    () => says(`${head}content-length: 5\r\n\r\nab`),
    http,
    { verdict: 'fail', code: 'timeout' },
  ],
  [
    'sends more than is borne',
    () => says(`${head}content-length: 100\r\n\r\n${'x'.repeat(100)}`),
    (port) => ({ http: `http://localhost:${port}/`, status: [200], mostBytes: 99 }),
    { verdict: 'fail', code: 'too_large' },
  ],
  ['says two answers at once', () => says(`${head}content-length: 0\r\n\r\n`.repeat(2)), http, { verdict: 'pass' }],
  ['speaks TLS where HTTP is asked', () => tlsWith('server'), http, { verdict: 'fail', code: 'connection_lost' }],
  [
    'speaks HTTP where TLS is asked',
    () => says(`${head}content-length: 0\r\n\r\n`),
    (port) => http(port, 'https'),
    { verdict: 'fail', code: 'tls_failed' },
  ],
  ['has no trusted root', () => tlsWith('server'), (port) => http(port, 'https'), { verdict: 'pass' }],
  [
    'has a certificate that ended',
    () => tlsWith('expired'),
    (port) => http(port, 'https'),
    { verdict: 'fail', code: 'tls_expired' },
  ],
  [
    'has a certificate for another name',
    () => tlsWith('other'),
    (port) => http(port, 'https'),
    { verdict: 'fail', code: 'tls_name' },
  ],
  ['speaks HTTP/2 only', http2Only, http, { verdict: 'fail', code: 'connection_lost' }],
  [
    'is no gRPC server',
    () => says(`${head}content-length: 0\r\n\r\n`),
    (port) => ({ grpc: `localhost:${port}`, service: '', secure: false }),
    { verdict: 'fail', code: 'connection_lost' },
  ],
  [
    'speaks HTTP/2 and has no health service',
    http2Only,
    (port) => ({ grpc: `localhost:${port}`, service: '', secure: false }),
    { verdict: 'fail', code: 'grpc_status', because: 'grpc-status absent, expected 0' },
  ],
  [
    'refuses the upgrade',
    () => says('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'),
    (port) => ({ ws: `ws://localhost:${port}/` }),
    { verdict: 'fail', code: 'ws_refused', because: 'status 403, expected 101' },
  ],
  [
    'starts no TLS handshake',
    silent,
    (port) => ({ tls: `localhost:${port}`, minDaysLeft: 0 }),
    { verdict: 'fail', code: 'timeout' },
  ],
])('a server that %s', async (_, serve, checkOf, expected) => {
  const check = checkOf(await serve());
  const attempt = await attemptCheck(check, { target, allow, tls: { ca } }, 300, outside, never);
  expect(attempt).toMatchObject(expected);
});

test.each<[Check, object]>([
  [{ http: 'http://no-such-name.invalid/', status: [200] }, { code: expect.stringMatching(/^(dns|resolver)_failed$/) }],
  [{ tcp: 'no-such-name.invalid:80' }, { code: expect.stringMatching(/^(dns|resolver)_failed$/) }],
  [
    { http: 'http://169.254.169.254/latest/meta-data/', status: [200] },
    { verdict: 'invalid', code: 'address_refused' },
  ],
  [{ tcp: '[fd00:ec2::254]:80' }, { verdict: 'invalid', code: 'address_refused' }],
])('%j', async (check, expected) => {
  const everywhere = ['0.0.0.0/0', '::/0', '169.254.169.254/32', 'fd00:ec2::254/128'];
  expect(await attemptCheck(check, { target, allow: everywhere }, 3_000, outside, never)).toMatchObject(expected);
});
