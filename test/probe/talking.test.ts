import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createServer as createHttp2, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { processClock } from '../../shared/outside/clock.ts';
import { systemLookup } from '../../shared/outside/dns.ts';
import { systemRandom } from '../../shared/outside/random.ts';
import { socketDial } from '../../shared/outside/socket.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import { attemptCheck, kindOf } from '../../shared/probe/attempt-check.ts';
import { encodeFrame, OPCODE, takeFrame } from '../../shared/probe/websocket-frame.ts';
import type { Check } from '../../shared/rollout/gate.ts';
import type { Target } from '../../shared/rollout/target.ts';

const outside = {
  clock: processClock,
  http: socketHttp(),
  dial: socketDial(processClock),
  random: systemRandom,
  lookup: systemLookup,
};
const target: Target = {
  name: 'local',
  locator: { kubeconfig: { path: 'kubeconfig' } },
  labels: {},
  namespace: 'default',
  allow: ['127.0.0.0/8'],
};
const never = new AbortController().signal;
const probe = (check: Check, timeoutMs = 5_000, allow: readonly string[] = target.allow) =>
  attemptCheck(check, { target, allow }, timeoutMs, outside, never);

const portOf = async (server: Server | Http2Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

/** A gRPC message: not compressed, its length, HealthCheckResponse{status}. */
const health = (status: number) => Buffer.from(status === 0 ? [0, 0, 0, 0, 0] : [0, 0, 0, 0, 2, 0x08, status]);

/** Services by name: what the server answers to a health check of each. */
const services: Readonly<Record<string, { readonly status?: number; readonly grpc: string; readonly http?: number }>> =
  {
    '': { status: 1, grpc: '0' },
    up: { status: 1, grpc: '0' },
    down: { status: 2, grpc: '0' },
    odd: { status: 0, grpc: '0' },
    missing: { grpc: '5' },
    failing: { status: 1, grpc: '14' },
    proxy: { grpc: '0', http: 502 },
  };

let grpc: Http2Server;
let ws: Server;
let grpcPort = 0;
let wsPort = 0;
const sockets = new Set<Duplex>();

beforeAll(async () => {
  grpc = createHttp2();
  grpc.on('session', (session) => sockets.add(session.socket));
  grpc.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      expect(headers[':path']).toBe('/grpc.health.v1.Health/Check');
      const service = Buffer.concat(chunks).subarray(7).toString();
      if (service === 'hang') return;
      const { status, grpc: grpcStatus, http = 200 } = services[service] ?? { grpc: '5' };
      const type = { ':status': http, 'content-type': 'application/grpc' };
      if (status === undefined) stream.respond({ ...type, 'grpc-status': grpcStatus }, { endStream: true });
      else {
        stream.respond(type, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': grpcStatus }));
        stream.end(health(status));
      }
    });
  });
  grpcPort = await portOf(grpc);

  ws = createServer((_, response) => response.writeHead(426).end());
  ws.on('upgrade', (request, socket) => {
    sockets.add(socket);
    const key = request.headers['sec-websocket-key'] ?? '';
    const salt = request.url === '/forged' ? 'other' : '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
    const accept = createHash('sha1')
      .update(key + salt)
      .digest('base64');
    const head = [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${accept}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.on('error', () => undefined);
    socket.on('data', (frame: Buffer) => {
      const opcode = (frame[0] ?? 0) & 0x0f;
      const mask = frame.subarray(2, 6);
      const text = frame.subarray(6).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
      const answer = (kind: number, payload: Uint8Array) =>
        socket.write(Buffer.from([0x80 | kind, payload.length, ...payload]));
      if (request.url === '/close') answer(OPCODE.close, Buffer.from([0x03, 0xf3]));
      else if (request.url === '/deaf') return;
      else if (opcode === OPCODE.ping) answer(OPCODE.pong, text);
      else if (request.url === '/loud') answer(OPCODE.text, Buffer.from(Buffer.from(text).toString().toUpperCase()));
      else if (opcode === OPCODE.text) {
        answer(OPCODE.ping, Buffer.from('are you there'));
        answer(OPCODE.text, text);
      }
    });
  });
  wsPort = await portOf(ws);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of [grpc, ws]) await new Promise((resolve) => server.close(resolve));
});

const timed = { at: expect.any(Number), durationMs: expect.any(Number) };
const phases = { resolve: 0, connect: expect.any(Number), answer: expect.any(Number) };

describe('a gRPC health probe', () => {
  const ask = (service: string, timeoutMs?: number) =>
    probe({ grpc: `127.0.0.1:${grpcPort}`, service, secure: false }, timeoutMs);

  test.each(['', 'up'])('of service "%s" passes when it serves', async (service) => {
    expect(await ask(service)).toEqual({ ...timed, verdict: 'pass', phases, address: '127.0.0.1' });
  });

  test.each([
    ['down', 'NOT_SERVING, expected SERVING'],
    ['odd', 'UNKNOWN, expected SERVING'],
    ['missing', 'grpc-status 5, expected 0'],
    ['failing', 'grpc-status 14, expected 0'],
    ['proxy', 'HTTP status 502, expected 200'],
  ])('of %s fails', async (service, because) => {
    expect(await ask(service)).toEqual({
      ...timed,
      verdict: 'fail',
      code: 'grpc_status',
      because,
      phases,
      address: '127.0.0.1',
    });
  });

  it('fails by time-out, and where the other side does not speak HTTP/2', async () => {
    expect(await ask('hang', 30)).toMatchObject({ verdict: 'fail', code: 'timeout' });
    const elsewhere = await probe({ grpc: `127.0.0.1:${wsPort}`, service: '', secure: false });
    expect(elsewhere).toMatchObject({ verdict: 'fail', code: 'connection_lost' });
  });
});

describe('a WebSocket probe', () => {
  const ask = (path: string, echo?: string, timeoutMs?: number) =>
    probe({ ws: `ws://127.0.0.1:${wsPort}${path}`, ...(echo === undefined ? {} : { echo }) }, timeoutMs);

  test.each([undefined, 'tide'])('passes with its ping or echo answered (%s)', async (echo) => {
    expect(await ask('/', echo)).toEqual({ ...timed, verdict: 'pass', phases, address: '127.0.0.1' });
  });

  test.each([
    ['/loud', 'tide', { code: 'ws_mismatch', because: 'the answer is not what was sent' }],
    ['/close', undefined, { code: 'ws_mismatch', because: 'the server closed instead of an answer' }],
    [
      '/forged',
      undefined,
      { code: 'ws_refused', because: 'Sec-WebSocket-Accept does not answer the key that was sent' },
    ],
    ['/deaf', undefined, { code: 'timeout' }],
  ] as const)('of %s fails', async (path, echo, expected) => {
    expect(await ask(path, echo, path === '/deaf' ? 30 : undefined)).toMatchObject({ verdict: 'fail', ...expected });
  });

  it('fails where the server speaks HTTP only', async () => {
    const plain = createServer((_, response) => response.writeHead(404).end());
    plain.on('upgrade', (_, socket) => socket.end('HTTP/1.1 404 Not Found\r\n\r\n'));
    const port = await portOf(plain);
    expect(await probe({ ws: `ws://127.0.0.1:${port}/` })).toMatchObject({
      code: 'ws_refused',
      because: 'status 404, expected 101',
    });
    await new Promise((resolve) => plain.close(resolve));
  });

  it('is bound by the egress rules', async () => {
    const attempt = await probe({ ws: `ws://127.0.0.1:${wsPort}/` }, 5_000, []);
    expect(attempt).toMatchObject({ verdict: 'invalid', code: 'address_refused' });
  });
});

describe('WebSocket frames', () => {
  test.each([0, 1, 125, 126, 60_000])('with %d bytes are taken whole or not at all', (length) => {
    const payload = Buffer.alloc(length, 7);
    const masked = encodeFrame(OPCODE.text, payload, Buffer.from([0, 0, 0, 0]));
    // As a server sends it: without mask bit and mask.
    const start = length < 126 ? 2 : 4;
    const sent = Buffer.concat([masked.subarray(0, start), masked.subarray(start + 4)]);
    sent[1] = (sent[1] ?? 0) & 0x7f;
    expect(takeFrame(sent.subarray(0, sent.length - 1))).toBeUndefined();
    expect(takeFrame(Buffer.concat([sent, Buffer.from('next')]))).toEqual({
      taken: { opcode: OPCODE.text, payload },
      rest: Buffer.from('next'),
    });
  });

  test.each([[[0x01, 0x00]], [[0x81, 0x80]], [[0x82, 127]]])('refuses %j', (bytes) => {
    expect(() => takeFrame(Buffer.from(bytes))).toThrow(/^a frame/);
  });
});

describe('a DNS probe', () => {
  it('passes with the addresses of a name', async () => {
    expect(await probe({ dns: 'localhost', addresses: ['127.0.0.1'], family: 4 })).toEqual({
      ...timed,
      verdict: 'pass',
      phases: { resolve: expect.any(Number) },
      address: '127.0.0.1',
    });
  });

  it('fails with other addresses, and without any', async () => {
    expect(await probe({ dns: 'localhost', addresses: ['192.0.2.1'], family: 4 })).toMatchObject({
      verdict: 'fail',
      code: 'dns_mismatch',
      because: '192.0.2.1 not among the answer: 127.0.0.1',
    });
    expect(await probe({ dns: 'nothing.invalid' })).toMatchObject({ verdict: 'fail', code: 'dns_failed' });
  });

  it('is invalid where nothing can be looked up', async () => {
    const { lookup: _, ...virtual } = outside;
    const attempt = await attemptCheck({ dns: 'localhost' }, { target, allow: [] }, 5_000, virtual, never);
    expect(attempt).toMatchObject({ verdict: 'invalid', code: 'unsupported' });
  });
});

it('says nothing over a simulated connection rather than pass', async () => {
  const dial = async () => ({ address: '192.0.2.1', phases: { resolve: 0, connect: 0 } });
  const check = { grpc: 'api.example.com:443', service: '', secure: false };
  const attempt = await attemptCheck(check, { target, allow: [] }, 5_000, { ...outside, dial }, never);
  expect(attempt).toMatchObject({ verdict: 'invalid', code: 'unsupported' });
  expect(kindOf(check)).toBe('grpc');
});
