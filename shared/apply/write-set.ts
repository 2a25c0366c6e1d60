import { brief } from '../rollout/outcome.ts';
import type { ObjectId, TargetPlan } from '../rollout/plan.ts';
import { type Applied, applyObject } from './apply-object.ts';
import type { ComparedObject } from './compare-object.ts';
import type { ComparedTarget } from './compare-target.ts';
import { rediscover } from './discovery.ts';
import { closeOvertaken, fenceOff } from './fence-off.ts';
import { objectId, spoken } from './object-id.ts';
import { setIds } from './read-live.ts';
import { type Ended, type QueueResult, runQueue } from './ready-queue.ts';
import type { ObjectFailure } from './refusals.ts';
import type { Landed, Progress, SliceResult } from './slice.ts';
import { type Established, waitEstablished } from './wait-established.ts';
import { type InventoryWritten, type WantedInventory, writeInventories } from './write-inventory.ts';
import type { Writing } from './writing.ts';

/** A set that was compared and found within the approved plan. */
export interface SetToWrite {
  readonly compared: ComparedTarget;
  readonly approved: TargetPlan;
  readonly namespace: string;
  readonly inventories: readonly WantedInventory[];
  readonly progress: Progress;
  /** Told of each object as it ends. */
  readonly ended?: (object: ComparedObject, how: Applied) => void;
}

/** What came of the objects so far. */
interface Tally {
  readonly landed: Map<ObjectId, Landed>;
  readonly failures: ObjectFailure[];
  later: { readonly retryAfterSeconds: number; readonly because: string } | undefined;
  stopped: string | undefined;
}

/**
 * Writes a set in its apply order: inventories first (right after the set's own namespace where that is created with it), then
 * every object as soon as what it needs is there.
 */
export const writeSet = async (set: SetToWrite, writing: Writing): Promise<SliceResult> => {
  const { compared, namespace, inventories } = set;
  const tally: Tally = { landed: new Map(), failures: [], later: undefined, stopped: undefined };
  const halt = await fenceOff(compared, writing);
  if (halt !== undefined) {
    count(tally, halt);
    return conclude(set, tally, { skipped: new Map(), isComplete: false });
  }
  const home = objectId({ group: '', kind: 'Namespace', namespace: '', name: namespace });
  if (compared.hasNamespace) {
    const written = await writeInventories(writing, inventories, compared.sets);
    if (count(tally, written) !== 'done') return conclude(set, tally, { skipped: new Map(), isComplete: false });
  }
  const byId = new Map(compared.objects.map((object) => [object.id, object]));
  const established = oneWait(() => waitForCrds(compared.objects, writing));
  const queue = await runQueue(compared.order, async (id) => {
    const object = byId.get(id);
    if (object === undefined) return 'failed';
    const applied = await applyOne(object, set, writing, established);
    set.ended?.(object, applied);
    if (applied.status === 'done') tally.landed.set(id, applied.landed);
    const ended = count(tally, applied);
    if (ended !== 'done' || id !== home || compared.hasNamespace) return ended;
    return count(tally, await writeInventories(writing, inventories, compared.sets));
  });
  await closeOvertaken([...tally.landed.keys()], writing);
  return conclude(set, tally, queue);
};

const applyOne = async (
  object: ComparedObject,
  { compared, approved, namespace }: SetToWrite,
  writing: Writing,
  established: () => Promise<Established>,
): Promise<Applied> => {
  if (!object.isServed) {
    const crds = await established();
    if (crds.status === 'waiting') return { status: 'later', retryAfterSeconds: 2, because: crds.because };
    if (crds.status === 'refused') {
      return { status: 'failed', failure: { id: object.id, code: 'UNKNOWN_KIND', because: crds.because } };
    }
  }
  const services = compared.objects.map(({ service }) => service);
  return applyObject(object, {
    writing,
    approved: approved.objects.find(({ id }) => id === object.id),
    comparing: {
      cluster: writing.cluster,
      signal: writing.invocation.signal,
      ours: setIds(compared.sets, services, namespace),
      tryCreates: false,
    },
  });
};

/** All CRDs that custom objects of the set wait for, as one batch; what the server serves is then read anew. */
const waitForCrds = async (objects: readonly ComparedObject[], writing: Writing): Promise<Established> => {
  const awaited = [...new Set(objects.flatMap(({ crd, isServed }) => (crd === undefined || isServed ? [] : [crd])))];
  const found = await waitEstablished(writing, awaited);
  if (found.status === 'established') await rediscover(writing.cluster, writing.invocation.signal);
  return found;
};

const oneWait = <Result>(wait: () => Promise<Result>): (() => Promise<Result>) => {
  let waiting: Promise<Result> | undefined;
  return () => {
    waiting ??= wait();
    return waiting;
  };
};

const count = (tally: Tally, result: Applied | InventoryWritten): Ended => {
  switch (result.status) {
    case 'done':
      return 'done';
    case 'failed':
      tally.failures.push(result.failure);
      return 'failed';
    case 'later':
      tally.later ??= result;
      return 'halted';
    default:
      tally.stopped ??= result.because;
      return 'halted';
  }
};

const conclude = (set: SetToWrite, tally: Tally, { skipped }: QueueResult): SliceResult => {
  const progress = mergeProgress(set, tally.landed);
  if (tally.stopped !== undefined) return { status: 'stopped', progress, because: brief(tally.stopped) };
  if (tally.later !== undefined) {
    const { retryAfterSeconds, because } = tally.later;
    return { status: 'in-progress', progress, retryAfterSeconds, because: brief(because) };
  }
  const skips = [...skipped].map(
    ([id, need]): ObjectFailure => ({
      id,
      code: 'SKIPPED',
      because: `${spoken(id)} needs ${spoken(need)}, which was not applied`,
    }),
  );
  const objects = [...tally.failures, ...skips].sort((a, b) => (a.id < b.id ? -1 : 1));
  if (objects.length === 0) return { status: 'done', progress };
  const because = brief(
    (tally.failures.length > 0 ? tally.failures : skips).map((failure) => failure.because).join('; '),
  );
  return { status: 'failed', progress, because, objects };
};

/** Of objects of this set only, by id. */
const mergeProgress = ({ compared, progress }: SetToWrite, now: ReadonlyMap<ObjectId, Landed>): Progress =>
  Object.fromEntries(
    compared.objects
      .map(({ id }) => [id, now.get(id) ?? progress[id]] as const)
      .filter((entry): entry is readonly [ObjectId, Landed] => entry[1] !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
