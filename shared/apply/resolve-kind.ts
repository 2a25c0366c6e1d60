import type { ObjectId } from '../rollout/plan.ts';
import type { Manifest, RenderedTarget } from '../rollout/release.ts';
import { isBuiltInGroup } from './built-in-groups.ts';
import { type Discovery, findKind, type ServedKind } from './discovery.ts';
import { at, listAt, textAt } from './fields.ts';
import { groupOf, identityOf, isKind, spoken, versionOf } from './object-id.ts';
import type { RefusalCode } from './refusals.ts';

/** Where objects of a kind go. */
export interface ResolvedKind {
  readonly served: ServedKind;
  /** Whether the API server serves it already; where not, `crd` will bring it. */
  readonly isServed: boolean;
  /** The CustomResourceDefinition of the same objects that defines it. */
  readonly crd?: ObjectId;
}

/** A kind that goes nowhere. `namespaced` where it is known from another version of it. */
export interface UnresolvedKind {
  readonly code: RefusalCode;
  readonly because: string;
  readonly namespaced?: boolean;
}

/** A kind that a CustomResourceDefinition will bring. */
export interface PromisedKind {
  readonly crd: ObjectId;
  readonly served: ServedKind;
  readonly versions: readonly string[];
}

/** Finds where an object goes: as the API server serves its kind, or as a definition among the same objects will have it served. */
export const resolveKind = (
  object: Manifest,
  discovery: Discovery,
  promised: readonly PromisedKind[],
): ResolvedKind | UnresolvedKind => {
  const version = versionOf(object.apiVersion);
  const kind = findKind(discovery, groupOf(object.apiVersion), object.kind, version);
  const promise = promised.find(({ served }) => isKind(object, served.group, served.kind));
  const crd = promise === undefined ? {} : { crd: promise.crd };
  if (kind !== undefined) return { served: kind, isServed: true, ...crd };
  if (promise === undefined) return unknownKind(object, discovery);
  if (promise.versions.includes(version)) {
    return { served: { ...promise.served, version }, isServed: false, crd: promise.crd };
  }
  return {
    code: 'VERSION_NOT_SERVED',
    because: `${spoken(promise.crd)} brings ${object.kind} as ${promise.versions.join(' and ')}, not as ${object.apiVersion}`,
    namespaced: promise.served.namespaced,
  };
};

/**
 * A kind may be served in another version, in another group (`extensions` became `apps` and `networking.k8s.io`) or be written with other
 * letters; else nothing brings it.
 */
const unknownKind = (object: Manifest, discovery: Discovery): UnresolvedKind => {
  const { apiVersion, kind } = object;
  const ofGroup = findKind(discovery, groupOf(apiVersion), kind);
  if (ofGroup !== undefined) {
    const because = `the cluster does not serve ${kind} as ${apiVersion}; it serves ${versionsOf(discovery, ofGroup)}`;
    return { code: 'VERSION_NOT_SERVED', because, namespaced: ofGroup.namespaced };
  }
  const isOwn = (group: string) => isBuiltInGroup(group) && isBuiltInGroup(groupOf(apiVersion));
  const elsewhere = discovery.find((served) => isOwn(served.group) && served.kind.toLowerCase() === kind.toLowerCase());
  const nothing = `the cluster serves no ${kind} of ${apiVersion}`;
  if (elsewhere !== undefined) {
    const because = `${nothing}; it serves ${elsewhere.kind} as ${versionsOf(discovery, elsewhere)}`;
    return { code: 'VERSION_NOT_SERVED', because, namespaced: elsewhere.namespaced };
  }
  const because = `${nothing}, and no CustomResourceDefinition among these objects brings it; add the CRD or install it first`;
  return { code: 'UNKNOWN_KIND', because };
};

/** As what a kind is served: `apps/v1`, the preferred version first where there are several. */
const versionsOf = (discovery: Discovery, { group, kind }: ServedKind): string =>
  discovery
    .filter((served) => served.group === group && served.kind === kind)
    .map(({ version }) => (group === '' ? version : `${group}/${version}`))
    .join(' and ');

/** The kinds that CustomResourceDefinitions among the objects will bring, in the versions that will be served. */
export const promisedKinds = (rendered: RenderedTarget): readonly PromisedKind[] =>
  rendered.services
    .flatMap(({ objects }) => objects)
    .filter(({ object }) => isKind(object, 'apiextensions.k8s.io', 'CustomResourceDefinition'))
    .map(({ object }) => ({
      crd: identityOf(object),
      served: {
        group: textAt(object, 'spec', 'group') ?? '',
        version: '',
        kind: textAt(object, 'spec', 'names', 'kind') ?? '',
        plural: textAt(object, 'spec', 'names', 'plural') ?? '',
        namespaced: textAt(object, 'spec', 'scope') === 'Namespaced',
      },
      versions: listAt(object, 'spec', 'versions').flatMap((version) =>
        at(version, 'served') === false ? [] : [textAt(version, 'name') ?? ''],
      ),
    }));
