import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CloudsOutside } from '../../shared/clouds/clouds-outside.ts';
import { kubeconfigCredential, readClusterOf, resolveKubeconfig } from '../../shared/clouds/kubeconfig.ts';
import { openCluster } from '../../shared/clouds/open-cluster.ts';
import { resolveCluster } from '../../shared/clouds/resolve-cluster.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import { describeOnControlPlane } from '../control-plane/binaries.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { simulateFleet } from './simulated-fleet.ts';

const { outside: simulated, restore } = simulateFleet([]);
restore();

const base64 = (text: string) => Buffer.from(text).toString('base64');
const kubeconfig = (cluster: object, user: object) =>
  JSON.stringify({
    clusters: [{ name: 'c', cluster: { server: 'https://c.example:6443/', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
const locator = { path: '/home/me/.kube/config' };
const outsideWith = (files: Readonly<Record<string, string>>): CloudsOutside => ({
  ...simulated,
  clock: { ...simulated.clock, now: () => 5000 },
  readFile: async (path) => {
    const text = files[path];
    if (text === undefined) throw new Error('no such file');
    return text;
  },
});

describe('where the cluster of a kubeconfig answers', () => {
  it.each([
    ['with its CA in the file', { 'certificate-authority-data': base64('PEM') }, { ca: 'PEM' }],
    ['with its CA in a file beside it', { 'certificate-authority': 'ca.crt' }, { ca: 'BESIDE' }],
    ['with its CA in any file', { 'certificate-authority': '/etc/ca.crt' }, { ca: 'ANY' }],
    ['under another name', { 'tls-server-name': 'kubernetes' }, { serverName: 'kubernetes' }],
  ])('%s', async (_, cluster, expected) => {
    const files = { [locator.path]: kubeconfig(cluster, {}), '/home/me/.kube/ca.crt': 'BESIDE', '/etc/ca.crt': 'ANY' };
    expect(await resolveKubeconfig(locator, outsideWith(files))).toEqual({
      server: 'https://c.example:6443',
      ...expected,
    });
  });

  it.each([
    ['no such file', {}, 'kubeconfig /home/me/.kube/config: can not be read'],
    [
      'a CA file that is not there',
      { 'certificate-authority': 'ca.crt' },
      'kubeconfig /home/me/.kube/config: ca.crt can not be read',
    ],
    [
      'plain HTTP',
      { server: 'http://c.example' },
      'kubeconfig /home/me/.kube/config: server http://c.example: expected an address that starts with https://',
    ],
  ])('is not said of %s', async (title, cluster, message) => {
    const files = title === 'no such file' ? {} : { [locator.path]: kubeconfig(cluster, {}) };
    await expect(resolveKubeconfig(locator, outsideWith(files))).rejects.toMatchObject({
      name: 'ClusterUnresolved',
      message,
    });
  });

  it('is not taken from what a cloud hands out without a CA, and no file is read for it', () => {
    expect(() => readClusterOf('aks prod', kubeconfig({ 'certificate-authority': '/etc/ca.crt' }, {}))).toThrow(
      'aks prod: kubeconfig holds no CA; expected certificate-authority-data',
    );
  });
});

describe('what the user of a kubeconfig is known by', () => {
  it.each([
    ['a token', { token: 't1' }, { token: 't1', expiresAt: Infinity }],
    ['the token of a file, for a minute', { token: 't1', tokenFile: 'token' }, { token: 't2', expiresAt: 65_000 }],
    [
      'a client certificate',
      { 'client-certificate-data': base64('CERT'), 'client-key': 'key' },
      { tls: { cert: 'CERT', key: 'KEY' }, expiresAt: Infinity },
    ],
  ])('%s', async (_, user, expected) => {
    const files = { [locator.path]: kubeconfig({}, user), '/home/me/.kube/token': 't2\n', '/home/me/.kube/key': 'KEY' };
    expect(await kubeconfigCredential(locator, outsideWith(files))).toEqual(expected);
  });

  it('must be something', async () => {
    const files = { [locator.path]: kubeconfig({}, { 'client-certificate-data': base64('CERT') }) };
    await expect(kubeconfigCredential(locator, outsideWith(files))).rejects.toMatchObject({
      name: 'ClusterUnresolved',
      message:
        'kubeconfig /home/me/.kube/config: its user holds neither a token nor a client certificate with its key; expected one',
    });
  });
});

describeOnControlPlane('a kubeconfig of the real API server', 'api', (binaries) => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await startControlPlane(binaries);
  });
  afterAll(() => plane?.stop());

  const openReal = async (token: string) => {
    const text = plane.kubeconfig.replace(plane.token, token);
    const read = (path: string) =>
      path === 'config' ? Promise.resolve(text) : readFile(join(plane.folder, path), 'utf8');
    const outside: CloudsOutside = { ...simulated, http: socketHttp(), readFile: read };
    const target = { name: 'real', locator: { kubeconfig: { path: 'config' } }, allow: ['127.0.0.0/8'] };
    const endpoint = await resolveCluster(target.locator, outside, new AbortController().signal);
    return openCluster({ ...target, endpoint }, outside);
  };

  it('opens it over TLS with its own CA', async () => {
    const response = await (await openReal(plane.token)).request('/api/v1/namespaces/default');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ kind: 'Namespace', metadata: { name: 'default' } });
  });

  it('is refused with a token the server does not know', async () => {
    await expect((await openReal('unknown')).request('/api/v1/namespaces')).rejects.toMatchObject({
      name: 'AccessRefused',
    });
  });
});
