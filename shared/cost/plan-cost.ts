import { cutBatches } from '../rollout/next-batch.ts';
import { countActions, countChanges, type TargetPlan } from '../rollout/plan.ts';
import type { Release } from '../rollout/release.ts';
import { assessCost, assumed, countTransitions, type Rollout } from './assess-cost.ts';
import { prices } from './prices.ts';

/** What a rollout would cost in the cloud, without what probes and stores cost at their own end. */
export interface PlanCost {
  readonly dollars: number;
  /** States entered, each paid for. */
  readonly transitions: number;
  /** Date of the prices, as `2026-11-21`. */
  readonly pricesAsOf: string;
}

/** Minutes of a batch; assumed, too. */
const batchMinutes = 2.5;

/** The cost of the plans of a release, were all of it to pass. Targets that nothing differs on are deployed to all the same. */
export const planCost = (
  { waves, probers = [] }: Pick<Release, 'waves' | 'probers'>,
  plans: readonly TargetPlan[],
): PlanCost => {
  const planned = new Set(plans.map(({ target }) => target));
  const shapes = waves
    .map((wave) => ({ ...wave, targets: wave.targets.filter((target) => planned.has(target)) }))
    .filter(({ targets }) => targets.length > 0)
    .map(({ targets, batches, soakMs }) => {
      const count = cutBatches(targets, batches).length;
      return { batches: count, minutes: Math.max(1, count * batchMinutes + soakMs / 60_000) };
    });
  if (shapes.length === 0 || countChanges(countActions(plans)) === 0) {
    return { dollars: 0, transitions: 0, pricesAsOf: prices.asOf };
  }
  const mean = (of: (shape: (typeof shapes)[number]) => number) =>
    shapes.reduce((sum, shape) => sum + of(shape), 0) / shapes.length;
  const waveMinutes = mean(({ minutes }) => minutes);
  const rollout: Rollout = {
    ...assumed,
    targets: plans.length,
    waves: shapes.length,
    batchesPerWave: mean(({ batches }) => batches),
    waveMinutes,
    // Those of the deployment, where the config names none, are not known here.
    regions: Math.max(1, probers.length),
    // At least once a minute, and at most two hundred times.
    soakPolls: Math.min(200, Math.ceil(waveMinutes)),
  };
  return {
    dollars: Number(assessCost(rollout, prices).total?.toFixed(4)),
    transitions: Math.round(countTransitions(rollout)),
    pricesAsOf: prices.asOf,
  };
};
