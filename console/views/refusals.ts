import type { Refusal } from '../../shared/apply/refusals.ts';
import type { PlannedOne } from '../../shared/wave/plan-one.ts';

/** Why targets can not be planned, each reason once with its targets. */
export interface RefusalGroup extends Refusal {
  readonly targets: readonly string[];
}

/** Every refusal of every target, in the order of the first target that gives it. Pure. */
export const groupRefusals = (previews: ReadonlyMap<string, PlannedOne>): readonly RefusalGroup[] => {
  const groups = new Map<string, RefusalGroup>();
  for (const [target, preview] of previews) {
    for (const refusal of preview.status === 'refused' ? preview.refusals : []) {
      const { code, object, because } = refusal;
      const key = JSON.stringify([code, object, because]);
      groups.set(key, { ...refusal, targets: [...(groups.get(key)?.targets ?? []), target] });
    }
  }
  return [...groups.values()];
};
