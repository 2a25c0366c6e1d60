import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { processClock } from '../../shared/outside/clock.ts';
import { socketDial } from '../../shared/outside/socket.ts';
import { ca, clientCert, type Running, servePlain, serveTls } from './tls-server.ts';

const dial = socketDial(processClock);
const allow = ['127.0.0.0/8', '::1/128'];
const host = '127.0.0.1';

let plain: Running;
let secure: Running;
beforeAll(async () => {
  plain = await servePlain(() => undefined);
  secure = await serveTls('server', () => undefined);
});
afterAll(async () => {
  await plain.close();
  await secure.close();
});

it('opens a TCP connection and tells where and how long', async () => {
  expect(await dial({ host, port: plain.port, allow })).toEqual({
    address: '127.0.0.1',
    phases: { resolve: 0, connect: expect.any(Number) },
  });
});

it('tells what the certificate says after a handshake', async () => {
  expect(await dial({ host: 'localhost', port: secure.port, tls: { ca }, allow })).toEqual({
    address: '127.0.0.1',
    phases: { resolve: expect.any(Number), connect: expect.any(Number), tls: expect.any(Number) },
    protocol: 'TLSv1.3',
    certificate: {
      validFrom: Date.parse('2024-01-01T00:00:00Z'),
      validTo: Date.parse('2126-01-01T00:00:00Z'),
      names: ['localhost', 'tidegate.test', '127.0.0.1', '0:0:0:0:0:0:0:1'],
    },
  });
});

it('asks for the given name instead of the host', async () => {
  const named = (serverName: string) => dial({ host, port: secure.port, tls: { ca, serverName }, allow });
  expect((await named('tidegate.test')).address).toBe('127.0.0.1');
  await expect(named('wrong.test')).rejects.toMatchObject({ code: 'tls_name' });
});

it.each([
  ['expired', 'tls_expired'],
  ['other', 'tls_name'],
] as const)('refuses the %s certificate with %s', async (name, code) => {
  const server = await serveTls(name, () => undefined);
  await expect(dial({ host, port: server.port, tls: { ca }, allow })).rejects.toMatchObject({ code });
  await server.close();
});

it('does not trust a root it was not given', async () => {
  await expect(dial({ host, port: secure.port, tls: {}, allow })).rejects.toMatchObject({
    name: 'Unreachable',
    code: 'tls_failed',
  });
});

it('shows a client certificate where one is asked for', async () => {
  const server = await serveTls('server', () => undefined, true);
  expect((await dial({ host, port: server.port, tls: { ca, ...clientCert }, allow })).certificate?.names).toContain(
    'localhost',
  );
  await server.close();
});

it.each(['127.0.0.1', 'localhost', '::1', '[::1]', '0.0.0.0'])(
  'refuses %s when no range allows it',
  async (refused) => {
    const before = plain.connections();
    await expect(dial({ host: refused, port: plain.port })).rejects.toMatchObject({ code: 'address_refused' });
    expect(plain.connections()).toBe(before);
  },
);

it('tells a closed port from a name that does not resolve', async () => {
  const closed = await servePlain(() => undefined);
  await closed.close();
  await expect(dial({ host, port: closed.port, allow })).rejects.toMatchObject({ code: 'connect_refused' });
  await expect(dial({ host: 'no-such-host.invalid', port: 443 })).rejects.toMatchObject({ code: 'dns_failed' });
});

it('says connection_lost when the server hangs up during the handshake', async () => {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  await expect(dial({ host, port, tls: { ca }, allow })).rejects.toMatchObject({ code: 'connection_lost' });
  server.close();
});

it('is ended by the signal, before and during the handshake', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, host, resolve));
  const ended = new AbortController();
  const pending = dial({
    host,
    port: (silent.address() as AddressInfo).port,
    tls: { ca },
    allow,
    signal: ended.signal,
  });
  ended.abort();
  await expect(pending).rejects.toMatchObject({ code: 'aborted' });
  await expect(dial({ host, port: plain.port, allow, signal: ended.signal })).rejects.toMatchObject({
    code: 'aborted',
  });
  silent.close();
});
