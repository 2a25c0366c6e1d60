import type { Invocation } from '../outside/outside.ts';
import type { JobPlan } from '../rollout/jobs.ts';
import { brief } from '../rollout/outcome.ts';
import type { ObjectId } from '../rollout/plan.ts';
import type { ApplyInput, ApplyOutside } from './apply-manifests.ts';
import { coverageOf } from './apply-set.ts';
import { compareApproved, unnamedDeletes } from './compare-approved.ts';
import type { ComparedTarget } from './compare-target.ts';
import { type Deleted, deleteObject } from './delete-object.ts';
import { cleanJobs } from './jobs/clean-jobs.ts';
import { identityOf, parseObjectId, spoken } from './object-id.ts';
import { configMaps, type Member, type OwnSet } from './read-live.ts';
import type { ObjectFailure } from './refusals.ts';
import type { SliceResult } from './slice.ts';
import { writeInventories } from './write-inventory.ts';
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
  const failures: ObjectFailure[] = [];
  const cleans = approved.jobs?.cleans ?? [];
  for await (const ended of endings(compared, { target: rendered.target, namespace, cleans }, writing)) {
    if (ended.status === 'failed') failures.push(ended.failure);
    if (ended.status === 'stopped') return { ...ended, because: brief(ended.because), progress, kept };
    if (ended.status === 'later') {
      return { ...ended, status: 'in-progress', because: brief(ended.because), progress, kept };
    }
  }
  if (failures.length === 0) return { status: 'done', progress, kept };
  const because = brief(failures.map((failure) => failure.because).join('; '));
  return { status: 'failed', progress, because, objects: failures, kept };
};

/** One step after the other, each as its outcome: the deletes, then the inventories, then Jobs of earlier releases. */
async function* endings(
  compared: ComparedTarget,
  { cleans, ...place }: { readonly target: string; readonly namespace: string } & Pick<JobPlan, 'cleans'>,
  writing: Writing,
): AsyncGenerator<Deleted | { readonly status: 'done' }> {
  const standing: Member[] = [];
  for (const member of compared.prunes) {
    const deleted = await deleteObject(writing, member);
    if (deleted.status === 'failed') standing.push(member);
    yield deleted;
  }
  const members = [...compared.objects, ...standing, ...compared.kept];
  const coverage = (set: OwnSet) =>
    coverageOf(
      members.filter(({ service }) => service === set.service).map(({ id }) => parseObjectId(id)),
      place.namespace,
    );
  const isEmpty = (set: OwnSet) => members.every(({ service }) => service !== set.service);
  const full = compared.sets.filter((set) => !isEmpty(set));
  const wanted = full.map((set) => ({ ...place, service: set.service, coverage: coverage(set) }));
  yield await writeInventories(writing, wanted, compared.sets);
  for (const { parent } of compared.sets.filter(isEmpty)) {
    yield await deleteObject(writing, { id: identityOf(parent), served: configMaps, object: parent });
  }
  yield* cleanJobs(cleans, writing);
}
