import type { DatabaseSync } from 'node:sqlite';
import type { Behaviour } from '../../../local/fleet/kubernetes/behaviour.ts';
import type { KubeObject } from '../../../local/fleet/kubernetes/object.ts';
import { type ApiServer, type ApiServerOptions, createApiServer } from '../../../local/fleet/kubernetes/server.ts';
import { seededRandom } from '../../../shared/outside/random.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';

const healthy: Behaviour = { pull: 'ok', startMs: 2000, readyMs: 3000 };

/** Images tell by their name how they behave: `crash:1`, `missing:1`, `hang:1`, `work:1`; all others are healthy. */
export const behaviourByName = (image: string): Behaviour => {
  if (image.startsWith('crash'))
    return { ...healthy, log: ['starting'], crash: { afterMs: 500, exitCode: 2, log: 'no config\ngiving up' } };
  if (image.startsWith('missing')) return { ...healthy, pull: 'not-found' };
  if (image.startsWith('hang')) return { ...healthy, hang: true };
  if (image.startsWith('work')) return { ...healthy, crash: { afterMs: 4000, exitCode: 0, log: 'done' } };
  return { ...healthy, log: ['listening', 'ready'] };
};

export interface Reply {
  readonly status: number;
  readonly body: KubeObject;
  readonly headers: Headers;
}

export interface Cluster {
  readonly server: ApiServer;
  readonly clock: ManualClock;
  ask(method: string, path: string, body?: unknown, type?: string, accept?: string): Promise<Reply>;
  /** Applies objects of the namespace `shop`, by server-side apply as `tidegate`. Throws where one is refused. */
  apply(...objects: readonly KubeObject[]): Promise<void>;
  get(path: string): Promise<KubeObject>;
  items(path: string): Promise<readonly KubeObject[]>;
}

export const apps = '/apis/apps/v1/namespaces/shop';
export const core = '/api/v1/namespaces/shop';

const paths: Readonly<Record<string, string>> = {
  Deployment: `${apps}/deployments`,
  StatefulSet: `${apps}/statefulsets`,
  DaemonSet: `${apps}/daemonsets`,
  Job: '/apis/batch/v1/namespaces/shop/jobs',
  Service: `${core}/services`,
  ConfigMap: `${core}/configmaps`,
  PodDisruptionBudget: '/apis/policy/v1/namespaces/shop/poddisruptionbudgets',
  CustomResourceDefinition: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
};

/** A started cluster with the namespace `shop`, on a clock that tests move. */
export const startCluster = async (
  options: Partial<ApiServerOptions> & { readonly clock?: ManualClock; readonly database?: DatabaseSync | string } = {},
): Promise<Cluster> => {
  const clock = options.clock ?? manualClock();
  const server = createApiServer({
    name: 'test',
    random: seededRandom('kubernetes'),
    behaviourOf: behaviourByName,
    ...options,
    clock,
  });
  const ask: Cluster['ask'] = async (method, path, body, type = 'application/json', accept = 'application/json') => {
    const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const headers = { 'content-type': type, 'user-agent': 'probe/1', accept };
    const response = await server.handle(new Request(`https://cluster${path}`, { method, headers, ...init }));
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text, headers: response.headers };
  };
  const apply: Cluster['apply'] = async (...objects) => {
    for (const object of objects) {
      const path = `${paths[object.kind]}/${object.metadata.name}?fieldManager=tidegate&force=true`;
      const { status, body } = await ask('PATCH', path, object, 'application/apply-patch+yaml');
      if (status > 201) throw new Error(`${object.kind} ${object.metadata.name}: ${JSON.stringify(body)}`);
    }
  };
  const get = async (path: string) => (await ask('GET', path)).body;
  const items = async (path: string) => {
    const list = await get(path);
    return Array.isArray(list.items) ? (list.items as KubeObject[]) : [];
  };
  server.start();
  await ask('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  return { server, clock, ask, apply, get, items };
};

const labelled = (name: string) => ({ app: name });
const podTemplate = (name: string, image: string) => ({
  metadata: { labels: labelled(name) },
  spec: {
    containers: [{ name: 'main', image, readinessProbe: { httpGet: { path: '/ready', port: 8080 } } }],
  },
});

export const deployment = (name: string, image: string, spec: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: { replicas: 3, selector: { matchLabels: labelled(name) }, template: podTemplate(name, image), ...spec },
});

export const statefulSet = (name: string, image: string, spec: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name, namespace: 'shop' },
  spec: {
    replicas: 3,
    serviceName: name,
    selector: { matchLabels: labelled(name) },
    template: podTemplate(name, image),
    ...spec,
  },
});

export const daemonSet = (name: string, image: string, spec: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name, namespace: 'shop' },
  spec: { selector: { matchLabels: labelled(name) }, template: podTemplate(name, image), ...spec },
});

export const job = (name: string, image: string, spec: object = {}): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'shop' },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image }] } }, ...spec },
});
