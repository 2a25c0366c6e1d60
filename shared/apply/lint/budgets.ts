import { objectAt, textAt } from '../fields.ts';
import { isKind } from '../object-id.ts';
import { type LintRule, where } from './rule.ts';
import { amountOf, budgetsOf, isServed, isWorkload, isZero, replicasOf } from './workloads.ts';

export const noBudget: LintRule = {
  name: 'no-budget',
  severity: 'warning',
  about: 'no PodDisruptionBudget covers a workload behind a Service',
  find: (linted) =>
    where(
      (linted.isAutoscaled || replicasOf(linted.object) > 1) && isServed(linted) && budgetsOf(linted).length === 0,
      'no PodDisruptionBudget covers it: a drain may take all of its pods at once',
    ),
};

export const blockingBudget: LintRule = {
  name: 'blocking-budget',
  severity: 'warning',
  about: 'a PodDisruptionBudget never lets a pod go',
  find: (linted) => {
    if (!isWorkload(linted.object)) return [];
    const most = replicasOf(linted.object);
    return budgetsOf(linted)
      .filter(({ spec }) => {
        const { maxUnavailable, minAvailable } = objectAt(spec);
        if (isZero(maxUnavailable) || minAvailable === '100%') return true;
        const least = amountOf(minAvailable, most, Math.ceil);
        return !linted.isAutoscaled && least !== undefined && least >= most;
      })
      .map((budget) => `PodDisruptionBudget ${budget.metadata.name} lets no pod go: nodes can not be drained`);
  },
};

export const budgetKeepsSick: LintRule = {
  name: 'budget-keeps-sick',
  severity: 'warning',
  about: 'a PodDisruptionBudget keeps pods that are not ready from being evicted',
  find: ({ object }) =>
    where(
      isKind(object, 'policy', 'PodDisruptionBudget') &&
        textAt(object, 'spec', 'unhealthyPodEvictionPolicy') !== 'AlwaysAllow',
      'pods that are not ready may not be evicted: a node with a sick pod can not be drained; state unhealthyPodEvictionPolicy: AlwaysAllow',
    ),
};
