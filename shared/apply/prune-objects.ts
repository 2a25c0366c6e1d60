import type { Invocation } from '../outside/outside.ts';
import type { JobPlan } from '../rollout/jobs.ts';
import { brief } from '../rollout/outcome.ts';
import type { ObjectId } from '../rollout/plan.ts';
import type { ApplyInput, ApplyOutside } from './apply-manifests.ts';
import { coverageOf } from './apply-set.ts';
import { compareApproved, unnamedDeletes } from './compare-approved.ts';
import type { ComparedTarget } from './compare-target.ts';
import { type Deleted, deleteObject } from './delete-object.ts';
import { fenceOff } from './fence-off.ts';
import { cleanJobs } from './jobs/clean-jobs.ts';
import { identityOf, parseObjectId, spoken } from './object-id.ts';
import { type Pruning, pruneMembers, type Standing } from './prune-members.ts';
import { configMaps, type OwnSet } from './read-live.ts';
import type { SliceResult } from './slice.ts';
import { type InventoryWritten, writeInventories } from './write-inventory.ts';
import type { Writing } from './writing.ts';

/** As a slice of applying, and what was left standing although the release no longer has it. */
export type PruneResult = SliceResult & { readonly kept: readonly ObjectId[] };

/**
 * Removes, in the reverse of apply order, what the approved plan lists as pruned, and nothing else: an object that has another uid
 * or no longer carries the set's label stays, and one that the plan does not list stops the slice. Namespaces, CRDs and volumes
 * with their claims are never removed but reported as kept. Only to be called when everything was applied and has settled. When all
 * is gone the inventories are made exact, and those of services that left the release are removed. One slice does what fits
 * before the deadline; twice is safe.
 * @throws as `applyManifests`.
 */
export const pruneObjects = async (
  input: ApplyInput,
  outside: ApplyOutside,
  invocation: Invocation,
): Promise<PruneResult> => {
  const { rendered, namespace, approved, progress, plan } = input;
  const compared = await compareApproved(input, outside.cluster, invocation);
  if (!('objects' in compared)) {
    const because = brief(`${rendered.target}: ${compared.map((refusal) => refusal.because).join('; ')}`);
    return { status: 'failed', progress, because, objects: [], kept: [] };
  }
  const kept = compared.kept.map(({ id }) => id).sort();
  const unnamed = unnamedDeletes(input, compared);
  if (unnamed !== undefined) return { status: 'stopped', progress, because: unnamed, kept };
  const listed = new Map(approved.objects.filter(({ action }) => action === 'prune').map(({ id, uid }) => [id, uid]));
  const more = compared.prunes.filter(({ id, object }) => listed.get(id) !== object.metadata.uid);
  if (more.length > 0) {
    const because = `${rendered.target}: the approved plan does not list the prune of ${more.map(({ id }) => spoken(id)).join(', ')}; plan again`;
    return { status: 'stopped', progress, because: brief(because), kept };
  }
  const writing: Writing = { ...outside, invocation, plan };
  const place = { target: rendered.target, namespace, cleans: approved.jobs?.cleans ?? [] };
  const halt = await fenceOff(compared, writing);
  if (halt?.status === 'stopped') return { ...halt, because: brief(halt.because), progress, kept };
  if (halt !== undefined) return { ...halt, status: 'in-progress', because: brief(halt.because), progress, kept };
  const { failures, later, stopped } = await pruneCompared(compared, place, writing);
  if (stopped !== undefined) return { status: 'stopped', because: brief(stopped), progress, kept };
  if (later !== undefined) {
    const { retryAfterSeconds } = later;
    return { status: 'in-progress', retryAfterSeconds, because: brief(later.because), progress, kept };
  }
  if (failures.length === 0) return { status: 'done', progress, kept };
  const because = brief(failures.map((failure) => failure.because).join('; '));
  return { status: 'failed', progress, because, objects: failures, kept };
};

/**
 * Removes what a comparison says is no longer wanted, and makes the inventories exact: what could not be removed stays in them. Those of
 * services that have nothing left go; and so do Jobs of earlier releases, those that are named.
 */
export const pruneCompared = async (
  compared: ComparedTarget,
  { cleans = [], ...place }: { readonly target: string; readonly namespace: string } & Partial<Pick<JobPlan, 'cleans'>>,
  writing: Writing,
  pruning: Pruning = {},
): Promise<Standing> => {
  const pruned = await pruneMembers(writing, compared.prunes, pruning);
  if (pruned.stopped !== undefined || (pruned.later !== undefined && pruning.waitUntil === undefined)) return pruned;
  const left = new Set([...pruned.failures.map(({ id }) => id), ...pruned.leaving]);
  const members = [...compared.objects, ...compared.prunes.filter(({ id }) => left.has(id)), ...compared.kept];
  const coverage = (set: OwnSet) =>
    coverageOf(
      members.filter(({ service }) => service === set.service).map(({ id }) => parseObjectId(id)),
      place.namespace,
    );
  const isEmpty = (set: OwnSet) => members.every(({ service }) => service !== set.service);
  const full = compared.sets.filter((set) => !isEmpty(set));
  const wanted = full.map((set) => ({ ...place, service: set.service, coverage: coverage(set) }));
  const ended: (Deleted | InventoryWritten)[] = [await writeInventories(writing, wanted, compared.sets)];
  for (const { parent } of compared.sets.filter(isEmpty)) {
    ended.push(await deleteObject(writing, { id: identityOf(parent), served: configMaps, object: parent }));
  }
  for await (const cleaned of cleanJobs(cleans, writing)) ended.push(cleaned);
  return ended.reduce<Standing>(withEnd, pruned);
};

const withEnd = (standing: Standing, end: Deleted | InventoryWritten): Standing => {
  switch (end.status) {
    case 'failed':
      return { ...standing, failures: [...standing.failures, end.failure] };
    case 'later':
      return { ...standing, later: standing.later ?? end };
    case 'stopped':
      return { ...standing, stopped: end.because };
    default:
      return standing;
  }
};
