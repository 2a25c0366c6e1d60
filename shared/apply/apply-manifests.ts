import type { Digest } from '../blobs/blobs.ts';
import type { Cluster } from '../clouds/cluster.ts';
import type { Clock } from '../outside/clock.ts';
import type { Invocation } from '../outside/outside.ts';
import { brief } from '../rollout/outcome.ts';
import type { ObjectId, PlannedObject, TargetPlan } from '../rollout/plan.ts';
import type { RenderedTarget } from '../rollout/release.ts';
import { coverageOf, unionOfCoverage } from './apply-set.ts';
import { compareApproved, unnamedDeletes } from './compare-approved.ts';
import { type ComparedTarget, plannedObjects } from './compare-target.ts';
import { firstOf } from './first-of.ts';
import type { JobLog } from './jobs/job-log.ts';
import { runBefore } from './jobs/run-before.ts';
import { parseObjectId, spoken } from './object-id.ts';
import type { Refusal } from './refusals.ts';
import type { Restarting } from './restarts/restart-log.ts';
import type { Progress, SliceResult } from './slice.ts';
import { withinPlan } from './within-plan.ts';
import type { WantedInventory } from './write-inventory.ts';
import { type SetToWrite, writeSet } from './write-set.ts';
import type { Guard, Journal, Writing } from './writing.ts';

export interface ApplyInput {
  readonly rendered: RenderedTarget;
  readonly release: Digest;
  readonly namespace: string;
  /** The plan that may be carried out. */
  readonly approved: TargetPlan;
  /** The digest the approval names; goes into the API server's audit log. */
  readonly plan: Digest;
  /** Of the slice before; empty for the first. */
  readonly progress: Progress;
  /** Deletes of the approved plan that an approval has to name, and none does. */
  readonly unnamed?: readonly ObjectId[];
  /** Renderings of releases that are taken back, by digest: the plan names those whose jobs run. */
  readonly takenBack?: ReadonlyMap<Digest, RenderedTarget>;
}

/** What writing to a target takes from outside. */
export interface ApplyOutside {
  readonly cluster: Cluster;
  readonly guard: Guard;
  readonly journal: Journal;
  readonly fence?: number;
  readonly clock: Clock;
  /** As in `Writing`, these three. */
  readonly isTakenOver?: boolean;
  readonly pending?: Writing['pending'] & {};
  readonly fencing?: Writing['fencing'] & {};
}

/** What applying takes beside that: restarts are ordered and paced, and jobs run, over all slices. */
export interface ApplyManifestsOutside extends ApplyOutside {
  readonly restarting: Restarting;
  readonly jobs: JobLog;
}

/**
 * Applies as much of a release as fits before the deadline. Each slice first compares the target as it is now: what is as wanted
 * is left alone, so a slice needs nothing from the one before it, may die anywhere and may run twice. The difference must be the
 * approved one or a part of it; anything more stops, as does the guard's word before any write. A failed object stops only what
 * depends on it. Workloads restart in the order of the plan, each only when those before it have settled: while one waits, the slice
 * waits with it, and is `in-progress` when its time is up. Jobs that run before come first, with what they need and nothing else, and what
 * comes after them waits until they have completed. Nothing is deleted here but what a recreation replaces.
 * @throws ClusterUnreachable, AccessRefused, ApiServerRefused when the target can not be worked on; the same call again is safe.
 */
export const applyManifests = async (
  input: ApplyInput,
  { restarting, jobs, ...outside }: ApplyManifestsOutside,
  invocation: Invocation,
): Promise<SliceResult> => {
  const { rendered, namespace, release, approved, progress, plan } = input;
  const { cluster } = outside;
  const compared = await compareApproved(input, cluster, invocation);
  if (!('objects' in compared)) return refusedSlice(rendered, compared, progress);
  const unnamed = unnamedDeletes(input, compared);
  if (unnamed !== undefined) return { status: 'stopped', progress, because: unnamed };
  const within = withinPlan(approved, plannedObjects(compared, rendered, release));
  if (!within.ok) return { status: 'stopped', progress, because: differsFromApproved(rendered.target, within.more) };
  const inventories = wantedInventories(rendered, namespace, compared);
  const set: SetToWrite = { compared, approved, namespace, inventories, progress, restarting };
  const writing: Writing = { ...outside, invocation, plan };
  const before = await runBefore(set, input, jobs, writing);
  if (before.ran === 'before') return writeSet(afterJobs(set, before.endedAt), writing);
  const { slice } = before;
  if (slice.status !== 'done') return slice;
  // What the jobs needed was written since, and is no longer as it was compared.
  const rest = await applyManifests(
    { ...input, progress: slice.progress },
    { restarting, jobs, ...outside },
    invocation,
  );
  const warnings = [...(slice.warnings ?? []), ...(rest.warnings ?? [])];
  return warnings.length === 0 ? rest : { ...rest, warnings };
};

/** Restarts have not been waiting for their turn while jobs ran. */
const afterJobs = (set: SetToWrite, endedAt: number): SetToWrite => ({
  ...set,
  restarting: { ...set.restarting, since: Math.max(set.restarting.since, endedAt) },
});

/** Each service's inventory covers what was and what will be there, so that a crash on the way loses nothing. */
export const wantedInventories = (
  rendered: RenderedTarget,
  namespace: string,
  { objects, sets }: ComparedTarget,
): readonly WantedInventory[] =>
  rendered.services.flatMap(({ service }) => {
    const own = objects.filter((object) => object.service === service).map(({ id }) => parseObjectId(id));
    if (own.length === 0) return [];
    const before = sets.find((set) => set.service === service) ?? { kinds: [], namespaces: [] };
    const coverage = unionOfCoverage(before, coverageOf(own, namespace));
    return [{ service, target: rendered.target, namespace, coverage }];
  });

const refusedSlice = (rendered: RenderedTarget, refusals: readonly Refusal[], progress: Progress): SliceResult => ({
  status: 'failed',
  progress,
  because: brief(
    `${rendered.target}: ${refusals.length} refused; ${refusals.map((refusal) => refusal.because).join('; ')}`,
  ),
  objects: refusals.flatMap(({ object, because, code }) =>
    object === undefined ? [] : [{ id: object, because, code }],
  ),
});

const differsFromApproved = (target: string, more: readonly PlannedObject[]): string => {
  const listed = firstOf(
    more.map(({ id, action, fields }) => {
      const paths = action === 'create' ? [] : fields.map(({ path }) => path);
      const where = paths.length === 0 ? '' : ` (${firstOf(paths)})`;
      return `${action} ${spoken(id)}${where}`;
    }),
    '; ',
  );
  return brief(`${target} differs by more than was approved: ${listed}; plan again and have the new plan approved`);
};
