import type { Manifest } from '../../../shared/rollout/release.ts';

export interface WorkloadOptions {
  readonly version?: string;
  readonly replicas?: number;
  /** Labels of the pods beside `app`. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Members of `spec`. */
  readonly spec?: Readonly<Record<string, unknown>>;
  /** Members of the pod's spec. */
  readonly pod?: Readonly<Record<string, unknown>>;
  /** Members of the one container. */
  readonly container?: Readonly<Record<string, unknown>>;
}

const template = (name: string, { version = 'v1', labels = {}, pod = {}, container = {} }: WorkloadOptions) => ({
  metadata: { labels: { app: name, ...labels } },
  spec: {
    containers: [{ name: 'main', image: `registry.example.com/${name}:${version}`, ...container }],
    ...pod,
  },
});

const workload = (
  kind: string,
  name: string,
  options: WorkloadOptions,
  spec: Readonly<Record<string, unknown>>,
): Manifest => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, ...(options.annotations === undefined ? {} : { annotations: options.annotations }) },
  spec: {
    selector: { matchLabels: { app: name } },
    template: template(name, options),
    ...spec,
    ...options.spec,
  },
});

/** Small whole workloads whose pods are labelled `app: <name>`. */
export const deployment = (name: string, options: WorkloadOptions = {}): Manifest =>
  workload('Deployment', name, options, { replicas: options.replicas ?? 2 });

export const statefulSet = (name: string, options: WorkloadOptions = {}): Manifest =>
  workload('StatefulSet', name, options, { replicas: options.replicas ?? 2, serviceName: name });

export const daemonSet = (name: string, options: WorkloadOptions = {}): Manifest =>
  workload('DaemonSet', name, options, {});

/** A Service or budget that selects pods by these labels. */
export const selecting = (name: string, selector: Readonly<Record<string, string>>): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector, ports: [{ port: 80 }] },
});
