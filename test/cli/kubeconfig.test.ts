import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configMap } from '../apply/manifests.ts';
import { type ReachableServer, simulatedOverSocket } from './api-server.ts';
import { folderWith, tidegateHere } from './tidegate.ts';

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { readonly server: string } }];
  readonly contexts: readonly object[];
}

/** A program as a cloud provider's: it prints what it was told and asked for. */
const plugin = (body: string) => `#!/bin/sh\n${body}\n`;
const credential = (status: string) =>
  `echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":${status}}'`;

describe('the kubeconfig of a command', () => {
  let server: ReachableServer;
  let folder: string;
  const run = (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
    tidegateHere(folder, ['apply', 'map.json', '--set', 'web', '--dry-run', '--json', ...args], env);

  beforeAll(async () => {
    server = await simulatedOverSocket();
    const whole = JSON.parse(server.kubeconfig) as Kubeconfig;
    const { clusters, ...others } = whole;
    const exec = (command: string) => ({
      apiVersion: 'client.authentication.k8s.io/v1',
      command,
      args: ['--region', 'here'],
      env: [{ name: 'PROFILE', value: 'deployer' }],
      installHint: 'install the plugin first',
      interactiveMode: 'Never',
      provideClusterInfo: true,
    });
    const withUser = (user: object) => JSON.stringify({ ...whole, users: [{ name: 'it', user }] });
    folder = folderWith({
      'map.json': JSON.stringify(configMap('settings')),
      clusters: JSON.stringify({ clusters }),
      others: JSON.stringify(others),
      'two-contexts': JSON.stringify({
        ...whole,
        contexts: [
          ...whole.contexts,
          { name: 'other', context: { cluster: 'it', user: 'it', namespace: 'elsewhere' } },
        ],
      }),
    });
    const programs = {
      good: `test "$1 $2 $PROFILE" = "--region here deployer" || exit 1
        case "$KUBERNETES_EXEC_INFO" in *'"interactive":false,"cluster":{"server":"https://127.0.0.1:'*) ;; *) exit 1;; esac
        ${credential('{"token":"from-plugin"}')}`,
      failing: 'echo "sign in first" >&2; exit 1',
      silent: 'echo secret-token',
      empty: credential('{}'),
    };
    for (const [name, body] of Object.entries(programs)) {
      const path = join(folder, name);
      writeFileSync(path, plugin(body));
      chmodSync(path, 0o755);
      writeFileSync(`${path}.kubeconfig`, withUser({ exec: exec(path) }));
    }
    writeFileSync(join(folder, 'missing.kubeconfig'), withUser({ exec: exec(join(folder, 'missing')) }));
    for (const namespace of ['shop', 'elsewhere']) {
      const metadata = { name: namespace };
      await server.request('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
    }
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const created = (namespace: string) =>
    `{"identity":"/ConfigMap/${namespace}/settings","action":"created","reason":""}`;

  it('is several, merged, where KUBECONFIG lists several; those that are not there are passed over', async () => {
    const KUBECONFIG = ['nowhere', 'others', 'clusters'].map((name) => join(folder, name)).join(delimiter);
    const ran = await run({ KUBECONFIG });
    expect([ran.exitCode, ran.out[0], ran.err]).toEqual([0, created('shop'), '']);
  });

  it('has contexts, each with a namespace of its own', async () => {
    const KUBECONFIG = join(folder, 'two-contexts');
    expect((await run({ KUBECONFIG })).out[0]).toBe(created('shop'));
    expect((await run({ KUBECONFIG }, '--context', 'other')).out[0]).toBe(created('elsewhere'));
  });

  it('may name a program that brings the credential', async () => {
    const ran = await run({ KUBECONFIG: join(folder, 'good.kubeconfig') });
    expect([ran.exitCode, ran.out[0], ran.err]).toEqual([0, created('shop'), '']);
  });

  it.each([
    ['failing', 'sign in first; install the plugin first'],
    ['missing', 'ENOENT; install the plugin first'],
    ['silent', 'it printed no ExecCredential; install the plugin first'],
    ['empty', 'printed neither a token nor a client certificate with its key'],
  ])('and a %s one is what failed, of every object, and never its output', async (name, said) => {
    const ran = await run({ KUBECONFIG: join(folder, `${name}.kubeconfig`) });
    const line = JSON.parse(ran.out[0] ?? '') as { readonly action: string; readonly reason: string };
    expect([ran.exitCode, line.action]).toEqual([3, 'failed']);
    expect(line.reason).toContain(said);
    expect(ran.out.join()).not.toContain('secret-token');
  });
});
