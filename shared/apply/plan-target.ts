import type { Digest } from '../blobs/blobs.ts';
import type { Cluster } from '../clouds/cluster.ts';
import type { TargetPlan } from '../rollout/plan.ts';
import type { RenderedTarget } from '../rollout/release.ts';
import { assessDeletes, type DeleteCap } from './assess-deletes.ts';
import { compareTarget } from './compare-target.ts';
import { type LintFinding, lintObjects } from './lint-objects.ts';
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
  /** No cap where absent. */
  readonly deletes?: DeleteCap;
  /** Absent: no order but what the manifests state, and the usual cap. */
  readonly restarts?: RestartRules;
  readonly signal: AbortSignal;
}

export type PlanResult =
  | {
      readonly status: 'planned';
      readonly plan: TargetPlan;
      /** What the release will have trouble with at a restart, and what was waived; nothing of it stops a plan. */
      readonly findings: readonly LintFinding[];
    }
  | { readonly status: 'refused'; readonly refusals: readonly Refusal[] };

/**
 * What bringing a target to a release would do, field by field, and nothing else: not a single write. Unchanged objects cost no
 * request of their own; the exact test is `isExactlyApplied`. A server-side dry run is made only where that test does not hold
 * (something changed, or the server writes a value in another form than the manifest) and for objects to be created; objects
 * whose CRD or namespace comes with the same release are planned without one. The same state gives the same bytes.
 * @throws ClusterUnreachable, AccessRefused when the target could not be asked; ApiServerRefused when it did not answer a read.
 */
export const planTarget = async (input: PlanInput): Promise<PlanResult> => {
  const { cluster, rendered, release, namespace, deletes, signal, restarts = usualRules } = input;
  const compared = await compareTarget({ cluster, rendered, namespace, signal, tryCreates: true });
  if (!('objects' in compared)) return { status: 'refused', refusals: compared };
  const tooMany = deletes && assessDeletes(compared, deletes);
  if (tooMany !== undefined) return { status: 'refused', refusals: [tooMany] };
  const planned = targetPlan(compared, rendered, release, restarts);
  if ('refusals' in planned) return { status: 'refused', refusals: planned.refusals };
  return { status: 'planned', plan: planned, findings: lintObjects(compared.objects) };
};
