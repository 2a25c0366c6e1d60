import { spoken } from '../../shared/apply/object-id.ts';
import type { KeptObject, TargetPlan } from '../../shared/rollout/plan.ts';
import { gatherAlike } from './gather-alike.ts';

/** An object that is no longer in the release and stays all the same, with the targets where it does. */
export interface KeptGroup extends KeptObject {
  readonly spoken: string;
  readonly targets: readonly string[];
}

/** What several plans leave behind, each object once for each reason. Pure. */
export const groupKept = (plans: readonly TargetPlan[]): readonly KeptGroup[] =>
  gatherAlike(
    plans.flatMap(({ target, kept = [] }) => kept.map((each) => [target, each] as const)),
    ({ because, id }) => `${because} ${id}`,
  ).map(({ item, targets }) => ({ ...item, spoken: spoken(item.id), targets }));
