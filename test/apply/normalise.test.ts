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
  [
    'placeholder bundles of webhooks go, and a real one stays',
    of('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', {
      webhooks: ['Cg==', '', null, 'Q0E='].map((caBundle) => ({ clientConfig: { caBundle, service: { name: 'x' } } })),
    }),
    of('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', {
      webhooks: [{}, {}, {}, { caBundle: 'Q0E=' }].map((more) => ({
        clientConfig: { ...more, service: { name: 'x' } },
      })),
    }),
  ],
  [
    'the placeholder bundle of an APIService goes',
    of('apiregistration.k8s.io/v1', 'APIService', { spec: { caBundle: 'Cgo=', group: 'x' } }),
    of('apiregistration.k8s.io/v1', 'APIService', { spec: { group: 'x' } }),
  ],
  [
    'a field of that name in the schema of a CRD stays',
    of('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { spec: { versions: [{ schema: { caBundle: '' } }] } }),
    of('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { spec: { versions: [{ schema: { caBundle: '' } }] } }),
  ],
  [
    'the rules of an aggregated ClusterRole are those of others',
    of('rbac.authorization.k8s.io/v1', 'ClusterRole', { aggregationRule: { clusterRoleSelectors: [] }, rules: [] }),
    of('rbac.authorization.k8s.io/v1', 'ClusterRole', { aggregationRule: { clusterRoleSelectors: [] } }),
  ],
  [
    'rules of any other stay, none too',
    of('rbac.authorization.k8s.io/v1', 'ClusterRole', { rules: [] }),
    of('rbac.authorization.k8s.io/v1', 'ClusterRole', { rules: [] }),
  ],
  [
    'labels, annotations and data of nothing go',
    { ...of('v1', 'Secret', { data: {}, stringData: {} }), metadata: { name: 'it', labels: {}, annotations: {} } },
    of('v1', 'Secret'),
  ],
  [
    'data of no key but with a value of nothing stays',
    of('v1', 'ConfigMap', { data: { a: '' }, binaryData: {} }),
    of('v1', 'ConfigMap', { data: { a: '' } }),
  ],
])('%s', (_, given, expected) => {
  expect(normalise(given)).toEqual(expected);
  expect(normalise(normalise(given))).toEqual(normalise(given));
});
