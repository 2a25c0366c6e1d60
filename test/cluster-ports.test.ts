import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { openClusterPorts } from '../local/cluster-ports.ts';
import { createFleet } from '../local/fleet/fleet.ts';
import { createImages } from '../local/fleet/images.ts';
import { processClock } from '../shared/outside/clock.ts';
import { seededRandom, systemRandom } from '../shared/outside/random.ts';
import type { Target } from '../shared/rollout/target.ts';
import { hasKubectl, kubectlIn } from './kubectl.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-cluster-ports-'));
const file = join(folder, 'kubeconfig');
const eks = (name: string): Target => ({
  name,
  locator: { eks: { account: '111111111111', region: 'us-east-1', cluster: name } },
  labels: {},
  namespace: 'default',
  allow: [],
});
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const image = (letter: string) => `registry.example.com/web@${digest(letter)}`;

const images = createImages({}, () => undefined);
images.publish(digest('a'), { log: ['listening on 8080', 'ready'] });
const fleet = createFleet({
  ...{ targets: [eks('one'), eks('two')], clock: processClock, random: seededRandom('port'), images },
  ...{ database: new DatabaseSync(':memory:'), region: 'us-east-1', scrapeMs: 60_000 },
});
fleet.start();
const outside = { clock: processClock, random: systemRandom };
let ports = await openClusterPorts(fleet, file, outside);
afterAll(async () => {
  await ports.close();
  fleet.stop();
  rmSync(folder, { recursive: true, force: true });
});

const kubeconfig = (place = 0) => {
  const { clusters, users } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly clusters: readonly { readonly cluster: { readonly server: string; readonly [field: string]: string } }[];
    readonly users: readonly { readonly user: { readonly token: string } }[];
  };
  const cluster = clusters[place]?.cluster;
  return {
    server: cluster?.server ?? '',
    ca: Buffer.from(cluster?.['certificate-authority-data'] ?? '', 'base64').toString(),
    token: users[0]?.user.token ?? '',
  };
};

const ask = (path: string, { server, ca, token }: ReturnType<typeof kubeconfig>) =>
  new Promise<{ readonly status: number | undefined; readonly body: unknown }>((resolve, reject) => {
    const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
    const asked = request(new URL(path, server), { ca, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('error', reject).on('end', () => resolve({ status: answer.statusCode, body: JSON.parse(text) }));
    });
    asked.on('error', reject).end();
  });

describe('the ports of simulated clusters', () => {
  it('are opened by a kubeconfig that only its owner reads', () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: ['one', 'two'].map((name) => ({
        name,
        cluster: {
          server: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
          'certificate-authority-data': expect.any(String),
        },
      })),
      users: [{ name: 'tidegate-simulation', user: { token: expect.stringMatching(/^[0-9a-f]{64}$/) } }],
      contexts: ['one', 'two'].map((name) => ({ name, context: { cluster: name, user: 'tidegate-simulation' } })),
      'current-context': 'one',
    });
  });

  it('have a certificate for this machine alone, that is no authority', () => {
    const certificate = new X509Certificate(kubeconfig().ca);
    expect(certificate.subject).toBe('CN=simulated clusters of Tidegate');
    expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
    expect(certificate.ca).toBe(false);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.validToDate.getTime() - certificate.validFromDate.getTime()).toBe(366 * 86_400_000);
  });

  it('answer who has the token, and nobody else', async () => {
    const given = kubeconfig();
    expect(await ask('/version', given)).toMatchObject({ status: 200, body: { gitVersion: 'v1.35.4' } });
    const refused = { status: 401, body: expect.objectContaining({ kind: 'Status', reason: 'Unauthorized' }) };
    for (const token of ['', given.token.slice(1), `${given.token}0`, 'é']) {
      expect(await ask('/version', { ...given, token: encodeURIComponent(token) })).toEqual(refused);
    }
  });

  it('end connections to a target that is down, and to no other', async () => {
    fleet.setDown('one', true);
    await expect(ask('/version', kubeconfig())).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await ask('/version', kubeconfig(1))).toMatchObject({ status: 200 });
    fleet.setDown('one', false);
    expect(await ask('/version', kubeconfig())).toMatchObject({ status: 200 });
  });

  it('are closed with all that is open, twice as once, and an old kubeconfig does not open the next', async () => {
    const given = kubeconfig();
    const watching = ask('/api/v1/pods?watch=true', given);
    const ended = expect(watching).rejects.toThrow();
    await ask('/version', given);
    await ports.close();
    await ports.close();
    await ended;
    expect(existsSync(file)).toBe(false);
    ports = await openClusterPorts(fleet, file, outside);
    const { server } = kubeconfig();
    await expect(ask('/version', { ...given, server })).rejects.toThrow(/self-signed|certificate/);
    expect(await ask('/version', { ...kubeconfig(), token: given.token })).toMatchObject({ status: 401 });
  });
});

describe('kubectl against a simulated cluster', () => {
  if (!hasKubectl) return void test.skip('skipped: no kubectl');
  const kubectl = kubectlIn(folder, file);
  const web = (letter: string, key: string) => [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' }, data: { key } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'web', image: image(letter) }] },
        },
      },
    },
  ];
  const write = (name: string, items: readonly unknown[]) =>
    writeFileSync(join(folder, name), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  beforeAll(() => {
    write('web.json', web('a', 'one'));
    write('next.json', web('b', 'two'));
    write('fewer.json', web('b', 'two').slice(0, 1));
  });

  it('apply --server-side creates, changes nothing twice, and names who owns a field that it may not take', async () => {
    const applied = { exitCode: 0, said: 'configmap/web serverside-applied\ndeployment.apps/web serverside-applied\n' };
    expect(await kubectl('apply', '--server-side', '-f', 'web.json')).toEqual(applied);
    expect(await kubectl('apply', '--server-side', '-f', 'web.json')).toEqual(applied);
    const other = await kubectl('apply', '--server-side', '--field-manager=other', '-f', 'fewer.json');
    expect(other).toEqual({
      exitCode: 1,
      said: expect.stringContaining('Apply failed with 1 conflict: conflict with "kubectl": .data.key'),
    });
  });

  it('rollout status and wait end when it is there', async () => {
    expect(await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')).toEqual({
      exitCode: 0,
      said: expect.stringContaining('deployment "web" successfully rolled out\n'),
    });
    expect(await kubectl('wait', '--for=condition=Available', 'deployment/web', '--timeout=60s')).toEqual({
      exitCode: 0,
      said: 'deployment.apps/web condition met\n',
    });
  });

  it('get prints the columns of a kind', async () => {
    const { exitCode, said } = await kubectl('get', 'deployment/web', 'configmap/web');
    expect([exitCode, said.replaceAll(/\d+s\b/g, 'Ns').replaceAll(/ +$/gm, '')]).toEqual([
      0,
      [
        'NAME                  READY   UP-TO-DATE   AVAILABLE   AGE',
        'deployment.apps/web   2/2     2            2           Ns',
        '',
        'NAME            DATA   AGE',
        'configmap/web   1      Ns',
        '',
      ].join('\n'),
    ]);
    expect(await kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].status.phase}')).toEqual({
      exitCode: 0,
      said: 'Running Running',
    });
    expect(await kubectl('get', 'configmap', 'none')).toEqual({
      exitCode: 1,
      said: 'Error from server (NotFound): configmaps "none" not found\n',
    });
  });

  it('logs prints what a container printed', async () => {
    expect(await kubectl('logs', 'deployment/web')).toEqual({
      exitCode: 0,
      said: expect.stringContaining('listening on 8080\nready\n'),
    });
  });

  it('diff shows what an apply would change, and changes nothing', async () => {
    const { exitCode, said } = await kubectl('diff', '--server-side', '-f', 'next.json');
    expect([exitCode, said.split('\n').filter((line) => /^[-+] /.test(line))]).toEqual([
      1,
      [
        '-  generation: 1',
        '+  generation: 2',
        `-      - image: ${image('a')}`,
        `+      - image: ${image('b')}`,
        '-  key: one',
        '+  key: two',
      ],
    ]);
    expect(await kubectl('diff', '--server-side', '-f', 'web.json')).toEqual({ exitCode: 0, said: '' });
  });

  it('scale sets replicas', async () => {
    expect(await kubectl('scale', 'deployment/web', '--replicas=3')).toEqual({
      exitCode: 0,
      said: 'deployment.apps/web scaled\n',
    });
    expect((await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')).exitCode).toBe(0);
    expect((await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.status.readyReplicas}')).said).toBe('3');
  });

  it('delete waits until an object is gone', async () => {
    expect(await kubectl('delete', '-f', 'web.json', '--timeout=60s')).toEqual({
      exitCode: 0,
      said: 'configmap "web" deleted\ndeployment.apps "web" deleted\n',
    });
    expect((await kubectl('get', 'deployments')).said).toBe('No resources found in default namespace.\n');
  });

  it('apply --prune --applyset deletes what is no longer in the set', async () => {
    const apply = (name: string) =>
      kubectl('apply', '--server-side', '--prune', '--applyset=configmaps/set', '-n', 'default', '-f', name);
    expect((await apply('web.json')).exitCode).toBe(0);
    expect(await apply('fewer.json')).toEqual({
      exitCode: 0,
      said: 'configmap/web serverside-applied\ndeployment.apps/web pruned\n',
    });
  });

  it('takes the target that is named, and each is a cluster of its own', async () => {
    expect(await kubectl('--context', 'two', 'get', 'deployments')).toEqual({
      exitCode: 0,
      said: 'No resources found in default namespace.\n',
    });
  });

  it('is told by a target that is down that nobody answers', async () => {
    fleet.setDown('one', true);
    const { exitCode, said } = await kubectl('get', 'pods', '--request-timeout=5s');
    expect([exitCode, said]).toEqual([1, expect.stringMatching(/EOF|connection reset/)]);
    fleet.setDown('one', false);
  });
});
