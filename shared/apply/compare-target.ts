import type { Cluster } from '../clouds/cluster.ts';
import { canonicalJson, digestOf } from '../rollout/digest.ts';
import type { ObjectId, PlannedObject, TargetPlan } from '../rollout/plan.ts';
import type { RenderedTarget } from '../rollout/release.ts';
import { ApiServerRefused, getObject } from './api-requests.ts';
import { type ComparedObject, compareObject, isRefusal, plannedObject } from './compare-object.ts';
import { type Desired, type DesiredJob, type DesiredObject, resolveDesired } from './desired.ts';
import { discover, rediscover } from './discovery.ts';
import { grantIt, wayOutOf } from './explain-forbidden.ts';
import { inFlight } from './in-flight.ts';
import { lastWritten } from './last-written.ts';
import { lintObjects } from './lint/lint-objects.ts';
import { outagesOf } from './lint/outages.ts';
import type { LiveObject } from './live-object.ts';
import { needsOf } from './needs.ts';
import { objectId } from './object-id.ts';
import { type ApplyOrder, orderObjects } from './order-objects.ts';
import { orderPrunes, whyKept } from './order-prunes.ts';
import { type Member, type OwnSet, readDesired, readSets, setIds } from './read-live.ts';
import type { Refusal } from './refusals.ts';

export interface ComparedTarget {
  /** Jobs around the deployment, which are no members of the set. */
  readonly jobs: readonly DesiredJob[];
  /** In apply order. */
  readonly objects: readonly ComparedObject[];
  readonly order: ApplyOrder;
  /** Members that are no longer wanted and may go, in the order they go. */
  readonly prunes: readonly Member[];
  /** Members that are no longer wanted and stay: they hold state, or say so, or have another owner. */
  readonly kept: readonly Member[];
  readonly sets: readonly OwnSet[];
  /** Whether the namespace of the target, where the inventories live, is there. */
  readonly hasNamespace: boolean;
  /** As in `LiveSets`. */
  readonly seenAt?: string;
}

export interface Comparable {
  readonly cluster: Cluster;
  readonly rendered: RenderedTarget;
  readonly namespace: string;
  readonly signal: AbortSignal;
  /** As in `Comparing`. */
  readonly tryCreates: boolean;
  /** Whether findings of severity error refuse the target: when it is planned forward, never when an approved plan is carried out. */
  readonly refuseOutages?: boolean;
  /** Whether a refusal of an object that is there says who wrote it last. */
  readonly namesWriters?: boolean;
  /** Members that an approved plan left standing, because no approval names their delete. */
  readonly kept?: readonly ObjectId[];
}

/**
 * A rendered target beside what is live, whole or not at all: one refusal refuses it, and all are listed. Mistakes that can be told
 * without reading a single object are listed first, by themselves. Requests: discovery (cached), one LIST of inventories, one LIST per
 * kind and namespace in them, one GET per object that is not a member, one dry run per object that is not exactly as it was applied.
 * Nothing is written.
 */
export const compareTarget = async (input: Comparable): Promise<ComparedTarget | readonly Refusal[]> => {
  const { cluster, rendered, namespace, signal } = input;
  try {
    const desired = await resolveAgainst(input);
    const first = objectId({ group: '', kind: 'Namespace', namespace: '', name: namespace });
    const order = orderAround(desired, first);
    const outages = input.refuseOutages === true ? outagesOf(lintObjects([...desired.objects, ...desired.jobs])) : [];
    const mistakes = [...desired.refusals, ...order.refusals, ...outages];
    if (mistakes.length > 0) return mistakes;
    const services = rendered.services.map(({ service }) => service);
    const discovery = await discover(cluster, signal);
    const live = await readSets(cluster, discovery, { target: rendered.target, namespace, services }, signal);
    if (live.refusals.length > 0) return live.refusals;
    const found = await readDesired(cluster, desired.objects, live.members, signal);
    const hasNamespace = live.sets.length > 0 || found.has(first) || (await namespaceExists(input));
    if (!hasNamespace && !desired.objects.some(({ id }) => id === first))
      return [namespaceMissing(rendered, namespace)];
    const ours = setIds(live.sets, services, namespace);
    const absent = new Set(desired.objects.filter(({ id }) => !found.has(id)).map(({ id }) => id));
    const results = await inFlight(inOrder(desired.objects, order), (object) =>
      compareObject(object, found.get(object.id), {
        cluster,
        signal,
        ours,
        // Nothing can be tried in a namespace that comes with the set itself.
        tryCreates: input.tryCreates && !absent.has(namespaceOf(object)),
      }),
    );
    const refusals = results.filter(isRefusal);
    if (refusals.length > 0) return input.namesWriters === true ? refusals.map(withWriter(found)) : refusals;
    const wanted = new Set(desired.objects.map(({ id }) => id));
    const wantedUids = new Set([...found.values()].map((object) => object.metadata.uid));
    const leaving = [...live.members.values()].filter(
      ({ id, object }) => !wanted.has(id) && !wantedUids.has(object.metadata.uid),
    );
    const objects = results.filter((result): result is ComparedObject => !isRefusal(result));
    const { jobs } = desired;
    return { jobs, objects, order, ...orderPrunes(leaving, new Set(input.kept)), sets: live.sets, hasNamespace };
  } catch (error) {
    if (error instanceof ApiServerRefused && error.refused.code === 403) {
      const because = `${error.message}; ${wayOutOf(error.refused) ?? grantIt}`;
      return [{ code: 'FORBIDDEN', because }];
    }
    throw error;
  }
};

const withWriter =
  (found: ReadonlyMap<ObjectId, LiveObject>) =>
  (refusal: Refusal): Refusal => {
    const live = refusal.object === undefined ? undefined : found.get(refusal.object);
    const written = live === undefined ? undefined : lastWritten(live);
    return written === undefined ? refusal : { ...refusal, written };
  };

/** The apply order of a set around its Jobs, which may depend on objects of the set and on nothing else. */
export const orderAround = ({ objects, jobs }: Desired, first: ObjectId): ApplyOrder => {
  const before = new Set(jobs.filter(({ run }) => run === 'before').map(({ id }) => id));
  const order = orderObjects(objects, first, before);
  const ids = new Set(jobs.map(({ id }) => id));
  const { unknown } = needsOf([...objects, ...jobs], first, before);
  const mistakes = unknown.filter(({ object }) => object !== undefined && ids.has(object));
  return { ...order, refusals: [...order.refusals, ...mistakes] };
};

/** A kind that is not in what is known may have come since: the server is asked again before anything is refused. */
export const resolveAgainst = async ({
  cluster,
  rendered,
  namespace,
  signal,
}: Omit<Comparable, 'tryCreates'>): Promise<Desired> => {
  const desired = resolveDesired(rendered, await discover(cluster, signal), namespace);
  const isComplete = desired.objects.every(({ isServed }) => isServed);
  const knowsAll = desired.refusals.every(({ code }) => code !== 'UNKNOWN_KIND' && code !== 'VERSION_NOT_SERVED');
  if (isComplete && knowsAll) return desired;
  return resolveDesired(rendered, await rediscover(cluster, signal), namespace);
};

export const namespaceExists = async ({
  cluster,
  namespace,
  signal,
}: Pick<Comparable, 'cluster' | 'namespace' | 'signal'>): Promise<boolean> =>
  (await getObject(cluster, `/api/v1/namespaces/${encodeURIComponent(namespace)}`, signal)) !== undefined;

export const namespaceMissing = (rendered: RenderedTarget, namespace: string): Refusal => ({
  code: 'NAMESPACE_MISSING',
  because: `${rendered.target}: namespace ${namespace} does not exist; create it, or add a Namespace object to the release`,
});

export const namespaceOf = ({ manifest }: DesiredObject): ObjectId =>
  objectId({ group: '', kind: 'Namespace', namespace: '', name: manifest.metadata.namespace ?? '' });

export const inOrder = (objects: readonly DesiredObject[], { order }: ApplyOrder): readonly DesiredObject[] => {
  const byId = new Map(objects.map((object) => [object.id, object]));
  return order.flatMap((id) => byId.get(id) ?? []);
};

/** What a comparison comes to, object by object: objects in apply order, prunes last. Same state, same bytes. */
export const plannedObjects = (
  compared: ComparedTarget,
  rendered: RenderedTarget,
  release: TargetPlan['release'],
): Omit<TargetPlan, 'restarts'> => ({
  target: rendered.target,
  release,
  rendered: digestOf(canonicalJson(rendered)),
  objects: [...compared.objects.map(plannedObject), ...compared.prunes.map(plannedPrune)],
  ...keptIn(compared),
});

/** An object that another controller owns is that one's, and not told. */
const keptIn = ({ kept }: ComparedTarget): Pick<TargetPlan, 'kept'> => {
  const told = kept
    .map((member) => ({ id: member.id, because: whyKept(member) ?? 'no approval names it', member }) as const)
    .filter(({ because, member }) => because !== 'no approval names it' || !isOwned(member))
    .map(({ id, because }) => ({ id, because }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return told.length === 0 ? {} : { kept: told };
};

const isOwned = ({ object }: Member): boolean => (object.metadata.ownerReferences ?? []).length > 0;

/** A comparison in which these members stay. */
export const keeping = (compared: ComparedTarget, ids: ReadonlySet<ObjectId>): ComparedTarget => ({
  ...compared,
  prunes: compared.prunes.filter(({ id }) => !ids.has(id)),
  kept: [...compared.kept, ...compared.prunes.filter(({ id }) => ids.has(id))],
});

const plannedPrune = ({ id, service, object }: Member): PlannedObject => ({
  id,
  service,
  action: 'prune',
  fields: [],
  uid: object.metadata.uid,
});
