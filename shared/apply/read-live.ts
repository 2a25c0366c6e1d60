import type { Cluster } from '../clouds/cluster.ts';
import type { ObjectId } from '../rollout/plan.ts';
import { getObject } from './api-requests.ts';
import { type ApplySet, applySetId, idLabel, parentName, partOfLabel, readParent, type SetPlace } from './apply-set.ts';
import type { DesiredObject } from './desired.ts';
import { type Discovery, findKind, pathOf, type ServedKind } from './discovery.ts';
import { inFlight } from './in-flight.ts';
import { type Collection, listCollection } from './list-collection.ts';
import type { LiveObject } from './live-object.ts';
import { objectId, spoken } from './object-id.ts';
import type { Refusal } from './refusals.ts';

/** An object that is there and carries the label of one of our sets. */
export interface Member {
  readonly id: ObjectId;
  readonly service: string;
  readonly served: ServedKind;
  readonly object: LiveObject;
}

/** A set of ours, with its parent as it is. */
export interface OwnSet extends ApplySet {
  readonly parent: LiveObject;
}

/** The sets of one target: what their parents say, and who is in them. */
export interface LiveSets {
  readonly sets: readonly OwnSet[];
  readonly members: ReadonlyMap<ObjectId, Member>;
  /** Parents under our names that are somebody else's. */
  readonly refusals: readonly Refusal[];
  /** The one resourceVersion that all of it was listed at; absent where something was written to the cluster in between. */
  readonly seenAt?: string;
}

/** Reads the sets of a target: one LIST of parents, then one LIST per kind and namespace that these name. */
export const readSets = async (
  cluster: Cluster,
  discovery: Discovery,
  place: SetPlace,
  signal: AbortSignal,
): Promise<LiveSets> => {
  const { sets, refusals, seenAt } = await readParents(cluster, place, signal);
  const ids = new Map(sets.map((set) => [set.id, set.service]));
  const collections = collectionsOf(sets, discovery, place.namespace);
  const selector = encodeURIComponent(`${partOfLabel} in (${[...ids.keys()].sort().join(',')})`);
  const found = await inFlight(collections, async ({ served, namespace }) => {
    const path = served.namespaced ? pathOf(served, namespace) : pathOf(served, '');
    const listed = await listCollection(cluster, { served, path: `${path}?labelSelector=${selector}` }, signal);
    const members = listed.objects.map(
      (object): Member => ({
        id: identify(served, object),
        service: ids.get(object.metadata.labels?.[partOfLabel] ?? '') ?? '',
        served,
        object,
      }),
    );
    return { members, seenAt: listed.resourceVersion };
  });
  const members = new Map(found.flatMap((each) => each.members).map((member) => [member.id, member]));
  const isOne = found.every((each) => each.seenAt === seenAt);
  return { sets, refusals, members, ...(isOne ? { seenAt } : {}) };
};

/** The parents in a namespace, told apart into ours and others that stand under the name of one of `services`. */
const readParents = async (
  cluster: Cluster,
  place: SetPlace,
  signal: AbortSignal,
): Promise<Pick<LiveSets, 'sets' | 'refusals'> & { readonly seenAt: string }> => {
  const path = `${pathOf(configMaps, place.namespace)}?labelSelector=${encodeURIComponent(idLabel)}`;
  const sets: OwnSet[] = [];
  const refusals: Refusal[] = [];
  const wanted = new Set(place.services.map(parentName));
  const listed = await listCollection(cluster, { served: configMaps, path }, signal);
  for (const parent of listed.objects) {
    const read = readParent(parent, place);
    if (!('foreign' in read)) sets.push({ ...read, parent });
    else if (wanted.has(parent.metadata.name)) {
      const object = identify(configMaps, parent);
      refusals.push({
        code: 'FOREIGN_SET',
        object,
        because: `${spoken(object)}, the inventory of the service, ${read.foreign}; rename the service or remove the inventory`,
      });
    }
  }
  return { sets, refusals, seenAt: listed.resourceVersion };
};

export const configMaps: ServedKind = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};

/** Every collection that may hold a member; a kind that is no longer served has none. */
const collectionsOf = (
  sets: readonly ApplySet[],
  discovery: Discovery,
  namespace: string,
): readonly { readonly served: ServedKind; readonly namespace: string }[] => {
  const collections = new Map<string, { served: ServedKind; namespace: string }>();
  for (const set of sets) {
    for (const { group, kind } of set.kinds) {
      const served = findKind(discovery, group, kind);
      if (served === undefined) continue;
      for (const each of served.namespaced ? [namespace, ...set.namespaces] : ['']) {
        collections.set(`${each}/${group}/${kind}`, { served, namespace: each });
      }
    }
  }
  return [...collections.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, collection]) => collection);
};

/** All objects behind a path. A collection that is not there is empty. @throws ApiServerRefused. */
export const list = async (
  cluster: Cluster,
  served: Collection['served'],
  path: string,
  signal: AbortSignal,
): Promise<readonly LiveObject[]> => (await listCollection(cluster, { served, path }, signal)).objects;

const identify = (served: ServedKind, object: LiveObject): ObjectId =>
  objectId({
    group: served.group,
    kind: served.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
  });

/**
 * The live form of every desired object that exists: members as they were listed, the others asked for one by one, unless `isAsked` says
 * that one need not be. A member listed at another version than the desired one is asked for again, since managedFields speak of one
 * version.
 */
export const readDesired = async (
  cluster: Cluster,
  desired: readonly DesiredObject[],
  members: ReadonlyMap<ObjectId, Member>,
  signal: AbortSignal,
  isAsked: (object: DesiredObject) => boolean = () => true,
): Promise<ReadonlyMap<ObjectId, LiveObject>> => {
  const found = await inFlight(desired, async (object) => {
    const { id, served, isServed, manifest } = object;
    const member = members.get(id);
    if (member?.served.version === served.version) return [id, member.object] as const;
    if (member === undefined && !isAsked(object)) return [id, undefined] as const;
    const { name, namespace = '' } = manifest.metadata;
    return [id, isServed ? await getObject(cluster, pathOf(served, namespace, name), signal) : undefined] as const;
  });
  return new Map(found.flatMap(([id, object]) => (object === undefined ? [] : [[id, object] as const])));
};

/** Ids of the sets a target may have members in: those that are there and those of the services that will be. */
export const setIds = (
  sets: readonly ApplySet[],
  services: readonly string[],
  namespace: string,
): ReadonlySet<string> =>
  new Set([...sets.map((set) => set.id), ...[...new Set(services)].map((service) => applySetId(service, namespace))]);
