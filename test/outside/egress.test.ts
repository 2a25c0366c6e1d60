import { lookup } from 'node:dns';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { processClock } from '../../shared/outside/clock.ts';
import type { Resolve } from '../../shared/outside/dns.ts';
import { Unreachable } from '../../shared/outside/http.ts';
import { openConnection, socketDial } from '../../shared/outside/socket.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import { type Running, servePlain } from './tls-server.ts';

/** What listens on all addresses of this machine and must never hear of anybody. */
let forbidden: Server;
let port = 0;
let heard = 0;
let redirecting: Running;
beforeAll(async () => {
  forbidden = createServer((socket) => {
    heard += 1;
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret');
  });
  await new Promise<void>((resolve) => forbidden.listen(0, '::', resolve));
  port = (forbidden.address() as AddressInfo).port;
  redirecting = await servePlain((request, response) => {
    response.writeHead(302, { location: decodeURIComponent((request.url ?? '').slice(1)) }).end();
  });
});
afterAll(async () => {
  await redirecting.close();
  await new Promise((resolve) => forbidden.close(resolve));
});

const dial = socketDial(processClock);
const http = socketHttp();
const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof Unreachable ? error.code : `was let through: ${String(error)}`;
};

/** This machine, its network and the metadata services of the clouds, in every way of writing them that some parser takes. */
const hosts: readonly string[] = [
  // Loopback, and this host
  ...['127.0.0.1', '127.1', '127.0.1', '127.255.255.254', '0x7f.1', '0x7f000001', '0x7f.0x0.0x0.0x1'],
  ...['0177.0.0.1', '0177.1', '017700000001', '2130706433', '127.0.0.1.', '①②⑦.⓪.⓪.①', '%31%32%37.0.0.1'],
  ...['0', '0.0.0.0', '0x0', '00000000', 'localhost', 'LOCALHOST'],
  ...['[::]', '[::1]', '[0:0:0:0:0:0:0:1]', '[0000:0000:0000:0000:0000:0000:0000:0001]', '[::ffff:127.0.0.1]'],
  ...['[::ffff:7f00:1]', '[0:0:0:0:0:ffff:7f00:1]', '[::127.0.0.1]', '[::7f00:1]', '[64:ff9b::127.0.0.1]'],
  ...['[64:ff9b::7f00:1]', '[64:ff9b:1::7f00:1]', '[2002:7f00:1::]', '[2001::80ff:fffe]'],
  // Metadata services
  ...['169.254.169.254', '0xa9fea9fe', '2852039166', '0251.0376.0251.0376', '169.254.43518', '169.16689662'],
  ...['[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]', '[::169.254.169.254]', '[64:ff9b::a9fe:a9fe]'],
  ...['[64:ff9b::169.254.169.254]', '[64:ff9b:1::a9fe:a9fe]', '[2002:a9fe:a9fe::]', '[2001::5601:5601]'],
  ...['169.254.170.2', '169.254.170.23', '[fd00:ec2::254]', '[fd00:ec2::23]', '[fd20:ce::254]'],
  ...['168.63.129.16', '100.100.100.200', '192.0.0.192'],
  // Private, shared, link-local, multicast, reserved
  ...['10.0.0.1', '0xa000001', '172.16.0.1', '172.31.255.255', '192.168.0.1', '3232235521', '100.64.0.1'],
  ...['198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '[fe80::1]', '[fc00::1]', '[fd12:3456::1]'],
  ...['[ff02::1]', '[fec0::1]', '[2001:db8::1]', '[3fff::1]', '[100::1]', '[::ffff:10.0.0.1]', '[2002:a00:1::]'],
];

describe(`what may not be reached, in ${hosts.length} ways of writing it`, () => {
  test.each(hosts)('http://%s', async (host) => {
    expect(await codeOf(http(`http://${host}:${port}/`))).toBe('address_refused');
  });

  test.each(hosts)('a connection to %s', async (host) => {
    // A socket gets it as a URL has it, and as it was written where that is not a name to look up.
    const endpoints = [new URL(`http://${host}/`).hostname, ...(/^[[\]\w.:]+$/.test(host) ? [host] : [])];
    const codes = await Promise.all(endpoints.map((each) => codeOf(dial({ host: each, port }))));
    for (const code of codes) expect(['address_refused', 'dns_failed', 'resolver_failed']).toContain(code);
  });

  test.each(hosts)('a redirect to %s', async (host) => {
    // As a header can carry it: a host may be percent-encoded.
    const written = host.replace(/[^ -~]+/gu, encodeURIComponent);
    const target = encodeURIComponent(`http://${written}:${port}/`);
    const from = await http(`http://127.0.0.1:${redirecting.port}/${target}`, { allow: ['127.0.0.1/32'] });
    expect(from.status).toBe(302);
    expect(await codeOf(http(from.headers.get('location') ?? ''))).toBe('address_refused');
  });

  it('was reached by none of them', () => expect(heard).toBe(0));

  it('holds at least sixty', () => expect(hosts.length).toBeGreaterThanOrEqual(60));
});

test.each(['ftp://8.8.8.8/', 'file:///etc/passwd', 'gopher://127.0.0.1/', 'data:text/plain,x'])(
  'scheme of %s is refused',
  async (url) => {
    expect(await codeOf(http(url))).toBe('address_refused');
  },
);

test('port 0 is refused, which Node would take for the port of the scheme', async () => {
  expect(await codeOf(http('http://8.8.8.8:0/'))).toBe('address_refused');
});

describe('a name that changes its address', () => {
  const answers = (...rounds: readonly (readonly string[])[]) => {
    const asked: string[] = [];
    const resolve: Resolve = (name, _, callback) => {
      const round = rounds[Math.min(asked.length, rounds.length - 1)] ?? [];
      asked.push(name);
      callback(
        null,
        round.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
    return { resolve, asked };
  };
  const allow = ['127.0.0.1/32'];

  it('is judged by the address that is connected to, each time', async () => {
    const { resolve, asked } = answers(['127.0.0.1'], ['127.0.0.2'], ['169.254.169.254']);
    const rebound = socketHttp({ names: resolve });
    const onConnected = () => undefined;
    const url = `http://rebind.test:${redirecting.port}/elsewhere`;
    expect((await rebound(url, { allow, onConnected })).status).toBe(302);
    expect(await codeOf(rebound(url, { allow, onConnected }))).toBe('address_refused');
    expect(await codeOf(rebound(url, { allow, onConnected }))).toBe('address_refused');
    // Asked once for each connection: nothing is resolved a second time between judging and connecting.
    expect(asked).toEqual(['rebind.test', 'rebind.test', 'rebind.test']);
  });

  it('is refused when one of its addresses is, whichever comes first', async () => {
    for (const both of [
      ['127.0.0.1', '10.0.0.1'],
      ['10.0.0.1', '127.0.0.1'],
      ['127.0.0.1', '::ffff:169.254.169.254'],
    ]) {
      const rebound = socketHttp({ names: answers(both).resolve });
      expect(await codeOf(rebound(`http://rebind.test:${redirecting.port}/`, { allow }))).toBe('address_refused');
    }
  });

  it('is refused when it has none', async () => {
    const rebound = socketHttp({ names: answers([]).resolve });
    expect(await codeOf(rebound(`http://rebind.test:${redirecting.port}/`, { allow }))).toBe('address_refused');
  });

  it('over a bare connection too', async () => {
    const { resolve } = answers(['127.0.0.1'], ['127.0.0.2']);
    const place = { host: 'rebind.test', port: redirecting.port, allow };
    const opened = await openConnection(place, processClock, () => undefined, resolve);
    opened.socket.destroy();
    expect(opened.address).toBe('127.0.0.1');
    await expect(openConnection(place, processClock, () => undefined, resolve)).rejects.toThrow('address 127.0.0.2');
  });

  it('gets the answer of the system where no other resolver is given', async () => {
    const asked = await new Promise((resolve) => lookup('localhost', { all: true }, (_, found) => resolve(found)));
    expect(asked).not.toEqual([]);
    const all = { allow: ['127.0.0.0/8', '::1/128'] };
    expect((await http(`http://localhost:${redirecting.port}/elsewhere`, { ...all, family: 4 })).status).toBe(302);
  });
});
