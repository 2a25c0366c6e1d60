import type { Manifest } from '../../shared/rollout/release.ts';

const count = 500;

/** Four kinds of 125 each; `version` changes exactly one object. Deployments without pods, so that nobody waits for any. */
export const objectsOf = (version: number): readonly Manifest[] =>
  Array.from({ length: count }, (_, place): Manifest => {
    const name = `object-${String(place).padStart(3, '0')}`;
    const labels = { app: name };
    if (place % 4 === 0) {
      const data = { version: place === 0 ? String(version) : '0', text: 'x'.repeat(200) };
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
    }
    if (place % 4 === 1) {
      const spec = { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] };
      return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec };
    }
    if (place % 4 === 2) return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } };
    const container = {
      name: 'main',
      image: 'registry.example.com/web:v1',
      ports: [{ containerPort: 8080 }],
      env: [{ name: 'A', value: 'b' }],
      resources: { requests: { cpu: '100m', memory: '64Mi' } },
    };
    const template = { metadata: { labels }, spec: { containers: [container] } };
    const spec = { replicas: 0, selector: { matchLabels: labels }, template };
    return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec };
  });
