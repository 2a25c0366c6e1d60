import type { LaterEffect, RestartPlan, WaitingEffect } from '../../rollout/restarts.ts';
import { outdatedPods, podsOf } from './assess-restart.ts';
import type { AssessedWorkload } from './plan-restarts.ts';

/**
 * What running pods do not have and no restart of the plan gives them: new with the plan, or waiting since an earlier rollout. A change
 * that takes a waiting one back to what the pods have is neither.
 */
export const findLaterEffects = (
  assessed: readonly AssessedWorkload[],
  waiting: readonly WaitingEffect[],
): Pick<RestartPlan, 'later' | 'waiting'> => {
  const found = assessed
    .filter(({ workload, effect }) => effect.is !== 'restart' && isRunning(workload))
    .map((each) =>
      ofWorkload(
        each,
        waiting.filter(({ effect }) => effect.workload === each.workload.id),
      ),
    );
  return { later: found.flatMap(({ later }) => later), waiting: found.flatMap((each) => each.waiting) };
};

const isRunning = ({ live }: AssessedWorkload['workload']): boolean => live !== undefined && podsOf(live) > 0;

const ofWorkload = (
  { workload: { id, live }, effect, configs }: AssessedWorkload,
  known: readonly WaitingEffect[],
): Pick<RestartPlan, 'later' | 'waiting'> => {
  const later: LaterEffect[] = [];
  const still: WaitingEffect[] = [];
  const held = known.filter((each) => 'paths' in each.effect);
  if (effect.is === 'held') later.push({ workload: id, how: effect.how, paths: effect.paths });
  else if (live !== undefined && outdatedPods(live) > 0) still.push(...held);
  for (const { isChanged, how, object, keys, was, becomes } of configs) {
    const before = known.find((each) => 'object' in each.effect && each.effect.object === object);
    const earlier = before !== undefined && 'object' in before.effect ? before.effect : undefined;
    const had = earlier?.was ?? was;
    if (had === becomes) continue;
    const all = [...new Set([...(earlier?.keys ?? []), ...keys])].sort();
    if (isChanged) later.push({ workload: id, how, object, keys: all, was: had, becomes });
    else if (before !== undefined) still.push(before);
  }
  return { later, waiting: still };
};
