import type { ObjectId, PlannedObject } from '../../rollout/plan.ts';
import type { RestartPlan, RestartStep } from '../../rollout/restarts.ts';
import { type ComparedObject, type Comparing, compareObject, isRefusal, plannedObject } from '../compare-object.ts';
import type { LiveObject } from '../live-object.ts';
import { spoken } from '../object-id.ts';
import type { ObjectFailure } from '../refusals.ts';
import type { Judged } from '../settle/assess-workload.ts';
import { isWithin } from '../within-plan.ts';
import { assessRestart } from './assess-restart.ts';
import { assessRoom } from './assess-room.ts';
import { assessStart, assessTurn, type Standing, type Standings, type Turn } from './assess-turn.ts';
import { findStuckPod } from './find-stuck-pod.ts';
import { exactly, type NextWrite, nextWrite } from './next-write.ts';
import type { WorkloadObserver } from './observe-workload.ts';
import { windowMs } from './pace.ts';
import { openBook } from './restart-book.ts';
import type { Restarting } from './restart-log.ts';
import { openStandings } from './workload-standings.ts';

/** What a workload of a restart plan shall do now. */
export type RestartNow =
  | { readonly is: 'write'; readonly compared: ComparedObject; readonly write: NextWrite }
  | { readonly is: 'waiting'; readonly because: string }
  /** A pod that its controller waits for in vain has to go first. */
  | { readonly is: 'evict'; readonly pod: LiveObject; readonly because: string }
  | { readonly is: 'stopped'; readonly because: string }
  | { readonly is: 'failed'; readonly failure: ObjectFailure };

/** The ordered restarts of one slice. Whatever it needs of slices before is in the restart log and on the target. */
export interface RestartRun {
  /** Whether the object is begun by turn: it restarts, or is new and waits for what restarts. */
  concerns(id: ObjectId): boolean;
  /** What it shall do now. A restart is recorded before it is returned. Asked one after the other, so that no two take one turn. */
  next(id: ObjectId): Promise<RestartNow>;
  /** Told of every object that was written. */
  wrote(id: ObjectId, isLast: boolean): void;
  failed(id: ObjectId, because: string): void;
  /** What was seen is old from now on. */
  newRound(): void;
  /** Workloads that were written and were seen to fail since; on the way back that is for settling to say. */
  failing(): readonly Judged[];
}

export interface RestartSet {
  readonly plan: RestartPlan;
  readonly objects: readonly ComparedObject[];
  readonly approved: readonly PlannedObject[];
  readonly comparing: Comparing;
  readonly observer: WorkloadObserver;
  readonly now: () => number;
}

/** Opens the restarts of a compared set; reads the log once. */
export const openRestarts = async (set: RestartSet, restarting: Restarting): Promise<RestartRun> => {
  const { plan, objects, observer, now } = set;
  const { log, gate, isBack, since, settleWithinMs } = restarting;
  const steps = new Map(plan.steps.map((step) => [step.workload, step]));
  const starts = new Map(plan.starts.filter(({ after }) => after.length > 0).map((start) => [start.workload, start]));
  const current = new Map(objects.map((object) => [object.id, object]));
  const book = await openBook(log, plan.steps.length > 0);
  const standings = openStandings({ plan, objects, book, observer, now }, restarting);
  /** Written by this slice since they were compared. */
  const stale = new Set<ObjectId>();

  /** Waits; or gives up, where nothing is under way and nothing has moved for so long. */
  const wait = (id: ObjectId, because: string, around: Standings): RestartNow => {
    const limitMs = settleWithinMs + windowMs;
    const isMoving = [...around.values()].some(({ stage }) => stage === 'under-way');
    if (isMoving || now() < book.lastMove(since) + limitMs) return { is: 'waiting', because };
    return { is: 'failed', failure: { id, code: 'HELD', because: `${because}; given up after ${limitMs / 1000} s` } };
  };

  const nextStart = async (compared: ComparedObject): Promise<RestartNow> => {
    const start = starts.get(compared.id);
    if (start === undefined) return { is: 'write', compared, write: exactly(compared) };
    const around = await standings.around([], start.after);
    const turn = assessStart(start, plan, around, { now: now(), isBack });
    if (turn.is === 'ours') return { is: 'write', compared, write: exactly(compared) };
    if (turn.is === 'lost') return lost(compared.id, turn, around);
    return wait(compared.id, `${spoken(compared.id)} waits to start: ${turn.because}`, around);
  };

  const nextStep = async (step: RestartStep, before: ComparedObject): Promise<RestartNow> => {
    const { workload } = step;
    const isBegun = stale.has(workload) || (book.of(workload).length > 0 && isContinued(before));
    if (!isBegun) return takeTurn(step, before);
    const own = await standings.of(workload);
    const stuck = own.isWell ? undefined : await findStuck(workload);
    if (stuck !== undefined) return evict(step, stuck);
    if (own.stage === 'failed' && !isBack) return { is: 'failed', failure: notSettled(workload, own) };
    if (!own.isWell && own.stage !== 'failed') {
      return { is: 'waiting', because: `restarts ${label(step, plan)}: not settled (${own.because})` };
    }
    const again = await compareAgain(set, before);
    if ('is' in again) return again;
    current.set(workload, again);
    stale.delete(workload);
    // What does not come back is at least given what it shall have, without what held it.
    return own.isWell ? takeTurn(step, again) : { is: 'write', compared: again, write: exactly(again) };
  };

  const findStuck = async (workload: ObjectId): Promise<LiveObject | undefined> => {
    const { live } = await observer.observe(workload);
    if (live?.kind !== 'StatefulSet') return undefined;
    return findStuckPod(live, await observer.podsOf(live), { now: now(), isBack });
  };

  const evict = async (step: RestartStep, pod: LiveObject): Promise<RestartNow> => {
    const { name } = pod.metadata;
    const because = `restarts ${label(step, plan)}: pod ${name}, which its controller waits for in vain, is evicted`;
    await log.tell(because, now());
    return { is: 'evict', pod, because };
  };

  /** Most wait for what comes before them, which takes no look at themselves: a target of many workloads is not asked for each of them. */
  const turnOf = async (step: RestartStep): Promise<{ readonly turn: Turn; readonly around: Standings }> => {
    if (!isBack) {
      const around = await standings.around([], step.after);
      const turn = assessTurn(step, plan, around, { now: now(), isBack });
      if (turn.is === 'lost' || (turn.is === 'waiting' && turn.onOrder === true)) return { turn, around };
    }
    const around = await standings.around([step.workload, ...step.apart], step.after);
    return { turn: assessTurn(step, plan, around, { now: now(), isBack }), around };
  };

  const takeTurn = async (step: RestartStep, compared: ComparedObject): Promise<RestartNow> => {
    const { workload } = step;
    const write = nextWrite(compared, plan.perMinute);
    if (write.pods === 0) return { is: 'write', compared, write };
    const { turn, around } = await turnOf(step);
    if (turn.is === 'lost') return lost(workload, turn, around);
    const held = (because: string) => wait(workload, `${label(step, plan)} waits to restart: ${because}`, around);
    if (turn.is === 'waiting') return held(turn.because);
    const judged = turn.since === undefined ? undefined : await gate(turn.since);
    if (judged?.passed === false) return held(judged.because);
    const room = assessRoom(book.beside(workload), write.pods, plan.perMinute, now());
    if (!room.ok) return held(overCap(room.used, write.pods, plan.perMinute));
    await book.begin({ workload, pods: write.pods, at: now(), text: begun(step, plan, write) });
    standings.begins(workload);
    // Of a StatefulSet that is not well a pod may have to go before its controller does anything: it is seen through.
    const isSeenThrough = compared.manifest.kind !== 'StatefulSet' || around.get(workload)?.isWell !== false;
    return { is: 'write', compared, write: { ...write, isLast: write.isLast && isSeenThrough } };
  };

  return {
    concerns: (id) => steps.has(id) || starts.has(id),
    next: oneAtATime(async (id) => {
      const compared = current.get(id);
      if (compared === undefined) throw new Error(`restart of ${id}: it is not in the set`);
      const step = steps.get(id);
      const next = step === undefined ? await nextStart(compared) : await nextStep(step, compared);
      if (next.is === 'failed') standings.failed(id, next.failure.because);
      return next;
    }),
    wrote: (id, isLast) => {
      standings.wrote(id, isLast);
      if (!isLast) stale.add(id);
    },
    failed: standings.failed,
    newRound: observer.newRound,
    failing: () => (isBack ? [] : standings.failing()),
  };
};

/** Whether what is left to write only goes on with, or gives back, what an earlier write began. */
const isContinued = (compared: ComparedObject): boolean => {
  const effect = assessRestart(compared);
  return effect.is !== 'restart' || effect.change === 'release';
};

/** The object as it is now, where a part of it was written since it was compared; it must still be within what was approved. */
const compareAgain = async (
  { observer, comparing, approved }: RestartSet,
  compared: ComparedObject,
): Promise<ComparedObject | RestartNow> => {
  const { id } = compared;
  const { live } = await observer.observe(id);
  const again = await compareObject(compared, live, comparing);
  if (isRefusal(again)) return { is: 'failed', failure: { id, code: again.code, because: again.because } };
  const agreed = approved.find((each) => each.id === id);
  if (isWithin(agreed, plannedObject(again))) return again;
  const because = `${spoken(id)} was changed by somebody else while it restarted, and differs now from what was approved; plan again`;
  return { is: 'stopped', because };
};

const lost = (id: ObjectId, { on }: Turn & { readonly is: 'lost' }, around: Standings): RestartNow => {
  const because = `${spoken(id)} was left as it is, since ${spoken(on)} failed (${around.get(on)?.because ?? ''})`;
  return { is: 'failed', failure: { id, code: 'SKIPPED', because } };
};

const notSettled = (id: ObjectId, { because }: Standing): ObjectFailure => ({
  id,
  code: 'NOT_SETTLED',
  because: `${spoken(id)} was written and did not become ready: ${because}`,
});

/** `Deployment shop/api (2 of 3)`. */
const label = ({ workload }: RestartStep, { steps }: RestartPlan): string =>
  `${spoken(workload)} (${steps.findIndex((step) => step.workload === workload) + 1} of ${steps.length})`;

const overCap = (used: number, pods: number, perMinute: number): string =>
  `${used} pods restarted within the last minute, and ${pods} more would be over the cap of ${perMinute}`;

const begun = (step: RestartStep, plan: RestartPlan, { pods, done, of, isLast }: NextWrite): string => {
  const what = `restarts ${label(step, plan)}: `;
  if (step.pace !== undefined && !isLast) return `${what}${of} pods, at most ${pods} a minute`;
  if (pods === of) return `${what}${of} ${of === 1 ? 'pod' : 'pods'}`;
  return `${what}${pods === 1 ? `pod ${done + 1}` : `pods ${done + 1} to ${done + pods}`} of ${of}`;
};

const oneAtATime = <Input, Result>(run: (input: Input) => Promise<Result>): ((input: Input) => Promise<Result>) => {
  let last: Promise<unknown> = Promise.resolve();
  return (input) => {
    const mine = last.then(() => run(input));
    last = mine.catch(() => undefined);
    return mine;
  };
};
