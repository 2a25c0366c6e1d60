import type { LiveObject } from '../../shared/apply/live-object.ts';
import type { Manifest } from '../../shared/rollout/release.ts';

/** Small whole manifests; `spec` members replace those given. */
export const configMap = (name: string, data: Readonly<Record<string, string>> = { key: 'value' }): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

export const secret = (name: string, stringData: Readonly<Record<string, string>>): Manifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  stringData,
});

export const service = (name: string, port = 80): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ name: 'http', port }] },
});

export interface DeploymentOptions {
  readonly image?: string;
  readonly replicas?: number;
  /** What each pod asks for. */
  readonly cpu?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Name of a ConfigMap its pods read. */
  readonly reads?: string;
  /** The selector can not be changed later. */
  readonly selector?: Readonly<Record<string, string>>;
}

export const deployment = (name: string, options: DeploymentOptions = {}): Manifest => {
  const {
    image = 'registry.example.com/web:v1',
    replicas = 2,
    cpu = '1000m',
    annotations,
    reads,
    selector = { app: name },
  } = options;
  const container = {
    name: 'main',
    image,
    ports: [{ containerPort: 8080 }],
    resources: { requests: { cpu, memory: '64Mi' } },
    ...(reads === undefined ? {} : { envFrom: [{ configMapRef: { name: reads } }] }),
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      replicas,
      selector: { matchLabels: selector },
      template: { metadata: { labels: selector }, spec: { containers: [container] } },
    },
  };
};

export const namespace = (name: string): Manifest => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

export const widgetDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
          },
        },
      },
    ],
  },
} satisfies Manifest;

export const widget = (name: string, size: number): Manifest => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name },
  spec: { size },
});

/** Widgets under a group of their own: definitions are the whole cluster's, and tests that run side by side share it. */
export const widgetsIn = (group: string) => ({
  definition: {
    ...widgetDefinition,
    metadata: { name: `widgets.${group}` },
    spec: { ...widgetDefinition.spec, group },
  },
  widget: (name: string, size: number): Manifest => ({ ...widget(name, size), apiVersion: `${group}/v1` }),
});

/** What an API server would say of an object: only what is given differs from an empty one. */
export const live = (
  apiVersion: string,
  kind: string,
  {
    metadata,
    ...rest
  }: { readonly metadata?: Partial<LiveObject['metadata']>; readonly [field: string]: unknown } = {},
): LiveObject => ({
  apiVersion,
  kind,
  metadata: { name: 'it', namespace: 'shop', uid: 'uid-1', resourceVersion: '1', ...metadata },
  ...rest,
});
