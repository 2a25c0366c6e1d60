import type { Refusal } from '../apply/refusals.ts';
import { putJson } from '../blobs/json.ts';
import { inTurns } from '../outside/in-turns.ts';
import type { Outside } from '../outside/outside.ts';
import { infrastructureOf } from '../rollout/infrastructure.ts';
import { brief } from '../rollout/outcome.ts';
import {
  countActions,
  countFindings,
  type Direction,
  type FindingCounts,
  type ObjectId,
  unnamedIn,
  type WavePlan,
} from '../rollout/plan.ts';
import type { RestartStep } from '../rollout/restarts.ts';
import { type PlannedOne, type PlanningTools, planOne, type Wanted } from './plan-one.ts';

/** What is kept of a target that is planned: its plan is a blob. */
interface StoredTarget extends Readonly<WavePlan['targets'][number]> {
  readonly findings: FindingCounts;
  /** What only an approval that names it may delete. */
  readonly deletes: readonly ObjectId[];
  readonly restarts: readonly RestartStep[];
  /** Jobs that run around the deployment. */
  readonly jobs: number;
  /** How many objects stay because no approval names their delete. */
  readonly left: number;
  /** Objects that change and that others stand on. */
  readonly infrastructure: readonly ObjectId[];
}

/** What came of planning each target, in the order of their names. */
export interface PlannedTargets {
  readonly planned: readonly StoredTarget[];
  readonly unreachable: WavePlan['unreachable'];
  readonly refused: ReadonlyMap<string, readonly Refusal[]>;
}

/** Targets that are read at the same time while planning: each is a few requests, to a different cluster. */
const concurrency = 16;

/**
 * Plans every target and stores what is planned at once: of a wave of a thousand nothing is kept but counts. On the way back a target
 * that refuses counts as unreachable: what can not go back must not keep the others from it.
 */
export const planTargets = async (
  direction: Direction,
  wanted: readonly Wanted[],
  tools: PlanningTools,
  outside: Pick<Outside, 'blobs'>,
  signal: AbortSignal,
): Promise<PlannedTargets> => {
  const planned: StoredTarget[] = [];
  const unreachable: WavePlan['unreachable'][number][] = [];
  const refused = new Map<string, readonly Refusal[]>();
  await inTurns(wanted, concurrency, async (each) => {
    const target = each.target.name;
    const result = await planOne(each, tools, outside, signal);
    if (result.status === 'planned') planned.push(await store(target, result, outside));
    else if (result.status === 'unreachable') {
      const passing = result.mayPass ? { mayPass: true as const } : {};
      unreachable.push({ target, because: brief(result.because, 300), ...passing });
    } else if (direction === 'forward') refused.set(target, result.refusals);
    else {
      const reasons = result.refusals.map(({ because }) => because).join('; ');
      unreachable.push({ target, because: brief(`can not go back: ${reasons}`, 300) });
    }
  });
  return { planned: byTarget(planned), unreachable: byTarget(unreachable), refused };
};

const store = async (
  target: string,
  { planned }: Extract<PlannedOne, { status: 'planned' }>,
  { blobs }: Pick<Outside, 'blobs'>,
): Promise<StoredTarget> => ({
  target,
  planned: await putJson(blobs, planned),
  counts: countActions([planned.plan]),
  findings: countFindings(planned.findings),
  deletes: planned.deletes?.objects ?? [],
  restarts: planned.plan.restarts.steps,
  jobs: planned.plan.jobs?.runs.length ?? 0,
  left: unnamedIn(planned.plan).length,
  infrastructure: infrastructureOf(planned.plan.objects),
});

const byTarget = <Item extends { readonly target: string }>(items: readonly Item[]): readonly Item[] =>
  items.toSorted((a, b) => (a.target < b.target ? -1 : 1));
