import type { KeptObject, ObjectId } from '../rollout/plan.ts';
import { holdsState } from './object-id.ts';
import { orderObjects } from './order-objects.ts';
import type { Member } from './read-live.ts';

/** Annotations by which an object asks to stay when its set lets it go, as cli-utils and kpt read them. */
const keepAnnotations: readonly (readonly [string, string])[] = [
  ['client.lifecycle.config.k8s.io/deletion', 'detach'],
  ['cli-utils.sigs.k8s.io/on-remove', 'keep'],
];

/**
 * What of the members that are no longer wanted goes, in the reverse of apply order, and what stays: objects that hold state
 * (Namespace, CRD, PersistentVolume and its claim), objects that ask for it, objects of another controller (an EndpointSlice
 * carries the labels of its Service), and those that an approval would have had to name (`unnamed`).
 */
export const orderPrunes = (
  leaving: readonly Member[],
  unnamed: ReadonlySet<ObjectId> = new Set(),
): { readonly prunes: readonly Member[]; readonly kept: readonly Member[] } => {
  const isKept = (member: Member) =>
    whyKept(member) !== undefined ||
    unnamed.has(member.id) ||
    (member.object.metadata.ownerReferences ?? []).length > 0;
  const going = leaving.filter((member) => !isKept(member));
  const byId = new Map(going.map((member) => [member.id, member]));
  const ordered = orderObjects(going.map(({ id, object }) => ({ id, manifest: object, serviceOrder: 0 }))).order;
  // What stands in a circle of depends-on has no order; it goes first, as nothing is known to need it.
  const rest = going.map(({ id }) => id).filter((id) => !ordered.includes(id));
  return {
    prunes: [...rest.sort(), ...[...ordered].reverse()].flatMap((id) => byId.get(id) ?? []),
    kept: leaving.filter(isKept),
  };
};

/** Why an object stays whatever the release says; `undefined` where nothing of it says so. */
export const whyKept = ({ served, object }: Member): KeptObject['because'] | undefined => {
  if (holdsState(served)) return 'holds state';
  const asks = keepAnnotations.some(([name, value]) => object.metadata.annotations?.[name] === value);
  return asks ? 'asks to stay' : undefined;
};
