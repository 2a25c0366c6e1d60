import type { ObjectId } from '../../rollout/plan.ts';
import type { RenderedTarget } from '../../rollout/release.ts';
import { getObject } from '../api-requests.ts';
import { applySetId, partOfLabel } from '../apply-set.ts';
import { type Desired, type DesiredObject, resolveDesired } from '../desired.ts';
import { discover, pathOf, rediscover } from '../discovery.ts';
import { inFlight } from '../in-flight.ts';
import type { Collection } from '../list-collection.ts';
import type { LiveObject } from '../live-object.ts';
import { isAppliedOtherwise } from '../managed-fields.ts';
import { objectId } from '../object-id.ts';
import { overtakenSince } from '../overtaken.ts';
import type { RuleOf } from '../settled/settled-by-rule.ts';
import { failed, inProgress } from '../settled/settled-rules.ts';
import type { Progress } from '../slice.ts';
import { type Following, type FollowingOutside, followCollections } from '../watch/follow-collections.ts';
import { assessLanding, type Landing } from './assess-landing.ts';
import type { Judged } from './assess-workload.ts';
import { followPods } from './follow-pods.ts';
import { judgeLandings, rememberTrouble } from './judge-landings.ts';

/** What was applied, and where. */
export interface Applied {
  readonly rendered: RenderedTarget;
  readonly namespace: string;
  readonly progress: Progress;
  /** Of kinds that the built-in rules do not know, or not well enough; compiled by who has any, since CEL is loaded for it. */
  readonly ruleOf?: RuleOf;
  /** Nobody holds a lease: what another Tidegate has applied to an object since is looked for, and is a failure. */
  readonly isFree?: true;
}

/** A set since it was applied, as long as it is open. */
export interface FollowedSet extends Pick<Following, 'changed' | 'polled' | 'close'> {
  /** What has become of every object by now. @throws ClusterUnreachable, AccessRefused, ApiServerRefused. */
  look(): Promise<readonly Judged[]>;
}

/** What no list and no watch shows is asked for by itself, and asked for again after so long. */
const askAgainMs = 2000;

/**
 * Follows everything a set consists of: one LIST per kind and namespace, by the label of its sets; from the first wait on one WATCH
 * for each; beside them the pods of workloads that are not ready, or were only just written. Reads only, and keeps nothing when it is
 * closed, which every caller owes. @throws ClusterUnreachable, AccessRefused, ApiServerRefused when the set can not be read.
 */
export const followLandings = async (applied: Applied, outside: FollowingOutside): Promise<FollowedSet> => {
  const following = followCollections(outside);
  try {
    const members = followMembers(applied, following, outside);
    const judge = judgeLandings(followPods(following), outside, rememberTrouble());
    await members.open();
    return {
      look: async () => {
        const { landings, live } = await members.read();
        return judge(landings, live);
      },
      changed: following.changed,
      polled: following.polled,
      close: following.close,
    };
  } catch (error) {
    await following.close();
    throw error;
  }
};

interface Members {
  readonly landings: readonly Landing[];
  readonly live: ReadonlyMap<ObjectId, LiveObject>;
}

/** The objects of a set: followed by collection, asked for by name where no collection has them. */
const followMembers = (
  { rendered, namespace, progress, isFree, ruleOf = () => ({}) }: Applied,
  following: Following,
  outside: FollowingOutside,
) => {
  const { cluster, clock, signal } = outside;
  const opened = new Map<string, () => Iterable<readonly [ObjectId, LiveObject]>>();
  const strays = new Map<ObjectId, { readonly askedAt: number; readonly object: LiveObject | undefined }>();
  const ids = rendered.services.map(({ service }) => applySetId(service, namespace));
  const selector = encodeURIComponent(`${partOfLabel} in (${[...ids].sort().join(',')})`);
  let desired: Desired = { objects: [], jobs: [], refusals: [] };
  let resolvedAt = 0;

  const resolve = async (isAgain: boolean): Promise<void> => {
    const discovery = await (isAgain ? rediscover : discover)(cluster, signal);
    desired = resolveDesired(rendered, discovery, namespace);
    resolvedAt = clock.now();
    const collections = collectionsOf(desired.objects, selector).filter(({ path }) => !opened.has(path));
    await inFlight(collections, async (collection) => {
      const follower = await following.follow(collection);
      opened.set(collection.path, () => identified(collection, follower.objects()));
    });
  };

  const askFor = async ({ id, served, manifest }: DesiredObject): Promise<LiveObject | undefined> => {
    const known = strays.get(id);
    if (known !== undefined && clock.now() - known.askedAt < askAgainMs) return known.object;
    const path = pathOf(served, manifest.metadata.namespace ?? '', manifest.metadata.name);
    const object = await getObject(cluster, path, signal);
    strays.set(id, { askedAt: clock.now(), object });
    return object;
  };

  return {
    open: async () => {
      await resolve(false);
      if (desired.objects.some(({ isServed }) => !isServed)) await resolve(true);
    },
    read: async (): Promise<Members> => {
      const isWaitingForKind = desired.objects.some(({ isServed }) => !isServed);
      if (isWaitingForKind && clock.now() - resolvedAt >= askAgainMs) await resolve(true);
      const live = new Map([...opened.values()].flatMap((read) => [...read()]));
      const missing = desired.objects.filter(({ id, isServed }) => isServed && !live.has(id));
      await inFlight(missing, async (object) => {
        const found = await askFor(object);
        if (found !== undefined) live.set(object.id, found);
      });
      const now = clock.now();
      const landings = desired.objects.map(({ id, served, isServed, manifest }) => {
        const object = live.get(id);
        if (!isServed) return notServed(id);
        if (isFree && object !== undefined && progress[id] !== undefined && isAppliedOtherwise(manifest, object)) {
          return appliedOtherwise(id);
        }
        return assessLanding(id, object, progress[id], now, { ...served, ...ruleOf(served) });
      });
      return { landings: [...landings, ...unresolved(desired)], live };
    },
  };
};

const collectionsOf = (objects: readonly DesiredObject[], selector: string): readonly Collection[] => {
  const collections = new Map<string, Collection>();
  for (const { served, isServed, manifest } of objects) {
    const path = `${pathOf(served, manifest.metadata.namespace ?? '')}?labelSelector=${selector}`;
    if (isServed) collections.set(path, { served, path });
  }
  return [...collections.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
};

const identified = function* (
  { served: { group, kind } }: Collection,
  objects: Iterable<LiveObject>,
): Generator<readonly [ObjectId, LiveObject]> {
  for (const object of objects) {
    const { namespace = '', name } = object.metadata;
    yield [objectId({ group, kind, namespace, name }), object];
  }
};

const notServed = (id: ObjectId): Landing => ({
  id,
  isStale: false,
  settled: inProgress('NotServed', 'the API server does not serve its kind yet'),
});

const appliedOtherwise = (id: ObjectId): Landing => ({
  id,
  isStale: false,
  settled: failed('Overtaken', overtakenSince),
});

/** What can no longer be found out, such as an object whose kind is not served any more, is no reason to call a set settled. */
const unresolved = ({ refusals }: Desired): readonly Landing[] =>
  refusals.flatMap(({ object, because }) =>
    object === undefined ? [] : [{ id: object, isStale: false, settled: failed('NotResolved', because) }],
  );
