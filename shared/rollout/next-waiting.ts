import type { ObjectId } from './plan.ts';
import type { LaterEffect, RestartPlan, WaitingEffect } from './restarts.ts';

/** The rollout that a change came with. */
export type BroughtBy = Pick<WaitingEffect, 'rollout' | 'commit' | 'at'>;

/**
 * What waits for a restart on a target once a deployment has ended. | all of it was carried out: what its plan says waits, and what it
 * brings that no restart gave the pods | some of it may have been: that too, and what waited before but of workloads that restarted |
 */
export const nextWaiting = (
  before: readonly WaitingEffect[],
  plan: Pick<RestartPlan, 'later' | 'waiting'>,
  ended: { readonly isDeployed: boolean; readonly restarted: ReadonlySet<ObjectId> },
  by: BroughtBy,
): readonly WaitingEffect[] => {
  const brought = plan.later.map((effect): WaitingEffect => ({ effect, ...by }));
  const kept = ended.isDeployed ? plan.waiting : before.filter(({ effect }) => !ended.restarted.has(effect.workload));
  return [...kept.filter(({ effect }) => !plan.later.some((later) => isSame(later, effect))), ...brought];
};

const isSame = (a: LaterEffect, b: LaterEffect): boolean =>
  a.workload === b.workload &&
  ('object' in a && 'object' in b ? a.object === b.object : !('object' in a) && !('object' in b));
