import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { processClock } from '../../shared/outside/clock.ts';
import { systemRandom } from '../../shared/outside/random.ts';
import { socketDial } from '../../shared/outside/socket.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import { assessAnswer } from '../../shared/probe/assess-answer.ts';
import { probeHttp } from '../../shared/probe/http.ts';
import { probeStream } from '../../shared/probe/stream.ts';
import type { HttpCheck } from '../../shared/rollout/gate.ts';
import type { Target } from '../../shared/rollout/target.ts';
import { ca, type Running, servePlain, serveTls } from '../outside/tls-server.ts';

const outside = { clock: processClock, http: socketHttp(), dial: socketDial(processClock), random: systemRandom };
const target: Target = {
  name: 'local',
  locator: { kubeconfig: { path: 'kubeconfig' } },
  labels: {},
  namespace: 'default',
  allow: ['127.0.0.0/8'],
};
const place = { target, allow: target.allow };
const never = new AbortController().signal;

describe('an answer', () => {
  const answer = {
    status: 200,
    headers: new Headers({ 'x-release': 'v2' }),
    body: '{"status":"ok","parts":[{"up":true}],"a/b":{"~":null}}',
    bytes: 54,
    tookMs: 40,
    phases: { resolve: 1, connect: 9, headers: 20, body: 10 },
  };
  test.each<[Partial<HttpCheck>, readonly [string, string] | undefined]>([
    [{}, undefined],
    [{ status: [204] }, ['http_status', 'status 200, expected 204']],
    [{ headers: { 'X-Release': 'v2' } }, undefined],
    [{ headers: { 'x-release': 'v3' } }, ['header_mismatch', 'header x-release is "v2", expected "v3"']],
    [{ headers: { 'x-gone': '' } }, ['header_mismatch', 'header x-gone is absent, expected ""']],
    [{ body: '"ok"' }, undefined],
    [{ body: 'OK' }, ['body_mismatch', 'the body does not hold "OK"']],
    [{ json: { '/status': 'ok', '/parts/0/up': true, '/a~1b/~0': null } }, undefined],
    [{ json: { '/status': 'down' } }, ['json_mismatch', '/status of the body has another value, expected "down"']],
    [{ json: { '/parts/1/up': true } }, ['json_mismatch', '/parts/1/up of the body is absent, expected true']],
    [{ json: { '/constructor': 'x' } }, ['json_mismatch', '/constructor of the body is absent, expected "x"']],
    [{ headers: { 'x-release': { matches: '^v[0-9]$' } } }, undefined],
    [
      { headers: { 'x-release': { matches: '^w' } } },
      ['header_mismatch', 'header x-release is "v2", expected what matches ^w'],
    ],
    [
      { headers: { 'x-gone': { matches: '.*' } } },
      ['header_mismatch', 'header x-gone is absent, expected what matches .*'],
    ],
    [{ headers: { server: { absent: true } } }, undefined],
    [{ headers: { 'x-release': { absent: true } } }, ['header_mismatch', 'header x-release is "v2", expected none']],
    [{ bodyMatches: '"up":(true|false)' }, undefined],
    [{ bodyMatches: '^ok$' }, ['body_mismatch', 'the body does not match ^ok$']],
    [{ json: { '/status': { matches: '^o' } } }, undefined],
    [
      { json: { '/parts/0/up': { matches: 'true' } } },
      ['json_mismatch', '/parts/0/up of the body has another value, expected text that matches true'],
    ],
    [
      { json: { '/status': { atLeast: 1, atMost: 3 } } },
      ['json_mismatch', '/status of the body has another value, expected a number of at least 1 and at most 3'],
    ],
    [{ mostBytes: 54 }, undefined],
    [{ mostBytes: 53 }, ['too_large', 'the body has more than 53 bytes']],
    [{ phasesWithinMs: { connect: 9, tls: 1 } }, undefined],
    [{ phasesWithinMs: { headers: 19 } }, ['too_slow', 'phase headers took 20 ms, expected at most 19']],
    [{ status: [201, 202, 203, 204] }, ['http_status', 'status 200, expected 201 to 204']],
    [{ withinMs: 40 }, undefined],
    [{ withinMs: 39 }, ['too_slow', 'took 40 ms, expected at most 39']],
  ])('asked for %j', (asked, wrong) => {
    expect(assessAnswer({ http: 'http://x', status: [200], ...asked }, answer)).toEqual(wrong);
  });

  it('has numbers at JSON pointers that are compared as numbers', () => {
    const check = { http: 'http://x', status: [200], json: { '/lag': { atMost: 5 } } };
    expect(assessAnswer(check, { ...answer, body: '{"lag":5}' })).toBe(undefined);
    const because = '/lag of the body has another value, expected a number of at most 5';
    expect(assessAnswer(check, { ...answer, body: '{"lag":5.1}' })).toEqual(['json_mismatch', because]);
    expect(assessAnswer(check, { ...answer, body: '{"lag":"4"}' })).toEqual(['json_mismatch', because]);
  });

  it('that is no JSON has no value at any pointer', () => {
    const check = { http: 'http://x', status: [200], json: { '/a': 1 } };
    const because = 'the body is no JSON (of which 64 KiB are read)';
    expect(assessAnswer(check, { ...answer, body: '<html>' })).toEqual(['json_mismatch', because]);
  });
});

const redirect = (response: ServerResponse, location: string) => response.writeHead(307, { location }).end();

let plain: Running;
let secure: Running;
beforeAll(async () => {
  plain = await servePlain((request, response) => {
    const path = request.url ?? '';
    if (path === '/once') redirect(response, '/ok');
    else if (path === '/round') redirect(response, '/round');
    else if (path === '/metadata') redirect(response, 'http://169.254.169.254/latest/meta-data/');
    else if (path === '/file') redirect(response, 'file:///etc/passwd');
    else if (path === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': open\n\n');
    } else if (path === '/short') {
      response.writeHead(200);
      response.write('x', () => response.end());
    } else if (path === '/cut') {
      response.writeHead(200);
      response.write('x', () => response.destroy());
    } else response.end('ready');
  });
  secure = await serveTls('server', (_, response) => response.end('ready'));
});
afterAll(async () => {
  for (const server of [plain, secure]) await server.close();
});

describe('redirects', () => {
  const probe = (path: string, redirects?: number) => {
    const check = { http: `http://127.0.0.1:${plain.port}${path}`, status: [200] };
    return probeHttp(redirects === undefined ? check : { ...check, redirects }, place, outside, never);
  };

  test.each([
    ['/once', undefined, { verdict: 'fail', code: 'http_status', status: 307 }],
    ['/once', 1, { verdict: 'pass', status: 200 }],
    ['/round', 3, { verdict: 'fail', code: 'too_many_redirects', because: 'more than 3 redirects' }],
    ['/metadata', 3, { verdict: 'invalid', code: 'address_refused' }],
    ['/file', 3, { verdict: 'invalid', code: 'address_refused' }],
  ] as const)('of %s with %s allowed', async (path, redirects, expected) => {
    expect(await probe(path, redirects)).toMatchObject(expected);
  });
});

describe('connections', () => {
  it('has one of its own, with its phases, unless it may reuse one', async () => {
    const check = { http: `https://localhost:${secure.port}/`, status: [200] };
    const before = secure.connections();
    const own = [await probeHttp(check, { ...place, tls: { ca } }, outside, never)];
    own.push(await probeHttp(check, { ...place, tls: { ca } }, outside, never));
    expect(secure.connections() - before).toBe(2);
    const phases = ['resolve', 'connect', 'tls', 'headers', 'body'];
    expect(own.map((attempt) => Object.keys(attempt.phases))).toEqual([phases, phases]);
    const kept = { ...place, tls: { ca }, reuse: true };
    const shared = [await probeHttp(check, kept, outside, never)];
    await new Promise(setImmediate); // the client takes a connection back one turn after its body has ended
    shared.push(await probeHttp(check, kept, outside, never));
    expect(secure.connections() - before).toBe(3);
    expect(shared.map(({ verdict, address }) => ({ verdict, address }))).toEqual([
      { verdict: 'pass', address: undefined },
      { verdict: 'pass', address: undefined },
    ]);
  });

  test.each([
    ['127.0.0.1', 4, 'pass'],
    ['127.0.0.1', 6, 'fail'],
    ['localhost', 4, 'pass'],
  ] as const)('to %s over IPv%d only', async (host, family, verdict) => {
    const check = { http: `http://${host}:${plain.port}/`, status: [200], family };
    const attempt = await probeHttp(check, place, outside, never);
    expect(attempt.verdict).toBe(verdict);
    if (verdict === 'fail') expect(attempt).toMatchObject({ code: 'dns_failed' });
  });
});

describe('a stream that must be held', () => {
  const probe = (path: string, holdMs: number) =>
    probeStream({ stream: `http://127.0.0.1:${plain.port}${path}`, holdMs }, place, outside, never);

  it('passes while it is open', async () => {
    expect(await probe('/events', 30)).toMatchObject({ verdict: 'pass', status: 200, address: '127.0.0.1' });
  });

  test.each([
    ['/short', { code: 'stream_ended', because: expect.stringMatching(/^it ended after \d+ ms, expected 10000$/) }],
    ['/cut', { code: 'connection_lost' }],
  ] as const)('of %s fails', async (path, expected) => {
    expect(await probe(path, 10_000)).toMatchObject({ verdict: 'fail', ...expected });
  });
});
