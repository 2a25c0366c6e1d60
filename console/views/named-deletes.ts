import { parseObjectId, spoken } from '../../shared/apply/object-id.ts';
import type { ObjectId, PlannedObject, TargetPlan } from '../../shared/rollout/plan.ts';
import { gatherAlike } from './gather-alike.ts';

/** What an approval has to name, for people to read: each object with where it goes, and how many there are of which kind. */
export interface NamedView {
  readonly count: number;
  /** Most first. */
  readonly kinds: readonly { readonly kind: string; readonly count: number }[];
  readonly objects: readonly NamedObject[];
}

export interface NamedObject {
  readonly object: ObjectId;
  readonly spoken: string;
  /** `prune`: gone for good; `recreate`: gone, and made anew. */
  readonly action: PlannedObject['action'];
  readonly targets: readonly string[];
}

/** The deletes of a wave that an approval has to name, each object once with its targets; `undefined` where there are none. Pure. */
export const namedView = (
  planned: readonly { readonly plan: TargetPlan; readonly named: readonly ObjectId[] }[],
): NamedView | undefined => {
  const found = planned.flatMap(({ plan, named }) => {
    const actions = new Map(plan.objects.map(({ id, action }) => [id, action]));
    return named.map((object) => [plan.target, { object, action: actions.get(object) ?? 'prune' }] as const);
  });
  const listed = gatherAlike(found, ({ object, action }) => `${action} ${object}`).map(
    ({ item: { object, action }, targets }): NamedObject => ({ object, spoken: spoken(object), action, targets }),
  );
  if (listed.length === 0) return undefined;
  const kinds = new Map<string, number>();
  for (const { object, targets } of listed) {
    const { kind } = parseObjectId(object);
    kinds.set(kind, (kinds.get(kind) ?? 0) + targets.length);
  }
  return {
    count: listed.reduce((sum, { targets }) => sum + targets.length, 0),
    kinds: [...kinds]
      .map(([kind, count]) => ({ kind, count }))
      .sort((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1)),
    objects: listed,
  };
};
