import type { Cluster } from '../clouds/cluster.ts';
import type { Clock } from '../outside/clock.ts';
import type { Invocation } from '../outside/outside.ts';
import { canonicalJson, digestOf } from '../rollout/digest.ts';
import { brief } from '../rollout/outcome.ts';
import type { ObjectId } from '../rollout/plan.ts';
import type { RenderedObject, RenderedTarget } from '../rollout/release.ts';
import type { RestartPlan } from '../rollout/restarts.ts';
import { planAloneRestarts, restartAlone } from './alone-restarts.ts';
import { type AloneLine, type AloneSummary, appliedLine, refusedLine, summarise } from './alone-words.ts';
import { wantedInventories } from './apply-manifests.ts';
import { coverageOf, sameCoverage } from './apply-set.ts';
import { type ComparedTarget, compareSet } from './compare-target.ts';
import { identityOf, parseObjectId, spoken } from './object-id.ts';
import { pruneObjects } from './prune-objects.ts';
import { skippedBy } from './ready-queue.ts';
import type { ObjectFailure, Refusal } from './refusals.ts';
import { followLandings } from './settle/follow-landings.ts';
import { inProgress, type Settled } from './settled/settled-rules.ts';
import type { Progress } from './slice.ts';
import { planWith } from './target-plan.ts';
import { writeSet } from './write-set.ts';
import { isClusterTrouble, type Writing } from './writing.ts';

/** Objects that are applied to one cluster by themselves: no release, no waves, nobody who approves. */
export interface AloneInput {
  readonly set: string;
  readonly namespace: string;
  readonly objects: readonly RenderedObject[];
  readonly dryRun: boolean;
  readonly prune: boolean;
  /** How long to wait for objects to settle; not at all where absent. */
  readonly waitMs?: number;
}

export interface AloneOutside {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** Says why nothing further may be written; `undefined` lets a write pass. */
  readonly guard: () => Promise<string | undefined>;
}

export interface AloneResult {
  readonly summary: AloneSummary;
  /** Members that left the set and stay all the same: they hold state or ask for it. */
  readonly kept: readonly ObjectId[];
}

/**
 * Applies a set to one cluster, object by object: one that is refused stops only what needs it. What left the set is removed, but only
 * after everything was applied and, where that is waited for, is ready. `report` is told of each object once, as it ends. Twice is
 * safe, and an unchanged set writes nothing. Never throws for what cluster or network do: the objects concerned are `failed`.
 */
export const applyAlone = async (
  input: AloneInput,
  outside: AloneOutside,
  invocation: Invocation,
  report: (line: AloneLine) => void,
): Promise<AloneResult> => {
  const lines: AloneLine[] = [];
  const tell = (line: AloneLine) => {
    // Of two unequal manifests of one object each is refused for itself.
    const isTold = lines.some(
      ({ identity, reason }) => identity === line.identity && (line.action !== 'refused' || reason === line.reason),
    );
    if (isTold) return;
    lines.push(line);
    report(line);
  };
  let kept: readonly ObjectId[] = [];
  try {
    kept = await carryOut(input, outside, invocation, tell);
  } catch (error) {
    if (!isClusterTrouble(error)) throw error;
    for (const { object } of input.objects) {
      tell({ identity: identityOf(object), action: 'failed', reason: brief(error.message) });
    }
  }
  return { summary: summarise(lines), kept };
};

type Tell = (line: AloneLine) => void;

const carryOut = async (
  input: AloneInput,
  outside: AloneOutside,
  invocation: Invocation,
  tell: Tell,
): Promise<readonly ObjectId[]> => {
  const rendered: RenderedTarget = {
    target: `set ${input.set}`,
    services: [{ service: input.set, objects: input.objects }],
  };
  const setting: Setting = { input, rendered, ...outside, invocation, tell };
  const found = await compareSet(comparable(setting), 'each');
  const { refusals, compared, restarts } = planAloneRestarts(found, rendered);
  tellRefused(setting, refusals, compared === undefined);
  if (compared === undefined || restarts === undefined) return [];
  if (input.dryRun) {
    tellPlanned(setting, compared, refusals.length === 0);
    return compared.kept.map(({ id }) => id);
  }
  const written = await writeAll(setting, compared, restarts);
  const isReady = input.waitMs === undefined || (await tellSettled(setting, written, input.waitMs));
  if (!input.prune || refusals.length > 0 || !written.isWhole || !isReady) return [];
  if (isExact(compared, input.namespace)) return compared.kept.map(({ id }) => id);
  return pruneAll(setting, compared, restarts);
};

/** Nothing leaves the set, and its inventory covers no more than it has: there is nothing that pruning could do. */
const isExact = ({ objects, prunes, kept, sets }: ComparedTarget, namespace: string): boolean => {
  const members = [...objects, ...kept].map(({ id }) => parseObjectId(id));
  return prunes.length === 0 && sets.every((set) => sameCoverage(set, coverageOf(members, namespace)));
};

interface Setting extends AloneOutside {
  readonly input: AloneInput;
  readonly rendered: RenderedTarget;
  readonly invocation: Invocation;
  readonly tell: Tell;
}

const comparable = ({ input, rendered, cluster, invocation }: Setting) => ({
  cluster,
  rendered,
  namespace: input.namespace,
  signal: invocation.signal,
  tryCreates: input.dryRun,
});

/** A refusal of the target as a whole is one of every object. */
const tellRefused = ({ input, tell }: Setting, refusals: readonly Refusal[], isWhole: boolean): void => {
  for (const refusal of refusals) {
    if (refusal.object !== undefined) tell(refusedLine(refusal.object, refusal));
  }
  const [whole] = refusals.filter(({ object }) => object === undefined).concat(refusals);
  if (!isWhole || whole === undefined) return;
  for (const { object } of input.objects) tell(refusedLine(identityOf(object), whole));
};

const tellPlanned = ({ input, tell }: Setting, compared: ComparedTarget, isGood: boolean): void => {
  const refused = compared.order.order.filter((id) => compared.objects.every((object) => object.id !== id));
  const skipped = skippedBy(compared.order, refused);
  for (const object of compared.objects) {
    const need = skipped.get(object.id);
    tell(need === undefined ? appliedLine(object) : refusedLine(object.id, skippedFor(object.id, need)));
  }
  if (!input.prune || !isGood) return;
  for (const { id } of compared.prunes) tell({ identity: id, action: 'pruned', reason: '' });
};

const skippedFor = (id: ObjectId, need: ObjectId): ObjectFailure => ({
  id,
  code: 'SKIPPED',
  because: `${spoken(id)} needs ${spoken(need)}, which was not applied`,
});

interface WrittenSet {
  readonly progress: Progress;
  /** Of objects that were applied and are still to be waited for. */
  readonly lines: ReadonlyMap<ObjectId, AloneLine>;
  readonly isWhole: boolean;
}

/** Writes slice after slice until nothing is left to do; without waiting each object is told of as it was written. */
const writeAll = async (setting: Setting, first: ComparedTarget, restarts: RestartPlan): Promise<WrittenSet> => {
  const { input, rendered, clock, invocation, tell } = setting;
  const restarting = restartAlone(clock.now(), input.waitMs);
  const lines = new Map<ObjectId, AloneLine>();
  const release = digestOf(canonicalJson(rendered));
  let compared: ComparedTarget | undefined = first;
  const wanted = new Set(first.objects.map(({ id }) => id));
  let progress: Progress = {};
  while (compared !== undefined) {
    // The order is that of the beginning: what has restarted since is still waited for.
    const approved = planWith(compared, rendered, release, restarts);
    const inventories = wantedInventories(rendered, input.namespace, compared);
    const result = await writeSet(
      {
        compared,
        approved,
        namespace: input.namespace,
        inventories,
        progress,
        restarting,
        ended: (object, how) => {
          if (how.status === 'failed') tell(refusedLine(object.id, how.failure));
          if (how.status !== 'done' || lines.has(object.id)) return;
          const line = appliedLine(object, how.warnings);
          lines.set(object.id, line);
          if (input.waitMs === undefined) tell(line);
        },
      },
      writingOf(setting, digestOf(canonicalJson(approved))),
    );
    progress = result.progress;
    const isOver = clock.now() >= invocation.deadline || invocation.signal.aborted;
    if (result.status !== 'in-progress' || isOver) {
      const skipped = result.status === 'failed' ? result.objects.filter(({ code }) => code === 'SKIPPED') : [];
      for (const skip of skipped) tell(refusedLine(skip.id, skip));
      if (result.status !== 'done') {
        const left = compared.objects.filter(({ id }) => !lines.has(id));
        for (const { id } of left) tell({ identity: id, action: 'failed', reason: result.because });
      }
      return { progress, lines, isWhole: result.status === 'done' };
    }
    await clock.sleep(result.retryAfterSeconds * 1000, invocation.signal);
    const next = (await compareSet(comparable(setting), 'each')).compared;
    compared = next && { ...next, objects: next.objects.filter(({ id }) => wanted.has(id)) };
  }
  return { progress, lines, isWhole: false };
};

const writingOf = ({ cluster, guard, clock, invocation }: Setting, plan: Writing['plan']): Writing => {
  let count = 0;
  const journal = { intent: async () => `alone-${++count}`, outcome: async () => {} };
  return { cluster, guard, journal, clock, invocation, plan };
};

/** Looked at again so soon although nothing has changed: patience ends by time alone. Costs no request. */
const lookAgainMs = 2000;

/** Tells of each object when it is ready or lost, and of the others when time is up; whether all are ready. */
const tellSettled = async (
  { input, rendered, cluster, clock, invocation, tell }: Setting,
  { progress, lines }: WrittenSet,
  waitMs: number,
): Promise<boolean> => {
  const until = clock.now() + waitMs;
  const waiting = new Map(lines);
  let allReady = true;
  const applied = { rendered, namespace: input.namespace, progress, rules: [] };
  const followed = await followLandings(applied, { cluster, clock, signal: invocation.signal, until });
  try {
    while (waiting.size > 0) {
      const judged = new Map((await followed.look()).map(({ id, settled }) => [id, settled]));
      const isOver = clock.now() >= until || invocation.signal.aborted;
      for (const [id, line] of waiting) {
        const settled = judged.get(id) ?? inProgress('NotRead', 'nothing is known of it');
        if (settled.status === 'in-progress' && !isOver) continue;
        tell({ ...line, reason: whyOf(line, settled), status: settled.status });
        waiting.delete(id);
        allReady &&= settled.status === 'ready';
      }
      if (waiting.size > 0) await followed.changed(Math.max(0, Math.min(lookAgainMs, until - clock.now())));
    }
  } finally {
    await followed.close();
  }
  return allReady;
};

const whyOf = (line: AloneLine, { status, reason, message }: Settled): string => {
  if (status !== 'ready') return brief(`${reason}: ${message}`);
  return message === '' ? line.reason : message;
};

const pruneAll = async (
  setting: Setting,
  compared: ComparedTarget,
  restarts: RestartPlan,
): Promise<readonly ObjectId[]> => {
  const { input, rendered, clock, invocation, tell } = setting;
  const release = digestOf(canonicalJson(rendered));
  const approved = planWith(compared, rendered, release, restarts);
  const plan = digestOf(canonicalJson(approved));
  for (;;) {
    const result = await pruneObjects(
      { rendered, release, namespace: input.namespace, approved, plan, progress: {} },
      writingOf(setting, plan),
      invocation,
    );
    if (result.status === 'in-progress' && clock.now() + result.retryAfterSeconds * 1000 < invocation.deadline) {
      await clock.sleep(result.retryAfterSeconds * 1000, invocation.signal);
      continue;
    }
    const failures = result.status === 'failed' ? result.objects : [];
    for (const failure of failures) tell(refusedLine(failure.id, failure));
    for (const { id } of compared.prunes) {
      if (result.status === 'done' || failures.length > 0) tell({ identity: id, action: 'pruned', reason: '' });
      else tell({ identity: id, action: 'failed', reason: result.because });
    }
    return result.kept;
  }
};
