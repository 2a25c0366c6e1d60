import type { NeededRight } from '../apply/needed-rights.ts';
import type { Cluster } from '../clouds/cluster.ts';
import type { AskedRight } from './assess-rights.ts';
import type { Found } from './check.ts';

/** Questions asked side by side; the cluster's own pace holds them back where it has to. */
const atOnce = 8;

const fieldOf = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined),
    value,
  );

/** The JSON of an answer; `undefined` for anything else, as an error page of a proxy is. */
export const jsonOf = async (response: Response): Promise<unknown> => {
  try {
    return JSON.parse(await response.text());
  } catch {
    return undefined;
  }
};

/** Posts a review: a question that the API server answers and does not store. */
const review = async (
  cluster: Cluster,
  api: { readonly version: string; readonly kind: string; readonly plural: string },
  spec: object,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly body: unknown }> => {
  const response = await cluster.request(`/apis/${api.version}/${api.plural}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: api.version, kind: api.kind, spec }),
    signal,
  });
  return { status: response.status, body: await jsonOf(response) };
};

/**
 * Who the API server takes us for (SelfSubjectReview, stable since Kubernetes 1.28; without it that we are let in is all that is known).
 * @throws AccessRefused when it does not know us.
 */
export const whoAmI = async (cluster: Cluster, signal: AbortSignal): Promise<Found> => {
  const api = { version: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews' };
  const { status, body } = await review(cluster, api, {}, signal);
  const name = fieldOf(body, 'status', 'userInfo', 'username');
  if (status >= 500) {
    const found = `the API server answered ${status}`;
    return { status: 'failed', found, next: 'look at the control plane of the cluster: it does not serve' };
  }
  if (typeof name !== 'string') return { status: 'ok', found: 'is let in; the server does not say as whom' };
  if (name === 'system:anonymous') {
    const next =
      'see that the credential of the target is one of this cluster; what nobody may do can not be deployed with';
    return { status: 'failed', found: 'the server takes us for nobody (system:anonymous)', next };
  }
  return { status: 'ok', found: `known as ${name}` };
};

/** What the API server says of each right (SelfSubjectAccessReview), by whatever authorises there: RBAC, or the cloud's own. */
export const readRights = async (
  rights: readonly NeededRight[],
  cluster: Cluster,
  signal: AbortSignal,
): Promise<readonly AskedRight[]> => {
  const api = {
    version: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    plural: 'selfsubjectaccessreviews',
  };
  const ask = async (right: NeededRight): Promise<AskedRight> => {
    const { only: _, ...resourceAttributes } = right;
    const { body } = await review(cluster, api, { resourceAttributes }, signal);
    const allowed = fieldOf(body, 'status', 'allowed');
    return { right, isAllowed: typeof allowed === 'boolean' ? allowed : undefined };
  };
  const asked: AskedRight[] = [];
  for (let from = 0; from < rights.length; from += atOnce) {
    asked.push(...(await Promise.all(rights.slice(from, from + atOnce).map(ask))));
  }
  return asked;
};
