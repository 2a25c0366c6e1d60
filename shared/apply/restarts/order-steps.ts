import type { ObjectId } from '../../rollout/plan.ts';
import type { RestartOrder, RestartStep, WorkloadStart } from '../../rollout/restarts.ts';
import type { Providers } from './find-providers.ts';

export interface OrderedSteps {
  readonly steps: readonly RestartStep[];
  readonly starts: readonly WorkloadStart[];
}

/**
 * Who waits for whom, and the order in which steps are tried: each behind all it waits for, then by zone, then as given.
 * | providers first: a restart waits for restarts and starts that it depends on, a start for restarts; starts do not wait for each other,
 * since nothing calls them yet | consumers first: a restart waits for restarts that depend on it, and for starts that it depends
 * on; a start waits for nothing |
 */
export const orderSteps = (
  steps: readonly Omit<RestartStep, 'after'>[],
  created: readonly ObjectId[],
  providers: Providers['of'],
  order: RestartOrder,
): OrderedSteps => {
  const restarting = steps.map(({ workload }) => workload);
  const dependsOn = (consumer: ObjectId, provider: ObjectId) => providers.get(consumer)?.has(provider) === true;
  const restartsBefore = (id: ObjectId) =>
    restarting.filter((other) =>
      order === 'providers-first' ? dependsOn(id, other) : other !== id && dependsOn(other, id),
    );
  const waits = new Map<ObjectId, readonly ObjectId[]>([
    ...restarting.map((id): [ObjectId, readonly ObjectId[]] => [
      id,
      [...restartsBefore(id), ...created.filter((start) => dependsOn(id, start))],
    ]),
    ...created.map((id): [ObjectId, readonly ObjectId[]] => [
      id,
      order === 'providers-first' ? restartsBefore(id) : [],
    ]),
  ]);
  const after = (id: ObjectId) => nearest(waits.get(id) ?? [], waits);
  const byZone = steps.toSorted((a, b) => ((a.zone ?? '') < (b.zone ?? '') ? -1 : a.zone === b.zone ? 0 : 1));
  return {
    steps: placed(byZone, waits).map((step) => ({ ...step, after: after(step.workload) })),
    starts: created.map((workload) => ({ workload, after: after(workload) })),
  };
};

/** Without those that another of them waits for already. */
const nearest = (ids: readonly ObjectId[], waits: ReadonlyMap<ObjectId, readonly ObjectId[]>): readonly ObjectId[] =>
  ids.filter((id) => !ids.some((other) => waits.get(other)?.includes(id) === true));

const placed = <Step extends { readonly workload: ObjectId }>(
  steps: readonly Step[],
  waits: ReadonlyMap<ObjectId, readonly ObjectId[]>,
): readonly Step[] => {
  const restarting = new Set(steps.map(({ workload }) => workload));
  const order: Step[] = [];
  const done = new Set<ObjectId>();
  for (;;) {
    const next = steps.find(
      ({ workload }) =>
        !done.has(workload) && (waits.get(workload) ?? []).every((id) => done.has(id) || !restarting.has(id)),
    );
    if (next === undefined) return order;
    done.add(next.workload);
    order.push(next);
  }
};
