import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { processClock } from '../../shared/outside/clock.ts';
import { systemLookup } from '../../shared/outside/dns.ts';
import { Unreachable } from '../../shared/outside/http.ts';
import { systemRandom } from '../../shared/outside/random.ts';
import { socketDial } from '../../shared/outside/socket.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import { attemptCheck } from '../../shared/probe/attempt-check.ts';
import type { DnsCheck } from '../../shared/rollout/gate.ts';
import { serveNames } from './name-server.ts';

const outside = {
  clock: processClock,
  http: socketHttp(),
  dial: socketDial(processClock),
  random: systemRandom,
  lookup: systemLookup,
};
const target = {
  name: 'local',
  locator: { kubeconfig: { path: 'kubeconfig' } },
  labels: {},
  namespace: 'default',
  allow: ['127.0.0.0/8'],
};
const never = new AbortController().signal;

let names: Awaited<ReturnType<typeof serveNames>>;
beforeAll(async () => {
  names = await serveNames({
    'A api.test': { records: ['192.0.2.1', '192.0.2.2'] },
    'AAAA api.test': { records: ['2001:db8:0:0:0:0:0:1'] },
    'CNAME www.test': { records: ['api.test'] },
    'CNAME api.test': { records: [] },
    'A broken.test': { rcode: 2 },
    'A refused.test': { rcode: 5 },
    'A silent.test': 'silent',
  });
});
afterAll(() => names.close());

const probe = (check: DnsCheck & { family?: 4 | 6 }, allow: readonly string[] = target.allow, timeoutMs = 5_000) =>
  attemptCheck({ server: `127.0.0.1:${names.port}`, ...check }, { target, allow }, timeoutMs, outside, never);

test.each<[DnsCheck & { family?: 4 | 6 }, object]>([
  [{ dns: 'api.test' }, { verdict: 'pass', address: '192.0.2.1' }],
  [{ dns: 'api.test', addresses: ['192.0.2.2'] }, { verdict: 'pass' }],
  [
    { dns: 'api.test', addresses: ['192.0.2.9'] },
    { verdict: 'fail', code: 'dns_mismatch', because: '192.0.2.9 not among the answer: 192.0.2.1, 192.0.2.2' },
  ],
  [{ dns: 'api.test', type: 'AAAA', addresses: ['2001:db8::1'] }, { verdict: 'pass' }],
  [
    { dns: 'api.test', family: 6 },
    { verdict: 'pass', address: '2001:db8::1' },
  ],
  [{ dns: 'www.test', type: 'CNAME', addresses: ['api.test'] }, { verdict: 'pass' }],
  [
    { dns: 'api.test', type: 'CNAME' },
    { verdict: 'fail', code: 'dns_failed', because: 'api.test has no CNAME record' },
  ],
  [{ dns: 'gone.test' }, { verdict: 'fail', code: 'dns_failed', because: 'gone.test: NXDOMAIN, expected NOERROR' }],
  [{ dns: 'gone.test', rcode: 'NXDOMAIN' }, { verdict: 'pass' }],
  [
    { dns: 'api.test', rcode: 'NXDOMAIN' },
    { verdict: 'fail', code: 'dns_failed', because: 'api.test: NOERROR, expected NXDOMAIN' },
  ],
  [{ dns: 'broken.test' }, { verdict: 'fail', because: 'broken.test: SERVFAIL, expected NOERROR' }],
  [{ dns: 'refused.test' }, { verdict: 'fail', because: 'refused.test: REFUSED, expected NOERROR' }],
])('%j at a name server', async (check, expected) => {
  expect(await probe(check)).toMatchObject(expected);
});

it('fails when a name server that was named does not answer', async () => {
  const silent = await probe({ dns: 'silent.test' }, target.allow, 100);
  expect(silent).toMatchObject({ verdict: 'fail', code: 'timeout' });
});

it('asks no name server that the egress rules refuse', async () => {
  expect(await probe({ dns: 'api.test' }, [])).toMatchObject({ verdict: 'invalid', code: 'address_refused' });
  const metadata = { dns: 'api.test', server: '169.254.169.253' };
  expect(await probe(metadata, ['169.254.0.0/16'])).toMatchObject({ verdict: 'invalid', code: 'address_refused' });
});

it('is invalid when the resolver of this machine gives no answer: that says nothing of the name', async () => {
  const deaf = {
    ...outside,
    lookup: async () => {
      throw new Unreachable('dns api.test', 'resolver_failed', 'getaddrinfo EAI_AGAIN api.test');
    },
  };
  expect(await attemptCheck({ dns: 'api.test' }, { target, allow: [] }, 1_000, deaf, never)).toMatchObject({
    verdict: 'invalid',
    code: 'resolver_failed',
  });
});
