import type { JsonObject } from '../object.ts';
import { groupVersionOf, type Resource, type Subresource } from '../schema/resource.ts';
import { pathNotFound } from './status-error.ts';

interface Version {
  readonly version: string;
  readonly resources: readonly Resource[];
}

/** Stable before beta before alpha, then the higher number: the order discovery lists versions in. */
const rank = (version: string): number => {
  const [, major = '0', stage, minor = '0'] = /^v(\d+)(alpha|beta)?(\d+)?$/.exec(version) ?? [];
  const stages = stage === undefined ? 2 : stage === 'beta' ? 1 : 0;
  return stages * 1_000_000 + Number(major) * 1000 + Number(minor);
};

const groupsOf = (resources: readonly Resource[]): ReadonlyMap<string, readonly Version[]> => {
  const groups = new Map<string, Map<string, Resource[]>>();
  for (const resource of resources) {
    const versions = groups.get(resource.group) ?? new Map<string, Resource[]>();
    groups.set(resource.group, versions);
    versions.set(resource.version, [...(versions.get(resource.version) ?? []), resource]);
  }
  return new Map(
    [...groups].map(([group, versions]) => [
      group,
      [...versions]
        .map(([version, served]) => ({ version, resources: served }))
        .toSorted((a, b) => rank(b.version) - rank(a.version)),
    ]),
  );
};

/** Where a subresource answers another kind than its resource, the table says `group/version/Kind`. */
const kindOf = (resource: Resource, subresource: Subresource) => {
  const parts = subresource.kind.split('/');
  const kind = parts.at(-1) ?? '';
  const own = { group: resource.group, version: resource.version };
  return parts.length === 3 ? { group: parts[0] ?? '', version: parts[1] ?? '', kind } : { ...own, kind };
};

const discovered = (resource: Resource): JsonObject => ({
  resource: resource.plural,
  responseKind: { group: resource.group, version: resource.version, kind: resource.kind },
  scope: resource.namespaced ? 'Namespaced' : 'Cluster',
  singularResource: resource.singular,
  verbs: [...resource.verbs],
  ...(resource.shortNames.length === 0 ? {} : { shortNames: [...resource.shortNames] }),
  ...(resource.categories.length === 0 ? {} : { categories: [...resource.categories] }),
  ...(resource.subresources.length === 0
    ? {}
    : {
        subresources: resource.subresources.map((subresource) => ({
          subresource: subresource.name,
          responseKind: kindOf(resource, subresource),
          verbs: [...subresource.verbs],
        })),
      }),
});

/** Aggregated discovery (`apidiscovery.k8s.io/v2`): every kind of the core group, or of all others, in one answer. */
export const aggregatedDiscovery = (resources: readonly Resource[], core: boolean): JsonObject => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: 'apidiscovery.k8s.io/v2',
  metadata: {},
  items: [...groupsOf(resources)]
    .filter(([group]) => (group === '') === core)
    .map(([group, versions]) => ({
      metadata: { ...(group === '' ? {} : { name: group }), creationTimestamp: null },
      versions: versions.map(({ version, resources: served }) => ({
        version,
        resources: served.map(discovered),
        freshness: 'Current',
      })),
    })),
});

export const coreVersions = (): JsonObject => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '' }],
});

const groupBody = (group: string, versions: readonly Version[]): JsonObject => {
  const listed = versions.map(({ version }) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: listed, preferredVersion: listed[0] ?? null };
};

export const groupList = (resources: readonly Resource[]): JsonObject => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: [...groupsOf(resources)]
    .filter(([group]) => group !== '')
    .map(([group, versions]) => groupBody(group, versions)),
});

/** Throws a 404 StatusError. */
export const oneGroup = (resources: readonly Resource[], group: string): JsonObject => {
  const versions = groupsOf(resources).get(group);
  if (versions === undefined) throw pathNotFound();
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupBody(group, versions) };
};

const listed = (resource: Resource): readonly JsonObject[] => [
  {
    name: resource.plural,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: [...resource.verbs],
    ...(resource.shortNames.length === 0 ? {} : { shortNames: [...resource.shortNames] }),
    ...(resource.categories.length === 0 ? {} : { categories: [...resource.categories] }),
  },
  ...resource.subresources.map((subresource) => {
    const { group, version, kind } = kindOf(resource, subresource);
    const foreign = group !== resource.group || version !== resource.version;
    return {
      name: `${resource.plural}/${subresource.name}`,
      singularName: '',
      namespaced: resource.namespaced,
      ...(foreign ? { group, version } : {}),
      kind,
      verbs: [...subresource.verbs],
    };
  }),
];

/** The kinds of one version. Throws a 404 StatusError where it is not served. */
export const resourceList = (resources: readonly Resource[], group: string, version: string): JsonObject => {
  const served = resources.filter((resource) => resource.group === group && resource.version === version);
  const [first] = served;
  if (first === undefined) throw pathNotFound();
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: groupVersionOf(first),
    resources: served.flatMap(listed),
  };
};

export const versionInfo = (gitVersion: string): JsonObject => {
  const [, major = '1', minor = '0'] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  return {
    major,
    minor,
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'simulated',
    compiler: 'simulated',
    platform: 'linux/amd64',
  };
};
