import type { ObjectId } from '../rollout/plan.ts';
import type { Manifest } from '../rollout/release.ts';

/** The parts of an `ObjectId`. `group` is empty for the core group, `namespace` for a cluster-scoped object. */
export interface Identity {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** `apps/v1` is of group `apps`, `v1` of the core group, which is written as nothing. */
export const groupOf = (apiVersion: string): string => apiVersion.split('/').slice(0, -1).join('/');

export const versionOf = (apiVersion: string): string => apiVersion.split('/').at(-1) ?? '';

export const objectId = ({ group, kind, namespace, name }: Identity): ObjectId =>
  `${group}/${kind}/${namespace}/${name}`;

/** The identity as the object states it; the version is no part of it. */
export const identityOf = (object: Manifest): ObjectId =>
  objectId({
    group: groupOf(object.apiVersion),
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
  });

/** The parts of an id. Neither part can hold a slash: each is a path segment of the API. */
export const parseObjectId = (id: ObjectId): Identity => {
  const [group = '', kind = '', namespace = '', name = ''] = id.split('/');
  return { group, kind, namespace, name };
};

/** How an object is named in sentences: `Deployment shop/web`, `ClusterRole reader`. */
export const spoken = (id: ObjectId): string => {
  const { kind, namespace, name } = parseObjectId(id);
  return namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
};

/** The kinds of Kubernetes' own groups that Tidegate names by hand. */
export const isKind = (object: { readonly apiVersion: string; readonly kind: string }, group: string, kind: string) =>
  object.kind === kind && groupOf(object.apiVersion) === group;

/** What holds state that no manifest brings back: never pruned, never recreated. */
export const holdsState = ({ group, kind }: Pick<Identity, 'group' | 'kind'>): boolean =>
  (group === '' && ['Namespace', 'PersistentVolumeClaim', 'PersistentVolume'].includes(kind)) ||
  (group === 'apiextensions.k8s.io' && kind === 'CustomResourceDefinition');
