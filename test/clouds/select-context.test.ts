import { describe, expect, it } from 'vitest';
import { selectContext } from '../../shared/clouds/select-context.ts';

const kubeconfig = (cluster: object, user: object) =>
  JSON.stringify({
    clusters: [
      { name: 'one', cluster: { server: 'https://one.example', ...cluster } },
      { name: 'two', cluster: { server: 'https://two.example', 'insecure-skip-tls-verify': true } },
    ],
    users: [
      { name: 'me', user },
      { name: 'other', user: { exec: { command: 'kubelogin' } } },
    ],
    contexts: [
      { name: 'first', context: { cluster: 'one', user: 'me' } },
      { name: 'second', context: { cluster: 'two', user: 'other' } },
      { name: 'lost', context: { cluster: 'nowhere', user: 'me' } },
    ],
    'current-context': 'first',
  });
const refusal = (text: string, context?: string) => {
  try {
    selectContext('kubeconfig f', text, context, 'used');
    return 'selected';
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : 'not an error';
  }
};

describe('selectContext', () => {
  it('takes the current context, and of it only what is used', () => {
    const text = kubeconfig({ extensions: [{}], 'insecure-skip-tls-verify': false }, { token: 't', username: '' });
    expect(selectContext('f', text, undefined, 'used')).toEqual({
      cluster: { server: 'https://one.example' },
      user: { token: 't' },
    });
  });

  it('does not look at the user of what a cloud hands out', () => {
    expect(selectContext('f', kubeconfig({}, { exec: { command: 'kubelogin' } }), 'first', 'ignored')).toEqual({
      cluster: { server: 'https://one.example' },
      user: {},
    });
  });

  it("lets a program bring the credential at a person's own prompt, and names the namespace of the context", () => {
    const exec = { command: 'aws' };
    const text = JSON.parse(kubeconfig({}, { exec })) as { contexts: [{ context: object }] };
    Object.assign(text.contexts[0].context, { namespace: 'shop' });
    expect(selectContext('f', JSON.stringify(text), 'first', 'at-prompt')).toEqual({
      cluster: { server: 'https://one.example' },
      user: { exec },
      namespace: 'shop',
    });
  });

  const userFields = 'token, tokenFile, client-certificate, client-certificate-data, client-key, client-key-data';
  it.each([
    [
      'exec',
      { exec: { command: 'x' } },
      `user.exec: refused: runs a program on this machine; expected only ${userFields}`,
    ],
    [
      'auth-provider',
      { 'auth-provider': { name: 'gcp' } },
      `user.auth-provider: refused: runs a program on this machine; expected only ${userFields}`,
    ],
    [
      'impersonation',
      { token: 't', as: 'admin' },
      `user.as: refused: impersonation is not supported, and without it we would be somebody else; expected only ${userFields}`,
    ],
    [
      'a password',
      { username: 'u' },
      `user.username: refused: is not taken by any supported Kubernetes version; expected only ${userFields}`,
    ],
    [
      'an unknown field',
      { 'token-file': '/etc/shadow' },
      `user.token-file: refused: is not a field we know; expected only ${userFields}`,
    ],
  ])('refuses %s', (_, user, message) => {
    expect(refusal(kubeconfig({}, user))).toBe(`ClusterUnresolved: kubeconfig f: ${message}`);
  });

  const clusterFields = 'server, certificate-authority, certificate-authority-data, tls-server-name';
  it.each([
    [
      'an unchecked certificate',
      { 'insecure-skip-tls-verify': true },
      'cluster.insecure-skip-tls-verify: refused: would send our token to whoever answers',
    ],
    [
      'a proxy',
      { 'proxy-url': 'http://p' },
      'cluster.proxy-url: refused: would send our requests through a third party',
    ],
  ])('refuses %s', (_, cluster, message) => {
    expect(refusal(kubeconfig(cluster, { token: 't' }))).toBe(
      `ClusterUnresolved: kubeconfig f: ${message}; expected only ${clusterFields}`,
    );
  });

  it.each([
    ['no such context', kubeconfig({}, {}), 'third', 'contexts holds 0 entries named "third"; expected one'],
    ['no such cluster', kubeconfig({}, {}), 'lost', 'clusters holds 0 entries named "nowhere"; expected one'],
    [
      'no current context',
      '{"contexts":[]}',
      undefined,
      "names no current-context; name a context in the target's locator",
    ],
    ['text that is no YAML', 'token: "secret', undefined, 'is not YAML; expected a kubeconfig'],
    ['an empty file', '', undefined, 'is empty; expected a kubeconfig'],
  ])('says what is wrong with %s', (_, text, context, message) => {
    expect(refusal(text, context)).toBe(`ClusterUnresolved: kubeconfig f: ${message}`);
  });
});
