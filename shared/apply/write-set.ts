import { brief } from '../rollout/outcome.ts';
import type { ObjectId, TargetPlan } from '../rollout/plan.ts';
import type { Manifest } from '../rollout/release.ts';
import type { RestartPlan } from '../rollout/restarts.ts';
import { type Applied, applyObject } from './apply-object.ts';
import type { ComparedObject, Comparing } from './compare-object.ts';
import type { ComparedTarget } from './compare-target.ts';
import { rediscover } from './discovery.ts';
import { closeOvertaken, fenceOff } from './fence-off.ts';
import { objectId, spoken } from './object-id.ts';
import { setIds } from './read-live.ts';
import { type Ended, type QueueResult, runQueue } from './ready-queue.ts';
import type { ObjectFailure } from './refusals.ts';
import { evictPod } from './restarts/evict-pod.ts';
import { observeWorkloads } from './restarts/observe-workload.ts';
import type { Restarting } from './restarts/restart-log.ts';
import { openRestarts, type RestartNow, type RestartRun } from './restarts/restart-run.ts';
import { type Evidence, gatherEvidence } from './settle/gather-evidence.ts';
import type { Landed, ObjectWarning, Progress, SliceResult } from './slice.ts';
import { type EndpointPatience, waitEndpoints } from './wait-endpoints.ts';
import { type Established, waitEstablished } from './wait-established.ts';
import { type InventoryWritten, type WantedInventory, writeInventories } from './write-inventory.ts';
import { hasTime, type Writing } from './writing.ts';

/** A set that was compared and found within the approved plan. */
export interface SetToWrite {
  readonly compared: ComparedTarget;
  readonly approved: TargetPlan;
  readonly namespace: string;
  readonly inventories: readonly WantedInventory[];
  readonly progress: Progress;
  /** Nobody approved a plan: what an object has become in between is compared anew, and written all the same. */
  readonly isFree?: true;
  readonly restarting: Restarting;
  /** Told of each object as it ends. */
  readonly ended?: (object: ComparedObject, how: Applied) => void;
  /** `appliesAnyway`: a webhook configuration whose service has no endpoint by then is applied all the same. */
  readonly endpoints?: EndpointPatience & { readonly appliesAnyway?: true };
}

/** What came of the objects so far. */
interface Tally {
  readonly landed: Map<ObjectId, Landed>;
  readonly failures: ObjectFailure[];
  readonly warnings: ObjectWarning[];
  later: { readonly retryAfterSeconds: number; readonly because: string } | undefined;
  stopped: string | undefined;
  /** What waits for its turn, and for what, by the last look. */
  readonly waiting: Map<ObjectId, string>;
}

/**
 * Writes a set in its apply order: inventories first (right after the set's own namespace where that is created with it), then
 * every object as soon as what it needs is there. Workloads that restart, or start among those that do, wait until others have *settled*,
 * as the approved plan orders (`RestartRun`); what is left of that when the time of the slice is up is for the next one.
 */
export const writeSet = async (set: SetToWrite, writing: Writing): Promise<SliceResult> => {
  const { compared, namespace, inventories } = set;
  const tally: Tally = {
    ...{ landed: new Map(), failures: [], warnings: [], waiting: new Map() },
    ...{ later: undefined, stopped: undefined },
  };
  const halt = await fenceOff(compared, writing);
  if (halt !== undefined) {
    count(tally, halt);
    return conclude(set, tally, { skipped: new Map(), isComplete: false }, []);
  }
  const home = objectId({ group: '', kind: 'Namespace', namespace: '', name: namespace });
  if (compared.hasNamespace) {
    const written = await writeInventories(writing, inventories, compared.sets);
    if (count(tally, written) !== 'done') return conclude(set, tally, { skipped: new Map(), isComplete: false }, []);
  }
  const byId = new Map(compared.objects.map((object) => [object.id, object]));
  const established = oneWait(() => waitForCrds(compared.objects, writing));
  const run = await openRun(set, tally, writing);
  const work = async (id: ObjectId): Promise<Ended> => {
    const object = byId.get(id);
    if (object === undefined) return 'failed';
    const applied = await applyInTurn(object, set, writing, established, run);
    if (applied.status === 'waiting') {
      tally.waiting.set(id, applied.because);
      if (applied.landed !== undefined) tally.landed.set(id, applied.landed);
      return 'waiting';
    }
    tally.waiting.delete(id);
    set.ended?.(applied.status === 'done' && !run.concerns(id) ? applied.object : object, applied);
    if (applied.status === 'done') tally.landed.set(id, applied.landed);
    if (applied.status === 'done') tally.warnings.push(...(applied.warnings ?? []).map((text) => ({ id, text })));
    if (applied.status === 'failed') run.failed(id, applied.failure.because);
    const ended = count(tally, applied);
    if (ended !== 'done' || id !== home || compared.hasNamespace) return ended;
    return count(tally, await writeInventories(writing, inventories, compared.sets));
  };
  const queue = await runQueue(barred(compared.order, set.approved.restarts), work, pauseFor(set, run, tally, writing));
  await closeOvertaken([...tally.landed.keys()], writing);
  return conclude(set, tally, queue, await evidenceOf(run, writing));
};

/** Who waits for whom among workloads that restart says the plan of restarts; the way back turns it round. */
const barred = (order: ComparedTarget['order'], { steps }: RestartPlan): ComparedTarget['order'] => {
  const restarting = new Set(steps.map(({ workload }) => workload));
  const needs = [...order.needs].map(([id, needed]): [ObjectId, readonly ObjectId[]] => [
    id,
    restarting.has(id) ? needed.filter((need) => !restarting.has(need)) : needed,
  ]);
  return { ...order, needs: new Map(needs) };
};

const openRun = (set: SetToWrite, tally: Tally, writing: Writing) => {
  const { compared, approved, progress, restarting } = set;
  return openRestarts(
    {
      plan: approved.restarts,
      objects: compared.objects,
      approved: approved.objects,
      comparing: comparingOf(set, writing),
      observer: observeWorkloads(
        {
          objects: compared.objects,
          ...(restarting.ruleOf === undefined ? {} : { ruleOf: restarting.ruleOf }),
          landedOf: (id) => tally.landed.get(id) ?? progress[id],
        },
        writing,
      ),
      now: () => writing.clock.now(),
    },
    restarting,
  );
};

/** Looks follow each other the faster the less time has passed since the slice began to wait. */
const pauseFor = (set: SetToWrite, run: RestartRun, tally: Tally, writing: Writing): (() => Promise<boolean>) => {
  const { clock, guard, invocation } = writing;
  let began: number | undefined;
  return async () => {
    began ??= clock.now();
    if (isLost(set, tally)) return false;
    const waitMs = Math.min(Math.max(250, (clock.now() - began) / 2), 2000);
    if (!hasTime(writing, waitMs)) return false;
    tally.stopped ??= await guard();
    if (tally.stopped !== undefined) return false;
    await clock.sleep(waitMs, invocation.signal);
    run.newRound();
    return true;
  };
};

/** What failed will take the target back; nothing more is restarted for it. On the way back all else still comes back. */
const isLost = ({ restarting }: SetToWrite, { failures, waiting }: Tally): boolean =>
  failures.length > 0 && (!restarting.isBack || waiting.size === 0);

const evidenceOf = (run: RestartRun, { cluster, invocation }: Writing): Promise<readonly Evidence[]> =>
  gatherEvidence(run.failing(), cluster, invocation.signal);

type InTurn = Applied | { readonly status: 'waiting'; readonly because: string; readonly landed?: Landed };

/** Applies an object; one that waits for its turn when that has come, and part by part where it is restarted so. */
const applyInTurn = async (
  object: ComparedObject,
  set: SetToWrite,
  writing: Writing,
  established: () => Promise<Established>,
  run: RestartRun,
): Promise<InTurn> => {
  const now = run.concerns(object.id) ? await run.next(object.id) : undefined;
  if (now?.is === 'waiting' || now?.is === 'stopped') return { status: now.is, because: now.because };
  if (now?.is === 'failed') return { status: 'failed', failure: now.failure };
  if (now?.is === 'evict') return evictFirst(now, writing);
  const applied = await applyOne(now?.compared ?? object, set, writing, established, now?.write.manifest);
  if (applied.status !== 'done') return applied;
  const isLast = now?.write.isLast ?? true;
  run.wrote(object.id, isLast);
  return isLast ? applied : { status: 'waiting', because: `restarts ${spoken(object.id)}`, landed: applied.landed };
};

/** What a disruption budget does not allow now it may allow later. */
const evictFirst = async (
  { pod, because }: RestartNow & { readonly is: 'evict' },
  writing: Writing,
): Promise<InTurn> => {
  const evicted = await evictPod(writing, pod);
  if (evicted.status !== 'answered') return evicted;
  const refused = evicted.answer.ok ? '' : ` (${evicted.answer.refused.message})`;
  return { status: 'waiting', because: `${because}${refused}` };
};

const applyOne = async (
  object: ComparedObject,
  set: SetToWrite,
  writing: Writing,
  established: () => Promise<Established>,
  sent?: Manifest,
): Promise<Applied> => {
  const { endpoints = {} } = set;
  if (!object.isServed) {
    const crds = await established();
    if (crds.status === 'waiting') return { status: 'later', retryAfterSeconds: 2, because: crds.because };
    if (crds.status === 'refused') {
      return { status: 'failed', failure: { id: object.id, code: 'UNKNOWN_KIND', because: crds.because } };
    }
  }
  const { id, action, manifest } = object;
  const isNew = action === 'create' || action === 'recreate';
  const found = isNew ? await waitEndpoints(writing, manifest, endpoints) : ({ status: 'ready' } as const);
  if (found.status === 'waiting') return { status: 'later', retryAfterSeconds: 2, because: found.because };
  if (found.status === 'lost' && endpoints.appliesAnyway !== true) {
    const because = `${found.because}; applied without, it would have the API server refuse what it is about`;
    return { status: 'failed', failure: { id, code: 'BUSY', because } };
  }
  return applyObject(object, {
    writing,
    approved: set.approved.objects.find(({ id }) => id === object.id),
    comparing: comparingOf(set, writing),
    ...(sent === undefined ? {} : { sent }),
  });
};

const comparingOf = ({ compared, namespace, isFree }: SetToWrite, { cluster, invocation }: Writing): Comparing => {
  const services = compared.objects.map(({ service }) => service);
  const ours = setIds(compared.sets, services, namespace);
  const free = isFree === true ? ({ isFree, leavesCertain: true } as const) : {};
  return { cluster, signal: invocation.signal, ours, tryCreates: false, ...free };
};

/** All CRDs that custom objects of the set wait for, as one batch; what the server serves is then read anew. */
const waitForCrds = async (objects: readonly ComparedObject[], writing: Writing): Promise<Established> => {
  const awaited = new Set(objects.flatMap(({ crd, isServed }) => (crd === undefined || isServed ? [] : [crd])));
  const crds = objects.filter(({ id }) => awaited.has(id));
  const found = await waitEstablished(writing, crds);
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

const conclude = (set: SetToWrite, tally: Tally, queue: QueueResult, evidence: readonly Evidence[]): SliceResult => {
  const warnings = tally.warnings.toSorted((a, b) => (`${a.id} ${a.text}` < `${b.id} ${b.text}` ? -1 : 1));
  return { ...endOf(set, tally, queue, evidence), ...(warnings.length === 0 ? {} : { warnings }) };
};

const endOf = (set: SetToWrite, tally: Tally, { skipped }: QueueResult, evidence: readonly Evidence[]): SliceResult => {
  const progress = mergeProgress(set, tally.landed);
  if (tally.stopped !== undefined) return { status: 'stopped', progress, because: brief(tally.stopped) };
  const [waiting] = tally.waiting.values();
  const open = tally.later ?? (waiting === undefined ? undefined : { retryAfterSeconds: 1, because: waiting });
  if (open !== undefined && !isLost(set, tally)) {
    const { retryAfterSeconds, because } = open;
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
  const first = tally.failures.filter(({ code }) => code !== 'SKIPPED');
  const told = [first, tally.failures, skips].find((each) => each.length > 0) ?? [];
  const because = brief(told.map((failure) => failure.because).join('; '));
  return { status: 'failed', progress, because, objects, ...(evidence.length === 0 ? {} : { evidence }) };
};

/** Of objects of this set only, by id. */
const mergeProgress = ({ compared, progress }: SetToWrite, now: ReadonlyMap<ObjectId, Landed>): Progress =>
  Object.fromEntries(
    compared.objects
      .map(({ id }) => [id, now.get(id) ?? progress[id]] as const)
      .filter((entry): entry is readonly [ObjectId, Landed] => entry[1] !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
