import type { ObjectId } from '../rollout/plan.ts';
import { ApiServerRefused } from './api-requests.ts';
import { type ComparedObject, type Comparing, compareObject, isRefusal } from './compare-object.ts';
import {
  type Comparable,
  type ComparedTarget,
  inOrder,
  namespaceExists,
  namespaceMissing,
  namespaceOf,
  orderAround,
  resolveAgainst,
} from './compare-target.ts';
import type { DesiredObject } from './desired.ts';
import { discover } from './discovery.ts';
import { grantIt, wayOutOf } from './explain-forbidden.ts';
import { explainRefusal } from './explain-refusal.ts';
import { inFlight } from './in-flight.ts';
import type { LiveObject } from './live-object.ts';
import { isKind, objectId } from './object-id.ts';
import { orderPrunes } from './order-prunes.ts';
import { type LiveSets, readDesired, readSets, setIds } from './read-live.ts';
import type { Refusal } from './refusals.ts';

/** A set beside what is live, object by object: one that is refused does not stop the others. */
export interface ComparedEach {
  /** Of single objects; of all where `compared` is absent. */
  readonly refusals: readonly Refusal[];
  /** Without what was refused. */
  readonly compared?: ComparedTarget;
  /** All that is wanted and whose kind is known, what was refused too. */
  readonly desired: readonly DesiredObject[];
}

/**
 * A set that nobody approves a plan of, beside what is live. An object that is no member yet is not looked for: what is sent to create it
 * says that it must not be there (`preconditionsOf`), and only where it is the server is asked for it. What certainly differs is not
 * tried either, unless it is only to be said what would be done (`isDryRun`). So the requests are discovery (cached), one LIST of
 * inventories, one LIST per kind and namespace in them, and one dry run per object that may or may not differ. Nothing is written.
 * @throws ClusterUnreachable, AccessRefused; ApiServerRefused when the set as a whole can not be read.
 */
export const compareEach = async (
  input: Omit<Comparable, 'tryCreates'> & { readonly isDryRun: boolean },
): Promise<ComparedEach> => {
  const { cluster, rendered, namespace, signal, isDryRun } = input;
  const resolved = await resolveAgainst(input);
  const { objects: desired, refusals: mistakes } = resolved;
  const first = objectId({ group: '', kind: 'Namespace', namespace: '', name: namespace });
  const order = orderAround(resolved, first);
  const isRefused = new Set(order.refusals.map(({ object }) => object));
  const services = rendered.services.map(({ service }) => service);
  const live = await readOwn(input, services);
  if (live.refusals.length > 0) return { refusals: live.refusals, desired };
  // Where nothing is tried, what comes with its namespace is not either; where it is, whether that is there must be known.
  const isAsked = ({ manifest }: DesiredObject) => isDryRun && isKind(manifest, '', 'Namespace');
  const found = await readDesired(cluster, desired, live.members, signal, isAsked);
  const hasNamespace = live.sets.length > 0 || found.has(first) || (await mayHaveNamespace(input, first, desired));
  if (!hasNamespace && desired.every(({ id }) => id !== first))
    return { refusals: [...mistakes, namespaceMissing(rendered, namespace)], desired };
  const absent = new Set(desired.filter(({ id }) => !found.has(id)).map(({ id }) => id));
  const free = { cluster, signal, ours: setIds(live.sets, services, namespace), isFree: true } as const;
  const results = await inFlight(inOrder(desired, order), (object) => {
    const isTried = isDryRun && !absent.has(namespaceOf(object));
    const comparing = { ...free, tryCreates: isTried, ...(isDryRun ? {} : { leavesCertain: true as const }) };
    return compareOne(object, found.get(object.id), comparing);
  });
  const wanted = new Set(desired.map(({ id }) => id));
  const wantedUids = new Set([...found.values()].map(({ metadata }) => metadata.uid));
  const leaving = [...live.members.values()].filter(
    ({ id, object }) => !wanted.has(id) && !wantedUids.has(object.metadata.uid),
  );
  const refusals = [...mistakes, ...order.refusals, ...results.filter(isRefusal)];
  const refused = new Set(refusals.map(({ object }) => object));
  return {
    refusals,
    compared: {
      jobs: resolved.jobs.filter(({ id }) => !isRefused.has(id)),
      objects: results.flatMap((result) => (isRefusal(result) || refused.has(result.id) ? [] : [lean(result)])),
      order,
      ...orderPrunes(leaving),
      sets: live.sets,
      hasNamespace,
      ...(live.seenAt === undefined ? {} : { seenAt: live.seenAt }),
    },
    desired,
  };
};

/** Of what stays as it is nobody asks any more who owns it, which is half of all that was read. */
const lean = (object: ComparedObject): ComparedObject => {
  if (object.action !== 'unchanged' || object.live === undefined) return object;
  const { managedFields: _owners, ...metadata } = object.live.metadata;
  return { ...object, live: { ...object.live, metadata } };
};

/** Trouble that the server has with one object is that object's. */
const compareOne = async (
  object: DesiredObject,
  live: LiveObject | undefined,
  comparing: Comparing,
): Promise<ComparedObject | Refusal> => {
  try {
    return await compareObject(object, live, comparing);
  } catch (error) {
    if (!(error instanceof ApiServerRefused)) throw error;
    return explainRefusal(object.id, error.refused);
  }
};

/** Whether the inventory can be written before all else. Where nothing is tried, its write says whether the namespace is there. */
const mayHaveNamespace = async (
  input: Parameters<typeof compareEach>[0],
  first: ObjectId,
  desired: readonly DesiredObject[],
): Promise<boolean> => {
  if (desired.some(({ id }) => id === first)) return false;
  return !input.isDryRun || namespaceExists(input);
};

const readOwn = async (
  { cluster, rendered, namespace, signal }: Parameters<typeof compareEach>[0],
  services: readonly string[],
): Promise<LiveSets> => {
  try {
    const discovery = await discover(cluster, signal);
    return await readSets(cluster, discovery, { target: rendered.target, namespace, services }, signal);
  } catch (error) {
    if (!(error instanceof ApiServerRefused) || error.refused.code !== 403) throw error;
    const because = `${error.message}; ${wayOutOf(error.refused) ?? grantIt}`;
    return { refusals: [{ code: 'FORBIDDEN', because }], sets: [], members: new Map() };
  }
};
