import { brief } from '../rollout/outcome.ts';
import type { ObjectId } from '../rollout/plan.ts';
import type { DesiredObject } from './desired.ts';
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
 * refers to before the workload, `config.kubernetes.io/depends-on`), and where those leave a choice by kind, then service order,
 * then identity. Custom objects come after all CRDs, so that one wait serves them all; webhook configurations after everything,
 * so that no webhook is asked before its server was applied. `first` (the set's own namespace) comes before all. `before`: Jobs
 * that have run when anything of the set but what they need is begun.
 */
export const orderObjects = (
  objects: readonly Orderable[],
  first?: ObjectId,
  before?: ReadonlySet<ObjectId>,
): ApplyOrder => {
  const { needs, unknown } = needsOf(objects, first, before);
  const after = new Map(objects.map((object) => [object.id, endsBefore(object, objects)]));
  const preferred = [...objects].sort(compareObjects).map((object) => object.id);
  const order: ObjectId[] = [];
  const placed = new Set<ObjectId>();
  const waitsFor = (id: ObjectId) => [...(needs.get(id) ?? []), ...(after.get(id) ?? [])];
  for (;;) {
    const next = preferred.find((id) => !placed.has(id) && waitsFor(id).every((before) => placed.has(before)));
    if (next === undefined) break;
    placed.add(next);
    order.push(next);
  }
  const circle = preferred.filter((id) => !placed.has(id));
  return { order, needs, after, refusals: [...unknown, ...circularRefusals(circle)] };
};

const compareObjects = (a: Orderable, b: Orderable): number =>
  compareKinds(a.manifest, b.manifest) || a.serviceOrder - b.serviceOrder || (a.id < b.id ? -1 : 1);

const endsBefore = (object: Orderable, all: readonly Orderable[]): readonly ObjectId[] => {
  if (object.crd !== undefined) {
    const defining = new Set(all.map((each) => each.crd));
    return all.filter((each) => defining.has(each.id)).map((each) => each.id);
  }
  if (!isWebhookConfiguration(object.manifest)) return [];
  return all.filter((each) => !isWebhookConfiguration(each.manifest)).map((each) => each.id);
};

const circularRefusals = (circle: readonly ObjectId[]): readonly Refusal[] =>
  circle.map((object) => ({
    code: 'DEPENDENCY_CYCLE',
    object,
    because: brief(
      `${spoken(object)} waits for itself, through or behind ${circle.map(spoken).join(', ')}; remove a depends-on`,
    ),
  }));
