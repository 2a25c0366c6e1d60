import { writeFileSync } from 'node:fs';
import { createServer as createHttp2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processClock } from '../../shared/outside/clock.ts';
import { systemLookup } from '../../shared/outside/dns.ts';
import { systemRandom } from '../../shared/outside/random.ts';
import { socketDial } from '../../shared/outside/socket.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import { attemptCheck } from '../../shared/probe/attempt-check.ts';
import type { Check } from '../../shared/rollout/gate.ts';
import { answers, describeWith, type Program, startProgram, temporaryFolder } from '../analysis/program.ts';
import { freePort } from '../outside/moto.ts';
import { ca, type Running, servePlain, serveTls } from '../outside/tls-server.ts';
import { serveNames } from './name-server.ts';

const outside = {
  clock: processClock,
  http: socketHttp(),
  dial: socketDial(processClock),
  random: systemRandom,
  lookup: systemLookup,
};
const allow = ['127.0.0.0/8'];
const target = { name: 'local', locator: { kubeconfig: { path: '' } }, labels: {}, namespace: 'default', allow };

/** What a service needs to answer, and what a phase of it is made to take. */
const slowMs = 120;

interface Endpoints {
  readonly http: number;
  readonly tls: number;
  readonly expired: number;
  readonly other: number;
  readonly grpc: number;
  readonly dns: number;
  readonly closed: number;
}
interface Case {
  readonly because: string;
  readonly module: string;
  readonly target: (at: Endpoints) => string;
  readonly check: (at: Endpoints) => Check;
  readonly verdict: 'pass' | 'fail';
}

const healthOf = (status: number) => Buffer.from([0, 0, 0, 0, 2, 0x08, status]);
const status = Array.from({ length: 100 }, (_, index) => 200 + index);
const url = (path: string) => ({
  target: ({ http }: Endpoints) => `http://127.0.0.1:${http}${path}`,
  check: ({ http }: Endpoints) => ({ http: `http://127.0.0.1:${http}${path}`, status }),
});
const secure = (which: 'tls' | 'expired' | 'other') => ({
  target: (at: Endpoints) => `https://localhost:${at[which]}/`,
  check: (at: Endpoints): Check => ({ http: `https://localhost:${at[which]}/`, status }),
});
const handshake = (which: 'tls' | 'expired' | 'other' | 'http') => ({
  target: (at: Endpoints) => `localhost:${at[which]}`,
  check: (at: Endpoints): Check => ({ tls: `localhost:${at[which]}`, minDaysLeft: 0 }),
});
const health = (which: 'grpc' | 'http' | 'closed', service: string) => ({
  target: (at: Endpoints) => `127.0.0.1:${at[which]}`,
  check: (at: Endpoints): Check => ({ grpc: `127.0.0.1:${at[which]}`, service, secure: false }),
});
const named = (dns: string, type: 'A' | 'CNAME' = 'A') => ({
  target: ({ dns: port }: Endpoints) => `127.0.0.1:${port}`,
  check: ({ dns: port }: Endpoints): Check => ({ dns, type, server: `127.0.0.1:${port}` }),
});

const cases: readonly Case[] = [
  { because: 'a page', module: 'http', ...url('/ok'), verdict: 'pass' },
  { because: 'a slow page', module: 'http', ...url('/slow'), verdict: 'pass' },
  { because: 'a slow body', module: 'http', ...url('/slow-body'), verdict: 'pass' },
  { because: 'status 503', module: 'http', ...url('/down'), verdict: 'fail' },
  { because: 'status 404', module: 'http', ...url('/gone'), verdict: 'fail' },
  { because: 'a redirect that is not followed', module: 'http', ...url('/moved'), verdict: 'fail' },
  { because: 'no answer', module: 'http', ...url('/hang'), verdict: 'fail' },
  { because: 'a body that is cut', module: 'http', ...url('/cut'), verdict: 'fail' },
  {
    because: 'nobody who listens',
    module: 'http',
    target: ({ closed }) => `http://127.0.0.1:${closed}/`,
    check: ({ closed }) => ({ http: `http://127.0.0.1:${closed}/`, status }),
    verdict: 'fail',
  },
  { because: 'HTTPS', module: 'http', ...secure('tls'), verdict: 'pass' },
  { because: 'HTTPS with a certificate that ended', module: 'http', ...secure('expired'), verdict: 'fail' },
  { because: 'HTTPS with another name', module: 'http', ...secure('other'), verdict: 'fail' },
  {
    because: 'an open port',
    module: 'tcp',
    target: ({ http }) => `127.0.0.1:${http}`,
    check: ({ http }) => ({ tcp: `127.0.0.1:${http}` }),
    verdict: 'pass',
  },
  {
    because: 'a closed port',
    module: 'tcp',
    target: ({ closed }) => `127.0.0.1:${closed}`,
    check: ({ closed }) => ({ tcp: `127.0.0.1:${closed}` }),
    verdict: 'fail',
  },
  { because: 'a handshake', module: 'tls', ...handshake('tls'), verdict: 'pass' },
  { because: 'a handshake with a certificate that ended', module: 'tls', ...handshake('expired'), verdict: 'fail' },
  { because: 'a handshake with another name', module: 'tls', ...handshake('other'), verdict: 'fail' },
  { because: 'no handshake', module: 'tls', ...handshake('http'), verdict: 'fail' },
  { because: 'a service that serves', module: 'grpc', ...health('grpc', ''), verdict: 'pass' },
  { because: 'a service that does not serve', module: 'grpc_down', ...health('grpc', 'down'), verdict: 'fail' },
  { because: 'a service that is not known', module: 'grpc_missing', ...health('grpc', 'missing'), verdict: 'fail' },
  { because: 'no gRPC', module: 'grpc', ...health('http', ''), verdict: 'fail' },
  { because: 'no gRPC server', module: 'grpc', ...health('closed', ''), verdict: 'fail' },
  { because: 'a name', module: 'dns', ...named('api.test'), verdict: 'pass' },
  { because: 'no such name', module: 'dns_gone', ...named('gone.test'), verdict: 'fail' },
  { because: 'a name server in trouble', module: 'dns_broken', ...named('broken.test'), verdict: 'fail' },
];

const modules = {
  http: {
    prober: 'http',
    timeout: '1s',
    http: { follow_redirects: false, preferred_ip_protocol: 'ip4', ip_protocol_fallback: false, tls_config: {} },
  },
  tcp: { prober: 'tcp', timeout: '1s', tcp: { preferred_ip_protocol: 'ip4' } },
  tls: { prober: 'tcp', timeout: '1s', tcp: { tls: true, preferred_ip_protocol: 'ip4', tls_config: {} } },
  grpc: { prober: 'grpc', timeout: '1s', grpc: { preferred_ip_protocol: 'ip4' } },
  grpc_down: { prober: 'grpc', timeout: '1s', grpc: { service: 'down', preferred_ip_protocol: 'ip4' } },
  grpc_missing: { prober: 'grpc', timeout: '1s', grpc: { service: 'missing', preferred_ip_protocol: 'ip4' } },
  dns: { prober: 'dns', timeout: '1s', dns: { query_name: 'api.test', query_type: 'A', valid_rcodes: ['NOERROR'] } },
  dns_gone: { prober: 'dns', timeout: '1s', dns: { query_name: 'gone.test', query_type: 'A' } },
  dns_broken: { prober: 'dns', timeout: '1s', dns: { query_name: 'broken.test', query_type: 'A' } },
};

describeWith('beside blackbox-exporter', ['prometheus-blackbox-exporter'], () => {
  const folder = temporaryFolder('blackbox');
  const servers: { close: () => Promise<unknown> }[] = [];
  let exporter: Program;
  let base = '';
  let at: Endpoints;

  beforeAll(async () => {
    const http = await servePlain((request, response) => {
      const path = request.url;
      if (path === '/hang') return;
      if (path === '/slow') setTimeout(() => response.end('ok'), slowMs);
      else if (path === '/slow-body') {
        response.write('begun');
        setTimeout(() => response.end('ended'), slowMs);
      } else if (path === '/cut') {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half', () => response.destroy());
      } else if (path === '/moved') response.writeHead(302, { location: '/ok' }).end();
      else response.writeHead(path === '/down' ? 503 : path === '/gone' ? 404 : 200).end('ok');
    });
    const secured: Running[] = [];
    for (const name of ['server', 'expired', 'other'] as const)
      secured.push(await serveTls(name, (_, response) => response.end('ok')));
    const grpc = createHttp2();
    grpc.on('stream', (stream) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', () => undefined);
      stream.on('end', () => {
        const service = Buffer.concat(chunks).subarray(7).toString();
        const type = { ':status': 200, 'content-type': 'application/grpc' };
        if (service === 'missing') return stream.respond({ ...type, 'grpc-status': '5' }, { endStream: true });
        stream.respond(type, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        stream.end(healthOf(service === 'down' ? 2 : 1));
      });
    });
    await new Promise<void>((resolve) => grpc.listen(0, '127.0.0.1', resolve));
    const names = await serveNames({ 'A api.test': { records: ['192.0.2.1'] }, 'A broken.test': { rcode: 2 } });
    servers.push(http, ...secured, names, { close: async () => grpc.close() });
    const [tls, expired, other] = secured;
    at = {
      http: http.port,
      tls: tls?.port ?? 0,
      expired: expired?.port ?? 0,
      other: other?.port ?? 0,
      grpc: (grpc.address() as AddressInfo).port,
      dns: names.port,
      closed: await freePort(),
    };
    writeFileSync(join(folder.path, 'ca.crt'), ca);
    const trusted = { ca_file: join(folder.path, 'ca.crt') };
    modules.http.http.tls_config = trusted;
    modules.tls.tcp.tls_config = trusted;
    writeFileSync(join(folder.path, 'blackbox.yml'), JSON.stringify({ modules }));
    base = `http://127.0.0.1:${await freePort()}`;
    exporter = await startProgram(
      'prometheus-blackbox-exporter',
      [
        `--config.file=${join(folder.path, 'blackbox.yml')}`,
        `--web.listen-address=${base.slice(7)}`,
        '--log.level=error',
      ],
      () => answers(`${base}/-/healthy`),
    );
  });
  afterAll(async () => {
    await exporter.stop();
    for (const server of servers) await server.close();
    folder.remove();
  });

  /** What the exporter found: metric names with labels, and values. */
  const exported = async (module: string, address: string): Promise<Readonly<Record<string, number>>> => {
    const answer = await fetch(`${base}/probe?${new URLSearchParams({ module, target: address })}`);
    const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    );
  };
  const ours = (check: Check) =>
    attemptCheck(check, { target, allow, tls: { ca } }, 1_000, outside, new AbortController().signal);

  test.each(cases)('the verdict on $because is the same', async ({ module, verdict, ...each }) => {
    const theirs = await exported(module, each.target(at));
    const attempt = await ours(each.check(at));
    expect({ theirs: theirs.probe_success === 1 ? 'pass' : 'fail', ours: attempt.verdict }).toEqual({
      theirs: verdict,
      ours: verdict,
    });
  });

  // What the server waits is the least that its phase takes for both, and phases add up to no more than the whole. Whoever notices late that the
  // headers are there counts that wait among theirs, so half of it is asked for.
  test.each([
    { path: '/slow', slow: 'headers', theirs: 'processing' },
    { path: '/slow-body', slow: 'body', theirs: 'transfer' },
  ])('the slow phase of $path is the same', async ({ path, slow, theirs }) => {
    const { target: address, check } = url(path);
    const found = await exported('http', address(at));
    const attempt = await ours(check(at));
    const theirMs = (phase: string) => (found[`probe_http_duration_seconds{phase="${phase}"}`] ?? 0) * 1_000;
    expect(attempt.phases[slow]).toBeGreaterThanOrEqual(slowMs / 2);
    expect(theirMs(theirs)).toBeGreaterThanOrEqual(slowMs / 2);
    const sum = Object.values(attempt.phases).reduce((total, ms) => total + ms, 0);
    expect(sum).toBeLessThanOrEqual(attempt.durationMs + 0.01);
    const theirSum = ['resolve', 'connect', 'tls', 'processing', 'transfer'].reduce(
      (total, at) => total + theirMs(at),
      0,
    );
    expect(theirSum).toBeLessThanOrEqual((found.probe_duration_seconds ?? 0) * 1_000 + 1);
  });
});
