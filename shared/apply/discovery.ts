import type { Cluster } from '../clouds/cluster.ts';
import { ApiServerRefused, ask } from './api-requests.ts';
import { isObject, type JsonObject, listAt, objectAt, textAt } from './fields.ts';

/** A kind as one API server serves it. */
export interface ServedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The last part of its path: `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Present where no status is served for it, as for a CRD without the subresource. */
  readonly statusless?: true;
}

/** Everything an API server serves that can be read, written and listed; versions of a kind in the server's order. */
export type Discovery = readonly ServedKind[];

/** The kind at that version, or at the version the server prefers when none is asked for. */
export const findKind = (discovery: Discovery, group: string, kind: string, version?: string): ServedKind | undefined =>
  discovery.find(
    (served) => served.group === group && served.kind === kind && (version === undefined || served.version === version),
  );

/** Path of a kind's collection, or of one object of it. */
export const pathOf = (served: ServedKind, namespace: string, name?: string): string =>
  [
    served.group === '' ? `/api/${served.version}` : `/apis/${served.group}/${served.version}`,
    ...(served.namespaced ? ['namespaces', encodeURIComponent(namespace)] : []),
    served.plural,
    ...(name === undefined ? [] : [encodeURIComponent(name)]),
  ].join('/');

// One answer per open cluster: the object that holds the connections also bounds the life of what was learned through it.
const known = new WeakMap<Cluster, Discovery>();

/** What the server serves, asked for once per open cluster: two requests (aggregated discovery, Kubernetes 1.27 or newer). */
export const discover = async (cluster: Cluster, signal: AbortSignal): Promise<Discovery> =>
  known.get(cluster) ?? rediscover(cluster, signal);

/** As `discover`, but asks again: after a CRD was written, or when a kind was not found in what is known. */
export const rediscover = async (cluster: Cluster, signal: AbortSignal): Promise<Discovery> => {
  const [core, groups] = await Promise.all(['/api', '/apis'].map((path) => readGroups(cluster, path, signal)));
  const discovery = [...(core ?? []), ...(groups ?? [])];
  known.set(cluster, discovery);
  return discovery;
};

const aggregated = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(',');

const readGroups = async (cluster: Cluster, path: string, signal: AbortSignal): Promise<Discovery> => {
  const answer = await ask(cluster, path, { headers: { accept: aggregated }, signal });
  if (!answer.ok) throw new ApiServerRefused(cluster.target, `GET ${path}`, answer.refused);
  if (textAt(answer.body, 'kind') !== 'APIGroupDiscoveryList') throw new DiscoveryMissing(cluster.target, path);
  return readDiscovery(answer.body);
};

/** Reads an `APIGroupDiscoveryList` (v2 and v2beta1 have one shape). Groups whose own server is down are simply not in it. */
const readDiscovery = (list: JsonObject): Discovery =>
  listAt(list, 'items').flatMap((group) =>
    listAt(group, 'versions').flatMap((version) =>
      listAt(version, 'resources')
        .filter(isObject)
        .filter((resource) => listAt(resource, 'verbs').includes('list') && isObject(resource.responseKind))
        .map((resource) => ({
          group: textAt(group, 'metadata', 'name') ?? '',
          version: textAt(version, 'version') ?? '',
          kind: textAt(objectAt(resource, 'responseKind'), 'kind') ?? '',
          plural: textAt(resource, 'resource') ?? '',
          namespaced: textAt(resource, 'scope') === 'Namespaced',
          ...(listAt(resource, 'subresources').some((each) => textAt(each, 'subresource') === 'status')
            ? {}
            : { statusless: true as const }),
        })),
    ),
  );

/** The API server does not know aggregated discovery. */
export class DiscoveryMissing extends Error {
  override readonly name = 'DiscoveryMissing';
  constructor(target: string, path: string) {
    super(`${target}: GET ${path} did not answer an APIGroupDiscoveryList; Kubernetes 1.27 or newer is needed`);
  }
}
