import type { Cluster } from '../clouds/cluster.ts';
import type { Clock } from '../outside/clock.ts';
import type { LastWritten } from '../rollout/last-written.ts';
import type { ObjectId, PlannedObject } from '../rollout/plan.ts';
import type { RenderedTarget } from '../rollout/release.ts';
import type { ComparedObject } from './compare-object.ts';
import { compareTarget } from './compare-target.ts';
import { lastWritten } from './last-written.ts';
import type { Refusal } from './refusals.ts';
import type { RuleOf } from './settled/settled-by-rule.ts';
import { type Stillness, stillSettled } from './still-settled.ts';

export interface LookInput {
  readonly rendered: RenderedTarget;
  readonly namespace: string;
  /** As in `Comparable`: members that stayed because no approval names their delete. */
  readonly kept: readonly ObjectId[];
  /** Whether it is asked, too, if what is as it was deployed still runs. */
  readonly asksWhetherRuns: boolean;
  readonly ruleOf?: RuleOf;
}

/** What deploying again would do with an object, which of its fields differ, and who of others wrote it last. */
export type ToDo = Pick<PlannedObject, 'id' | 'action' | 'fields'> & { readonly written?: LastWritten };

/** What a target that was deployed to is by now. */
export type SeenAgain =
  | { readonly status: 'refused'; readonly refusals: readonly Refusal[] }
  /** Of so many objects of the set. `toDo`: what deploying again would do. */
  | { readonly status: 'different'; readonly objects: number; readonly toDo: readonly ToDo[] }
  /** `stillness` where it was asked for. */
  | { readonly status: 'as-deployed'; readonly objects: number; readonly stillness?: Stillness };

const noRules: RuleOf = () => ({});

/**
 * Looks once at a target that has settled: whether deploying again would find nothing to do and, of what was read for that, whether it
 * still runs. Each collection of the set is listed once; pods only of workloads that are not ready or were written lately. Reads only.
 * @throws ClusterUnreachable, AccessRefused, ApiServerRefused when the target can not be read.
 */
export const lookAgain = async (
  { rendered, namespace, kept, asksWhetherRuns, ruleOf = noRules }: LookInput,
  { cluster, clock }: { readonly cluster: Cluster; readonly clock: Clock },
  signal: AbortSignal,
): Promise<SeenAgain> => {
  const compared = await compareTarget({
    cluster,
    rendered,
    namespace,
    signal,
    kept,
    tryCreates: false,
    namesWriters: true,
  });
  if (!('objects' in compared)) return { status: 'refused', refusals: compared };
  const { objects, prunes } = compared;
  const toDo = [
    ...objects.flatMap((object) => (object.action === 'unchanged' ? [] : [toDoWith(object)])),
    ...prunes.map(({ id }) => ({ id, action: 'prune' as const, fields: [] })),
  ];
  if (toDo.length > 0) return { status: 'different', objects: objects.length, toDo };
  const seen = { status: 'as-deployed', objects: objects.length } as const;
  return asksWhetherRuns
    ? { ...seen, stillness: await stillSettled(objects, ruleOf, { cluster, clock, signal }) }
    : seen;
};

const toDoWith = ({ id, action, fields, live }: ComparedObject): ToDo => {
  const written = live === undefined ? undefined : lastWritten(live);
  return { id, action, fields, ...(written === undefined ? {} : { written }) };
};
