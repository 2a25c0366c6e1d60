import { numberAt } from '../fields.ts';
import { budgetsOf } from '../lint/workloads.ts';
import type { LiveObject } from '../live-object.ts';
import type { RoomFinding } from './room-finding.ts';
import type { WantedPods } from './wanted-pods.ts';

/**
 * Budgets that allow no disruption now, of workloads that are about to restart: a rolling update does not ask them, but they say that not
 * all pods are well, or that nodes can not be drained meanwhile. Pure.
 */
export const assessBudgets = (wanted: readonly WantedPods[], budgets: readonly LiveObject[]): readonly RoomFinding[] =>
  wanted
    .filter(({ restarts }) => restarts)
    .flatMap((each) =>
      budgetsOf({ object: each.manifest, all: budgets })
        .filter((budget) => numberAt(budget, 'status', 'disruptionsAllowed') === 0)
        .filter((budget) => (numberAt(budget, 'status', 'expectedPods') ?? 0) > 0)
        .map(
          (budget): RoomFinding => ({
            wanted: each,
            rule: 'budget-exhausted',
            what: `PodDisruptionBudget ${budget.metadata.name} allows no disruption now: ${numberAt(budget, 'status', 'currentHealthy') ?? 0} of its pods are well, it wants ${numberAt(budget, 'status', 'desiredHealthy') ?? 0}`,
          }),
        ),
    );
