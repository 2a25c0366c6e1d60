import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { processClock } from '../../shared/outside/clock.ts';
import { systemLookup } from '../../shared/outside/dns.ts';
import { systemRandom } from '../../shared/outside/random.ts';
import { socketDial } from '../../shared/outside/socket.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import { ProbeTimeout } from '../../shared/probe/attempt.ts';
import { probeHttp } from '../../shared/probe/http.ts';
import { probeTcp } from '../../shared/probe/tcp.ts';
import { probeTls } from '../../shared/probe/tls.ts';
import type { Target } from '../../shared/rollout/target.ts';
import { ca, fixture, type Running, servePlain, serveTls } from '../outside/tls-server.ts';

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
const place = { target, allow: target.allow };
const never = new AbortController().signal;

const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/ok': (response) => response.end('ready'),
  '/down': (response) => response.writeHead(503).end('no backend'),
  '/moved': (response) => response.writeHead(302, { location: '/ok' }).end(),
  '/endless': (response) => {
    const more = (): void => void response.write('x'.repeat(16_384), () => (response.destroyed ? undefined : more()));
    more();
  },
  '/cut': (response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.destroy());
  },
  '/hang': () => undefined,
};

let plain: Running;
let secure: Running;
let expired: Running;
beforeAll(async () => {
  plain = await servePlain((request, response) => answers[request.url ?? '']?.(response));
  secure = await serveTls('server', (_, response) => response.end('ready'));
  expired = await serveTls('expired', () => undefined);
});
afterAll(async () => {
  for (const server of [plain, secure, expired]) await server.close();
});

/** What varies from run to run, as kinds. */
const timed = { at: expect.any(Number), durationMs: expect.any(Number) };
const connected = { resolve: 0, connect: expect.any(Number) };
const read = { ...connected, headers: expect.any(Number), body: expect.any(Number) };
const address = '127.0.0.1';

describe('an HTTP probe', () => {
  const probe = (path: string, more: { status?: number[]; body?: string } = {}, signal = never) =>
    probeHttp({ http: `http://127.0.0.1:${plain.port}${path}`, status: [200], ...more }, place, outside, signal);

  test.each([
    ['/ok', {}],
    ['/ok', { body: 'read' }],
    ['/down', { status: [200, 503] }],
    ['/moved', { status: [302] }],
    ['/endless', {}],
  ])('of %s passes with %j', async (path, more) => {
    const status = { '/down': 503, '/moved': 302 }[path] ?? 200;
    expect(await probe(path, more)).toEqual({ ...timed, verdict: 'pass', phases: read, address, status });
  });

  test.each([
    ['/down', {}, { code: 'http_status', because: 'status 503, expected 200', status: 503 }],
    ['/moved', {}, { code: 'http_status', because: 'status 302, expected 200', status: 302 }],
    ['/ok', { body: 'steady' }, { code: 'body_mismatch', because: 'the body does not hold "steady"', status: 200 }],
  ])('of %s fails with %j', async (path, more, failure) => {
    expect(await probe(path, more)).toEqual({ ...timed, verdict: 'fail', phases: read, address, ...failure });
  });

  it('fails when the answer breaks off', async () => {
    const phases = { ...connected, headers: expect.any(Number) };
    const failure = { verdict: 'fail', code: 'connection_lost', because: expect.any(String), status: 200 };
    expect(await probe('/cut')).toEqual({ ...timed, ...failure, phases, address });
  });

  it('fails when nobody listens', async () => {
    const gone = await servePlain(() => undefined);
    await gone.close();
    const attempt = await probeHttp({ http: `http://127.0.0.1:${gone.port}/`, status: [200] }, place, outside, never);
    expect(attempt).toMatchObject({ verdict: 'fail', code: 'connect_refused', phases: {} });
  });

  it('fails by time-out and is invalid when the prober itself is stopped', async () => {
    const late = new AbortController();
    const stopped = new AbortController();
    const attempts = [probe('/hang', {}, late.signal), probe('/hang', {}, stopped.signal)];
    late.abort(new ProbeTimeout(20));
    stopped.abort();
    expect(await Promise.all(attempts)).toEqual([
      { ...timed, verdict: 'fail', code: 'timeout', because: 'no answer within 20 ms', phases: {} },
      {
        ...timed,
        verdict: 'invalid',
        code: 'aborted',
        because: 'the prober was stopped before an answer came',
        phases: {},
      },
    ]);
  });

  it('is invalid where the egress rules refuse the address', async () => {
    const check = { http: `http://127.0.0.1:${plain.port}/ok`, status: [200] };
    const attempt = await probeHttp(check, { target, allow: [] }, outside, never);
    expect(attempt).toMatchObject({ verdict: 'invalid', code: 'address_refused' });
  });

  it('checks the certificate, also when it is the status that is asked for', async () => {
    const check = { http: `https://localhost:${secure.port}/`, status: [200] };
    expect(await probeHttp(check, { ...place, tls: { ca } }, outside, never)).toMatchObject({ verdict: 'pass' });
    expect(await probeHttp(check, place, outside, never)).toMatchObject({ verdict: 'fail', code: 'tls_failed' });
  });
});

describe('a TCP probe', () => {
  it('passes where a connection is accepted', async () => {
    expect(await probeTcp({ tcp: `127.0.0.1:${plain.port}` }, place, outside, never)).toEqual({
      ...timed,
      verdict: 'pass',
      phases: { resolve: 0, connect: expect.any(Number) },
      address: '127.0.0.1',
    });
  });

  it('fails where none is', async () => {
    const gone = await servePlain(() => undefined);
    await gone.close();
    expect(await probeTcp({ tcp: `127.0.0.1:${gone.port}` }, place, outside, never)).toEqual({
      ...timed,
      verdict: 'fail',
      code: 'connect_refused',
      because: expect.any(String),
      phases: {},
    });
  });
});

describe('a TLS probe', () => {
  const probe = (port: number, minDaysLeft: number) =>
    probeTls({ tls: `localhost:${port}`, minDaysLeft }, { ...place, tls: { ca } }, outside, never);

  it('passes with a certificate that is good for long enough', async () => {
    const phases = { resolve: expect.any(Number), connect: expect.any(Number), tls: expect.any(Number) };
    const tls = { version: '1.3', daysLeft: expect.any(Number) };
    expect(await probe(secure.port, 14)).toEqual({ ...timed, verdict: 'pass', phases, address: '127.0.0.1', tls });
  });

  it('fails with one that ends soon, and with one that has ended', async () => {
    expect(await probe(secure.port, 100_000)).toMatchObject({
      verdict: 'fail',
      code: 'certificate_ends_soon',
      because: expect.stringMatching(/^the certificate ends in \d+\.\d days, expected at least 100000$/),
    });
    expect(await probe(expired.port, 14)).toMatchObject({ verdict: 'fail', code: 'tls_expired' });
  });

  it('asks for another name than the host where one is given', async () => {
    const check = { tls: `127.0.0.1:${secure.port}`, minDaysLeft: 0 };
    const trusted = { ...place, tls: { ca } };
    expect(await probeTls({ ...check, name: 'tidegate.test' }, trusted, outside, never)).toMatchObject({
      verdict: 'pass',
    });
    expect(await probeTls({ ...check, name: 'elsewhere.test' }, trusted, outside, never)).toMatchObject({
      verdict: 'fail',
      code: 'tls_name',
    });
  });

  it('fails with an older version of TLS than it bears', async () => {
    const old = createTls({ cert: fixture('server.crt'), key: fixture('server.key'), maxVersion: 'TLSv1.2' });
    await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
    const tls = `localhost:${(old.address() as AddressInfo).port}`;
    const trusted = { ...place, tls: { ca } };
    expect(await probeTls({ tls, minDaysLeft: 0, minVersion: '1.2' }, trusted, outside, never)).toMatchObject({
      verdict: 'pass',
      tls: { version: '1.2' },
    });
    expect(await probeTls({ tls, minDaysLeft: 0, minVersion: '1.3' }, trusted, outside, never)).toMatchObject({
      verdict: 'fail',
      code: 'tls_version',
      because: 'TLS 1.2 was agreed on, expected 1.3 or newer',
    });
    await new Promise((resolve) => old.close(resolve));
  });
});
