import type { ObjectId } from '../../rollout/plan.ts';
import type { RestartPlan } from '../../rollout/restarts.ts';
import type { ComparedObject } from '../compare-object.ts';
import { inFlight } from '../in-flight.ts';
import type { Judged } from '../settle/assess-workload.ts';
import { assessStanding } from './assess-standing.ts';
import type { Standing, Standings } from './assess-turn.ts';
import type { WorkloadObserver } from './observe-workload.ts';
import { roundsOf, windowMs } from './pace.ts';
import type { RestartBook } from './restart-book.ts';
import type { Restarting } from './restart-log.ts';

/** How far the workloads of a restart plan are, as this slice knows and sees them. */
export interface WorkloadStandings {
  of(id: ObjectId): Promise<Standing>;
  /**
   * Of all of the plan: `near` ones, whatever has begun and was not seen settled yet, and of `after` what has begun, are looked at; what
   * has not begun is known to be waiting, and not looked at otherwise.
   */
  around(near: readonly ObjectId[], after: readonly ObjectId[]): Promise<Standings>;
  /** The write that was recorded is on its way: what is seen until then is from before it. */
  begins(id: ObjectId): void;
  wrote(id: ObjectId, isLast: boolean): void;
  failed(id: ObjectId, because: string): void;
  /** Workloads that were written and were seen to fail since. */
  failing(): readonly Judged[];
}

export interface StandingSources {
  readonly plan: RestartPlan;
  readonly objects: readonly ComparedObject[];
  readonly book: RestartBook;
  readonly observer: WorkloadObserver;
  readonly now: () => number;
}

export const openStandings = (
  { plan, objects, book, observer, now }: StandingSources,
  { since, settleWithinMs }: Pick<Restarting, 'since' | 'settleWithinMs'>,
): WorkloadStandings => {
  const planned = [...plan.steps, ...plan.starts].map(({ workload }) => workload);
  const steps = new Map(plan.steps.map((step) => [step.workload, step]));
  const byId = new Map(objects.map((object) => [object.id, object]));
  const done = new Set(planned.filter((id) => byId.get(id)?.action === 'unchanged'));
  const writing = new Set<ObjectId>();
  const refused = new Map<ObjectId, string>();
  const settled = new Map<ObjectId, Standing>();
  const failing = new Map<ObjectId, Judged>();

  /** A paced restart takes a window for each round, and as long again for its pods to come. */
  const untilOf = (id: ObjectId): number => {
    const [step, object] = [steps.get(id), byId.get(id)];
    const rounds = step?.pace === undefined || object === undefined ? 0 : roundsOf(object.manifest, step.pods);
    return (book.of(id).at(-1)?.begunAt ?? book.lastMove(since)) + settleWithinMs + rounds * 2 * windowMs;
  };

  const of = async (id: ObjectId): Promise<Standing> => {
    const judged = await observer.observe(id);
    const facts = { judged, isDone: done.has(id), records: book.of(id), until: untilOf(id), now: now() };
    const standing = assessStanding(facts);
    const because = refused.get(id);
    if (because !== undefined) return { ...standing, stage: 'failed', because };
    if (writing.has(id)) return { ...standing, stage: 'under-way' };
    if (standing.stage === 'failed') failing.set(id, judged);
    if (!standing.isWell || facts.records.length === 0) return standing;
    return { ...standing, settledAt: await book.settledAt(id, now()) };
  };

  return {
    of,
    around: async (near, after) => {
      const begun = planned.filter((each) => done.has(each) || refused.has(each) || book.of(each).length > 0);
      const open = begun.filter((each) => !settled.has(each) || after.includes(each));
      const looked = [...new Set([...near, ...open])];
      const found = await inFlight(looked, async (each) => [each, await of(each)] as const);
      for (const [each, standing] of found) if (standing.stage === 'settled') settled.set(each, standing);
      return new Map([...planned.map((each) => [each, untouched] as const), ...settled, ...found]);
    },
    begins: (id) => {
      writing.add(id);
    },
    wrote: (id, isLast) => {
      writing.delete(id);
      if (isLast) done.add(id);
    },
    failed: (id, because) => {
      writing.delete(id);
      refused.set(id, because);
    },
    failing: () => [...failing.values()],
  };
};

/** Of a workload that has not begun, and on which the turn of no other hangs. */
const untouched: Standing = { stage: 'waiting', isWell: true, isServing: true, because: '' };
