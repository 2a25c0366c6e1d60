import type { Digest } from '../blobs/blobs.ts';
import type { Cluster } from '../clouds/cluster.ts';
import { brief } from '../rollout/outcome.ts';
import type { Finding, NamedDeletes, ObjectId, TargetPlan } from '../rollout/plan.ts';
import type { RenderedTarget } from '../rollout/release.ts';
import { assessDeletes, type Beyond, type DeleteLimits } from './assess-deletes.ts';
import { type ComparedTarget, compareTarget, keeping } from './compare-target.ts';
import { type JobRules, readJobs } from './jobs/read-jobs.ts';
import { lintTarget } from './lint/lint-target.ts';
import { outagesOf } from './lint/outages.ts';
import type { Refusal } from './refusals.ts';
import { type RestartRules, usualRules } from './restarts/plan-restarts.ts';
import { targetPlan } from './target-plan.ts';

export interface PlanInput {
  readonly cluster: Cluster;
  readonly rendered: RenderedTarget;
  /** Digest of the release that `rendered` is part of. */
  readonly release: Digest;
  /** Where objects go that name no namespace, and where the inventories are. */
  readonly namespace: string;
  /** No limit where absent. */
  readonly deletes?: DeleteLimits;
  /** As in `Comparable`: what was brought is looked at again, and stays as it was left. */
  readonly kept?: readonly ObjectId[];
  /** `tell`: findings refuse nothing, as on the way back to what ran before. */
  readonly lint?: 'refuse' | 'tell';
  /** Absent: no order but what the manifests state, and the usual cap. */
  readonly restarts?: RestartRules;
  /** Absent: no job is planned, as where a target is only looked at. */
  readonly jobs?: JobRules;
  readonly signal: AbortSignal;
}

export type PlanResult =
  | {
      readonly status: 'planned';
      readonly plan: TargetPlan;
      /** What the release will have trouble with, and what was waived. */
      readonly findings: readonly Finding[];
      /** What only an approval by name may delete. */
      readonly deletes?: NamedDeletes;
    }
  | { readonly status: 'refused'; readonly refusals: readonly Refusal[] };

/**
 * What bringing a target to a release would do, field by field, and nothing else: not a single write. Unchanged objects cost no
 * request of their own; the exact test is `isExactlyApplied`. A server-side dry run is made only where that test does not hold
 * (something changed, or the server writes a value in another form than the manifest) and for objects to be created; objects
 * whose CRD or namespace comes with the same release are planned without one. What would be deleted beyond the limits is refused, left to
 * an approval that names it, or stays, as the limits say. The same state gives the same bytes.
 * @throws ClusterUnreachable, AccessRefused when the target could not be asked; ApiServerRefused when it did not answer a read.
 */
export const planTarget = async (input: PlanInput): Promise<PlanResult> => {
  const { cluster, rendered, release, namespace, kept = [], deletes: limits, restarts = usualRules, signal } = input;
  const refuseOutages = input.lint !== 'tell';
  const found = await compareTarget({ cluster, rendered, namespace, signal, tryCreates: true, refuseOutages, kept });
  if (!('objects' in found)) return { status: 'refused', refusals: found };
  const beyond = limits && assessDeletes(found, limits);
  const compared = limits?.beyond === 'keep' && beyond !== undefined ? keeping(found, beyond.held) : found;
  const refusal = limits && beyond && refusalOf(compared, beyond, limits);
  if (refusal !== undefined) return { status: 'refused', refusals: [refusal] };
  const brought = targetPlan(compared, rendered, release, restarts);
  if ('refusals' in brought) return { status: 'refused', refusals: brought.refusals };
  const place = { cluster, target: rendered.target, namespace, signal };
  const running = input.jobs && (await readJobs(compared, { release, digest: brought.rendered }, input.jobs, place));
  if (running !== undefined && 'refusals' in running) return { status: 'refused', refusals: running.refusals };
  const plan = running?.jobs === undefined ? brought : { ...brought, jobs: running.jobs };
  const findings = await lintTarget(compared.objects, compared.jobs, refuseOutages ? { cluster, signal } : undefined);
  const outages = refuseOutages ? outagesOf(findings) : [];
  if (outages.length > 0) return { status: 'refused', refusals: outages };
  const { objects, because } = beyond ?? {};
  const isNamed = limits?.beyond === 'name' && objects !== undefined && because !== undefined;
  return {
    status: 'planned',
    plan,
    findings,
    ...(isNamed ? { deletes: { objects, because } } : {}),
  };
};

/** What can neither be named nor stay: a recreation on the way back, and everything where nobody may approve it. */
const refusalOf = (
  { objects }: ComparedTarget,
  { because, held }: Beyond,
  { beyond }: DeleteLimits,
): Refusal | undefined => {
  if (beyond === 'name') return undefined;
  if (beyond === 'keep' && !objects.some(({ id, action }) => action === 'recreate' && held.has(id))) return undefined;
  const way =
    beyond === 'keep'
      ? 'roll forward, or have the deletes approved in a rollout of their own'
      : 'put them back, or say in deletes.approval of the config who may approve it';
  return { code: 'TOO_MANY_DELETES', because: brief(`${because}; ${way}`) };
};
