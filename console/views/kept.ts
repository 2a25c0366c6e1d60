import { spoken } from '../../shared/apply/object-id.ts';
import type { KeptObject, TargetPlan } from '../../shared/rollout/plan.ts';

/** An object that is no longer in the release and stays all the same, with the targets where it does. */
export interface KeptGroup extends KeptObject {
  readonly spoken: string;
  readonly targets: readonly string[];
}

/** What several plans leave behind, each object once for each reason. Pure. */
export const groupKept = (plans: readonly TargetPlan[]): readonly KeptGroup[] => {
  const groups = new Map<string, KeptGroup>();
  for (const { target, kept = [] } of plans) {
    for (const each of kept) {
      const key = `${each.because} ${each.id}`;
      const targets = [...(groups.get(key)?.targets ?? []), target];
      groups.set(key, { ...each, spoken: spoken(each.id), targets });
    }
  }
  return [...groups.values()];
};
