import type { Refusal } from '../../shared/apply/refusals.ts';
import type { PlannedOne } from '../../shared/wave/plan-one.ts';
import { gatherAlike } from './gather-alike.ts';

/** Why targets can not be planned, each reason once with its targets. */
export interface RefusalGroup extends Refusal {
  readonly targets: readonly string[];
}

/** Every refusal of every target, in the order of the first target that gives it. Pure. */
export const groupRefusals = (previews: ReadonlyMap<string, PlannedOne>): readonly RefusalGroup[] =>
  gatherAlike(
    [...previews].flatMap(([target, preview]) =>
      preview.status === 'refused' ? preview.refusals.map((refusal) => [target, refusal] as const) : [],
    ),
    ({ code, object, because }) => JSON.stringify([code, object, because]),
  ).map(({ item, targets }) => ({ ...item, targets }));
