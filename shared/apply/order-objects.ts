import { brief } from '../rollout/outcome.ts';
import type { ObjectId } from '../rollout/plan.ts';
import type { DesiredObject } from './desired.ts';
import { guardsOf } from './guards.ts';
import { compareKinds, isWebhookConfiguration } from './kind-order.ts';
import { needsOf } from './needs.ts';
import { spoken } from './object-id.ts';
import type { Refusal } from './refusals.ts';

type Orderable = Pick<DesiredObject, 'id' | 'serviceOrder' | 'manifest' | 'crd'>;

/** The apply order of a set: which object is begun before which, and what an object waits for. */
export interface ApplyOrder {
  /** Every object once; each stands behind all it waits for. */
  readonly order: readonly ObjectId[];
  /** What must have been applied; where one of these fails, the object is skipped. */
  readonly needs: ReadonlyMap<ObjectId, readonly ObjectId[]>;
  /** What must have ended, well or badly, before. */
  readonly after: ReadonlyMap<ObjectId, readonly ObjectId[]>;
  /** Dependencies that lead nowhere or in a circle. */
  readonly refusals: readonly Refusal[];
}

/**
 * Orders a set by its dependencies (CRD before its objects, Namespace before its members, role before binding, what a pod template
 * refers to and what guards it before the workload, `config.kubernetes.io/depends-on`), and where those leave a choice by kind, then
 * service order, then identity. Custom objects come after all CRDs, so that one wait serves them all; webhook configurations after everything,
 * so that no webhook is asked before its server was applied. `first` (the set's own namespace) comes before all. `before`: Jobs that
 * have run when anything of the set but what they need is begun.
 */
export const orderObjects = (
  objects: readonly Orderable[],
  first?: ObjectId,
  before?: ReadonlySet<ObjectId>,
): ApplyOrder => {
  const { needs, unknown } = needsOf(objects, first, before);
  const preferred = [...objects].sort(compareObjects).map((object) => object.id);
  const orderWith = (guards: ReadonlyMap<ObjectId, readonly ObjectId[]>) => {
    const after = endsBefore(objects, guards);
    return { after, order: sortByNeeds(preferred, (id) => [...(needs.get(id) ?? []), ...(after.get(id) ?? [])]) };
  };
  const guarded = orderWith(guardsOf(objects));
  // That guards come first is a preference, which gives way where the set itself says otherwise.
  const { order, after } = guarded.order.length === preferred.length ? guarded : orderWith(new Map());
  const placed = new Set(order);
  const circle = preferred.filter((id) => !placed.has(id));
  return { order, needs, after, refusals: [...unknown, ...circularRefusals(circle)] };
};

/** Each time the first of the preferred whose needs are placed; what waits for itself is left out. */
const sortByNeeds = (
  preferred: readonly ObjectId[],
  needsOf: (id: ObjectId) => readonly ObjectId[],
): readonly ObjectId[] => {
  const open = preferred.map((id) => new Set(needsOf(id)).size);
  const waiting = new Map<ObjectId, number[]>();
  for (const [index, id] of preferred.entries()) {
    for (const need of new Set(needsOf(id))) {
      const known = waiting.get(need);
      if (known === undefined) waiting.set(need, [index]);
      else known.push(index);
    }
  }
  const order: ObjectId[] = [];
  // Places whose needs are met, highest last, so that the first is taken off the end.
  const ready = preferred.flatMap((_, index) => (open[index] === 0 ? [index] : [])).reverse();
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    const id = preferred[index];
    if (id === undefined) break;
    order.push(id);
    for (const each of waiting.get(id) ?? []) {
      const left = (open[each] ?? 0) - 1;
      open[each] = left;
      if (left === 0) ready.splice(placeFor(ready, each), 0, each);
    }
  }
  return order;
};

/** Where a number goes in a list that falls. */
const placeFor = (falling: readonly number[], value: number): number => {
  let [low, high] = [0, falling.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((falling[middle] ?? 0) > value) low = middle + 1;
    else high = middle;
  }
  return low;
};

const compareObjects = (a: Orderable, b: Orderable): number =>
  compareKinds(a.manifest, b.manifest) || a.serviceOrder - b.serviceOrder || (a.id < b.id ? -1 : 1);

/** What must have ended before each object, whether well or not. */
const endsBefore = (
  objects: readonly Orderable[],
  guards: ReadonlyMap<ObjectId, readonly ObjectId[]>,
): ReadonlyMap<ObjectId, readonly ObjectId[]> => {
  const defining = new Set(objects.map(({ crd }) => crd));
  const definitions = objects.map(({ id }) => id).filter((id) => defining.has(id));
  const allElse = objects.filter(({ manifest }) => !isWebhookConfiguration(manifest)).map(({ id }) => id);
  return new Map(
    objects.map(({ id, crd, manifest }) => [
      id,
      crd !== undefined ? definitions : isWebhookConfiguration(manifest) ? allElse : (guards.get(id) ?? []),
    ]),
  );
};

const circularRefusals = (circle: readonly ObjectId[]): readonly Refusal[] =>
  circle.map((object) => ({
    code: 'DEPENDENCY_CYCLE',
    object,
    because: brief(
      `${spoken(object)} waits for itself, through or behind ${circle.map(spoken).join(', ')}; remove a depends-on`,
    ),
  }));
