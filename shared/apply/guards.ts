import type { ObjectId } from '../rollout/plan.ts';
import type { Manifest } from '../rollout/release.ts';
import { autoscalerTargets } from './autoscaled.ts';
import { at, isObject, objectAt } from './fields.ts';
import { isKind } from './object-id.ts';

interface Guardable {
  readonly id: ObjectId;
  readonly manifest: Manifest;
}

/**
 * What stands guard over a workload of the same set: the PodDisruptionBudgets that select its pods, and its autoscaler. They are there
 * before it, so that its first pods are counted and its replicas never pass through a number nobody asked for.
 */
export const guardsOf = (objects: readonly Guardable[]): ReadonlyMap<ObjectId, readonly ObjectId[]> => {
  const budgets = objects.filter(({ manifest }) => isKind(manifest, 'policy', 'PodDisruptionBudget'));
  const autoscalers = objects.flatMap(({ id, manifest }) =>
    autoscalerTargets(manifest).map((target) => ({ id, target })),
  );
  if (budgets.length + autoscalers.length === 0) return new Map();
  return new Map(
    objects.flatMap(({ id, manifest }): (readonly [ObjectId, readonly ObjectId[]])[] => {
      const labels = at(manifest, 'spec', 'template', 'metadata', 'labels');
      const found = [
        ...(isObject(labels) ? budgets.filter((budget) => isSelected(manifest, labels, budget.manifest)) : []),
        ...autoscalers.filter(({ target }) => target === id),
      ];
      return found.length === 0 ? [] : [[id, found.map((guard) => guard.id)]];
    }),
  );
};

/** By `matchLabels` alone: a selector of expressions guards all the same, and only its place in the order is left to its kind. */
const isSelected = (workload: Manifest, labels: Readonly<Record<string, unknown>>, budget: Manifest): boolean => {
  const selected = Object.entries(objectAt(budget, 'spec', 'selector', 'matchLabels'));
  return (
    budget.metadata.namespace === workload.metadata.namespace &&
    selected.length > 0 &&
    selected.every(([name, value]) => labels[name] === value)
  );
};
