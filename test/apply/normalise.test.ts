import { expect, it } from 'vitest';
import { normalise } from '../../shared/apply/normalise.ts';
import type { Manifest } from '../../shared/rollout/release.ts';

const of = (apiVersion: string, kind: string, rest: object = {}): Manifest => ({
  apiVersion,
  kind,
  metadata: { name: 'it' },
  ...rest,
});

it.each<[string, Manifest, Manifest]>([
  ['status goes', of('v1', 'Service', { status: { loadBalancer: {} } }), of('v1', 'Service', { spec: undefined })],
  [
    'what the server keeps goes, and so does an empty timestamp',
    {
      ...of('v1', 'ConfigMap'),
      metadata: { name: 'it', uid: 'u', resourceVersion: '1', creationTimestamp: null, managedFields: [] },
    },
    of('v1', 'ConfigMap'),
  ],
  [
    'stringData becomes data, and wins over it',
    of('v1', 'Secret', { data: { a: 'b2xk', b: 'Yg==' }, stringData: { a: 'new' } }),
    of('v1', 'Secret', { data: { a: 'bmV3', b: 'Yg==' } }),
  ],
  [
    'ports of a Service say their protocol',
    of('v1', 'Service', { spec: { ports: [{ port: 80 }, { port: 53, protocol: 'UDP' }] } }),
    of('v1', 'Service', {
      spec: {
        ports: [
          { port: 80, protocol: 'TCP' },
          { port: 53, protocol: 'UDP' },
        ],
      },
    }),
  ],
  [
    'ports of containers say their protocol, however deep the template is',
    of('batch/v1', 'CronJob', {
      spec: {
        jobTemplate: { spec: { template: { spec: { containers: [{ name: 'a', ports: [{ containerPort: 1 }] }] } } } },
      },
    }),
    of('batch/v1', 'CronJob', {
      spec: {
        jobTemplate: {
          spec: { template: { spec: { containers: [{ name: 'a', ports: [{ containerPort: 1, protocol: 'TCP' }] }] } } },
        },
      },
    }),
  ],
  [
    'containers of a custom resource stay as they are: its schema may know no protocol',
    of('example.com/v1', 'App', { spec: { containers: [{ ports: [{ containerPort: 1 }] }] } }),
    of('example.com/v1', 'App', { spec: { containers: [{ ports: [{ containerPort: 1 }] }] } }),
  ],
  [
    'the placeholder bundle of a CRD goes',
    of('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
      spec: { conversion: { webhook: { clientConfig: { caBundle: 'Cg==', url: 'https://x' } } } },
    }),
    of('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
      spec: { conversion: { webhook: { clientConfig: { url: 'https://x' } } } },
    }),
  ],
])('%s', (_, given, expected) => {
  expect(normalise(given)).toEqual(expected);
  expect(normalise(normalise(given))).toEqual(normalise(given));
});
