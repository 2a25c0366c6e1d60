import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { checkOf } from '../../cli/probe-target.ts';
import { type Running, servePlain, serveTls } from '../outside/tls-server.ts';
import { folderWith, tidegate, tidegateHere } from './tidegate.ts';

let folder: string;
let plain: Running;
let secure: Running;
beforeAll(async () => {
  folder = folderWith({});
  plain = await servePlain((request, response) => {
    if (request.url === '/down') response.writeHead(503);
    response.end('ready');
  });
  secure = await serveTls('server', (_, response) => response.end('ready'));
});
afterAll(async () => {
  for (const server of [plain, secure]) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const loopback = ['--allow', '127.0.0.0/8'];
const probe = async (...args: readonly string[]) => {
  const ran = await tidegate(folder, ['probe', ...args, '--json']);
  const lines = ran.out.map((line) => JSON.parse(line));
  return { exitCode: ran.exitCode, lines, err: ran.err };
};

describe('tidegate probe', () => {
  it('says a line per attempt, then what they show', async () => {
    const url = `http://127.0.0.1:${plain.port}/`;
    const { exitCode, lines } = await probe(url, '--count', '3', '--rate', '50', ...loopback);
    expect(exitCode).toBe(0);
    expect(lines).toEqual([
      ...[1, 2, 3].map((attempt) => ({
        kind: 'http',
        target: url,
        address: '127.0.0.1',
        attempt,
        verdict: 'pass',
        code: null,
        status: 200,
        phases: { resolve: 0, connect: expect.any(Number), headers: expect.any(Number), body: expect.any(Number) },
        durationMs: expect.any(Number),
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      })),
      {
        summary: {
          verdict: 'pass',
          attempts: 3,
          passed: 3,
          failed: 0,
          invalid: 0,
          availability: 1,
          interval: { low: expect.closeTo(0.4385, 3), high: 1 },
          failuresAtMost: expect.closeTo(0.6316, 4),
          because: '3 of 3 passed: at most 0.632 fail (95 %)',
        },
      },
    ]);
  });

  it('fails with exit 3, is invalid with exit 7', async () => {
    const down = await probe(`http://127.0.0.1:${plain.port}/down`, ...loopback);
    expect(down).toMatchObject({
      exitCode: 3,
      lines: [{ verdict: 'fail', code: 'http_status' }, { summary: { verdict: 'fail' } }],
    });
    const refused = await probe(`http://127.0.0.1:${plain.port}/`);
    expect(refused).toMatchObject({
      exitCode: 7,
      lines: [{ verdict: 'invalid', code: 'address_refused' }, { summary: { invalid: 1 } }],
    });
  });

  test.each([
    ['tcp', 'pass', null],
    ['tls', 'fail', 'tls_failed'],
    ['grpc', 'fail', 'connection_lost'],
    ['dns', 'pass', null],
  ])('probes host:port by %s', async (kind, verdict, code) => {
    const port = kind === 'grpc' ? plain.port : secure.port;
    const { lines } = await probe(`localhost:${port}`, '--kind', kind, ...loopback, '--allow', '::1/128');
    expect(lines[0]).toMatchObject({ kind, verdict, code });
  });

  it('finds the address behind the ranges of --allow', async () => {
    const { exitCode, lines } = await probe(...loopback, `127.0.0.1:${plain.port}`);
    expect({ exitCode, kind: lines[0].kind }).toEqual({ exitCode: 0, kind: 'tcp' });
  });

  test.each([
    [[], 'the address is missing'],
    [['ftp://a.example.com/'], 'expected a URL with http, https, ws or wss'],
    [['https://user:secret@a.example.com/'], 'the URL holds credentials'],
    [['a.example.com'], 'expected host:port'],
    [['a.example.com:70000'], 'expected host:port'],
    [['a.example.com:0'], 'expected host:port'],
    [['[fe80::1%eth0]:80'], 'expected host:port'],
    [['http://[fe80::1%25eth0]/'], 'expected a URL'],
    [['https://a.example.com:70000/'], 'expected a URL'],
    [['http://a.example.com:0/'], 'port 0 is none'],
    [['', '--kind', 'dns'], 'expected a name'],
    [['a.example.com:1', 'b.example.com:1'], 'too many arguments'],
    [['a.example.com:1', '--kind', 'icmp'], 'expected one of dns, tcp, tls, http, grpc, ws'],
    [['a.example.com:1', '--count', '0'], 'expected a whole number from 1'],
    [['a.example.com:1', '--rate', 'fast'], 'expected a number'],
    [['a.example.com:1', '--allow', '10.0.0.0'], 'expected CIDR'],
    [['a.example.com:1', '--ip', '5'], 'expected 4 or 6'],
  ])('refuses %j', async (args, reason) => {
    const ran = await tidegateHere(folder, ['probe', ...args]);
    expect({ exitCode: ran.exitCode, out: ran.out }).toEqual({ exitCode: 2, out: [] });
    expect(ran.err).toContain(reason);
    expect(ran.err).not.toContain('secret');
  });
});

test.each([
  ['wss://a.example.com/feed', undefined, { ws: 'wss://a.example.com/feed' }],
  ['a.example.com:80', 'ws', { ws: 'ws://a.example.com/' }],
  ['https://a.example.com', 'tls', { tls: 'a.example.com:443', minDaysLeft: 0 }],
  ['https://a.example.com', 'grpc', { grpc: 'a.example.com:443', service: '', secure: true }],
  ['a.example.com:9000', 'grpc', { grpc: 'a.example.com:9000', service: '', secure: false }],
  ['[::1]:443', undefined, { tcp: '[::1]:443' }],
  ['bücher.example:443', 'tls', { tls: 'xn--bcher-kva.example:443', minDaysLeft: 0 }],
  ['bücher.example', 'dns', { dns: 'xn--bcher-kva.example' }],
  ['a.example.com', 'dns', { dns: 'a.example.com' }],
])('%s by %s is a check', (address, kind, check) => expect(checkOf(address, kind)).toEqual(check));
