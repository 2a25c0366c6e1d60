import type { Target } from '../../shared/rollout/target.ts';

type Handle = (request: Request) => Promise<Response>;

/** Asks an API server as somebody's kubectl does, past Tidegate. Throws where it is refused. */
const kubectl = async (handle: Handle, method: string, path: string, body?: unknown): Promise<unknown> => {
  const init = {
    method,
    headers: { 'content-type': 'application/merge-patch+json', 'user-agent': 'kubectl/v1.35.4' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const answer = await handle(new Request(`https://cluster.simulated${path}`, init));
  if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}`);
  return answer.json();
};

interface Listed {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: { readonly replicas?: number; readonly nodeName?: string };
}

const list = async (handle: Handle, path: string): Promise<readonly Listed[]> => {
  const { items } = (await kubectl(handle, 'GET', path)) as { readonly items: readonly Listed[] };
  return items.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
};

/** Somebody scales the first Deployment of the target's namespace. Returns what puts it back as it was. Throws where there is none. */
export const scaledByHand = async (
  handle: Handle,
  { namespace }: Pick<Target, 'namespace'>,
  replicas: number,
): Promise<() => Promise<void>> => {
  const [first] = await list(handle, `/apis/apps/v1/namespaces/${namespace}/deployments`);
  if (first === undefined) throw new Error(`there is no Deployment in namespace ${namespace}`);
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${first.metadata.name}?fieldManager=kubectl-scale`;
  await kubectl(handle, 'PATCH', path, { spec: { replicas } });
  return async () => {
    await kubectl(handle, 'PATCH', path, { spec: { replicas: first.spec?.replicas ?? 1 } });
  };
};

/** The first node that has pods takes no more, and its pods are gone at once. Returns what brings it back, empty. Throws where no pod runs. */
export const nodeLost = async (handle: Handle): Promise<() => Promise<void>> => {
  const pods = await list(handle, '/api/v1/pods');
  const lost = pods.map(({ spec }) => spec?.nodeName).find((name) => name !== undefined);
  if (lost === undefined) throw new Error('no node has a pod');
  const path = `/api/v1/nodes/${lost}?fieldManager=node-controller`;
  await kubectl(handle, 'PATCH', path, { spec: { unschedulable: true } });
  for (const { metadata, spec } of pods) {
    if (spec?.nodeName !== lost) continue;
    await kubectl(
      handle,
      'DELETE',
      `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}?gracePeriodSeconds=0`,
    );
  }
  return async () => {
    await kubectl(handle, 'PATCH', path, { spec: { unschedulable: false } });
  };
};
