import { describe, expect, it, test } from 'vitest';
import { mergeKubeconfigs } from '../../cli/merge-kubeconfigs.ts';

const cluster = (name: string, server: string) => ({ name, cluster: { server } });
const file = (path: string, content: object) => ({ path, text: JSON.stringify(content) });

describe('kubeconfigs become one', () => {
  it('of which the first that defines a name counts, whole', () => {
    const one = file('/a/config', {
      clusters: [cluster('prod', 'https://a.example')],
      users: [{ name: 'me', user: { token: 't' } }],
      'current-context': '',
    });
    const two = file('/b/config', {
      clusters: [cluster('prod', 'https://b.example'), cluster('test', 'https://t.example')],
      users: [{ name: 'me', user: { token: 'other', tokenFile: 'token' } }],
      contexts: [{ name: 'x', context: { cluster: 'prod', user: 'me' } }],
      'current-context': 'x',
    });
    const three = file('/c/config', { 'current-context': 'y' });
    expect(mergeKubeconfigs([one, two, three])).toEqual({
      clusters: [cluster('prod', 'https://a.example'), cluster('test', 'https://t.example')],
      users: [{ name: 'me', user: { token: 't' } }],
      contexts: [{ name: 'x', context: { cluster: 'prod', user: 'me' } }],
      'current-context': 'x',
    });
  });

  it('whose files are those beside the kubeconfig that names them', () => {
    const text = `
      clusters: [{name: c, cluster: {server: 'https://c.example', certificate-authority: ca.crt}}]
      users: [{name: u, user: {client-certificate: certs/me.crt, client-key: /keys/me.key, tokenFile: ../token}}]`;
    expect(mergeKubeconfigs([{ path: '/home/me/.kube/config', text }])).toEqual({
      clusters: [
        { name: 'c', cluster: { server: 'https://c.example', 'certificate-authority': '/home/me/.kube/ca.crt' } },
      ],
      users: [
        {
          name: 'u',
          user: {
            'client-certificate': '/home/me/.kube/certs/me.crt',
            'client-key': '/keys/me.key',
            tokenFile: '/home/me/token',
          },
        },
      ],
      contexts: [],
    });
  });

  it('and an empty one adds nothing', () => {
    expect(mergeKubeconfigs([{ path: '/a', text: '' }])).toEqual({ clusters: [], users: [], contexts: [] });
  });
});

test.each([
  ['what is no YAML', 'token: [secret', 'kubeconfig /a: is not YAML; expected a kubeconfig'],
  ['a list', '[1]', 'kubeconfig /a: expected a kubeconfig'],
  ['text', 'secret', 'kubeconfig /a: expected a kubeconfig'],
])('%s is refused without a word of what is in it', (_, text, message) => {
  expect(() => mergeKubeconfigs([{ path: '/a', text }])).toThrow(message);
});
