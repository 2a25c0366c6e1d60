import type { ObjectId } from '../../rollout/plan.ts';
import type { ComparedTarget } from '../compare-target.ts';
import { objectId, parseObjectId } from '../object-id.ts';
import { podReferencesOf, podSpecsOf } from '../pod-references.ts';
import { assessSettled } from '../settled/assess-settled.ts';

/** Kinds that pods read when they start or while they run. */
const readByPods = ['ConfigMap', 'Secret', 'ServiceAccount'];

/**
 * What is to be removed but may still be read by pods of before, where nobody waits until the workloads have moved on: what the template
 * of a workload that was just written referred to, and, of a workload that is still moving, whatever it may have referred to.
 */
export const assessHeld = ({ objects, prunes }: ComparedTarget, now: number): ReadonlySet<ObjectId> => {
  const held = new Set<ObjectId>();
  const moving = new Set<string>();
  for (const { action, live, served } of objects) {
    if (live === undefined || podSpecsOf(live).length === 0) continue;
    const { namespace = '' } = live.metadata;
    for (const { kind, name } of action === 'unchanged' ? [] : podReferencesOf(live)) {
      held.add(objectId({ group: '', kind, namespace, name }));
    }
    if (assessSettled(live, now, served).status !== 'ready') moving.add(namespace);
  }
  const isHeld = (id: ObjectId) => {
    const { group, kind, namespace } = parseObjectId(id);
    return held.has(id) || (group === '' && readByPods.includes(kind) && moving.has(namespace));
  };
  return new Set(prunes.map(({ id }) => id).filter(isHeld));
};
