import type { ObjectId } from '../rollout/plan.ts';
import { requestsInFlight } from './in-flight.ts';
import type { ApplyOrder } from './order-objects.ts';

/**
 * How work on one object ended. `halted` begins nothing further: the slice's time is up, or it was told to stop. `waiting`: it has not
 * ended, and is taken up again when nothing else is to be done.
 */
export type Ended = 'done' | 'failed' | 'halted' | 'waiting';

export interface QueueResult {
  /** Objects that wait, directly or not, for one that failed, each with the one it waits for. */
  readonly skipped: ReadonlyMap<ObjectId, ObjectId>;
  /** Whether every object was worked on or skipped. */
  readonly isComplete: boolean;
}

/**
 * Runs `work` over the objects of an order, each as soon as what it waits for has ended well, at most 16 at a time; where
 * several are ready the first of the order begins. A failed object skips those that need it and no other. `pause` is called when all
 * that is left waits: it lets time pass and says whether there is any left to try again.
 */
export const runQueue = async (
  { order, needs, after }: Pick<ApplyOrder, 'order' | 'needs' | 'after'>,
  work: (id: ObjectId) => Promise<Ended>,
  pause: () => Promise<boolean> = async () => false,
): Promise<QueueResult> => {
  const ended = new Map<ObjectId, Ended | 'skipped'>();
  const begun = new Set<ObjectId>();
  const skipped = new Map<ObjectId, ObjectId>();
  const waiting = new Set<ObjectId>();
  const running = new Map<ObjectId, Promise<void>>();
  const failures: unknown[] = [];
  let isHalted = false;
  /** The first place of the order that is not begun: of ten thousand objects none is looked at again and again. */
  let from = 0;
  let isAnyLost = false;
  for (;;) {
    for (const id of isAnyLost ? order : []) {
      const lost = (needs.get(id) ?? []).find((need) => ['failed', 'skipped'].includes(ended.get(need) ?? ''));
      if (lost === undefined || begun.has(id)) continue;
      begun.add(id);
      ended.set(id, 'skipped');
      skipped.set(id, lost);
    }
    isAnyLost = false;
    while (running.size < requestsInFlight && !isHalted) {
      for (let id = order[from]; id !== undefined && begun.has(id); id = order[from]) from++;
      const id = nextReady({ order, needs, after }, from, begun, ended);
      if (id === undefined) break;
      begun.add(id);
      const run = work(id).then(
        (how) => {
          if (how === 'waiting') waiting.add(id);
          else ended.set(id, how);
          isHalted ||= how === 'halted';
          isAnyLost ||= how === 'failed';
        },
        (error: unknown) => {
          ended.set(id, 'failed');
          failures.push(error);
          isHalted = true;
        },
      );
      running.set(
        id,
        run.then(() => {
          running.delete(id);
        }),
      );
    }
    if (running.size > 0) {
      await Promise.race(running.values());
      continue;
    }
    if (waiting.size === 0 || isHalted || !(await pause())) break;
    for (const id of waiting) begun.delete(id);
    waiting.clear();
    from = 0;
  }
  if (failures.length > 0) throw failures[0];
  return { skipped, isComplete: ended.size === order.length && !isHalted };
};

/** The first object of the order, from a place on, that is not begun and whose needs are done and whose predecessors have ended. */
const nextReady = (
  { order, needs, after }: Pick<ApplyOrder, 'order' | 'needs' | 'after'>,
  from: number,
  begun: ReadonlySet<ObjectId>,
  ended: ReadonlyMap<ObjectId, Ended | 'skipped'>,
): ObjectId | undefined => {
  for (let place = from; place < order.length; place++) {
    const id = order[place];
    const isReady =
      id !== undefined &&
      !begun.has(id) &&
      (needs.get(id) ?? []).every((need) => ended.get(need) === 'done') &&
      (after.get(id) ?? []).every((before) => ended.has(before));
    if (isReady) return id;
  }
  return undefined;
};

/** What waits, directly or not, for one of `lost`, each with the one it waits for: what a queue would skip. */
export const skippedBy = (
  { order, needs }: Pick<ApplyOrder, 'order' | 'needs'>,
  lost: readonly ObjectId[],
): ReadonlyMap<ObjectId, ObjectId> => {
  const skipped = new Map<ObjectId, ObjectId>();
  for (const id of order) {
    const need = (needs.get(id) ?? []).find((each) => lost.includes(each) || skipped.has(each));
    if (need !== undefined && !lost.includes(id)) skipped.set(id, need);
  }
  return skipped;
};
