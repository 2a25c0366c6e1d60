import type { Digest } from '../blobs/blobs.ts';
import type { Cluster } from '../clouds/cluster.ts';
import type { Finding, TargetPlan } from '../rollout/plan.ts';
import type { RenderedTarget } from '../rollout/release.ts';
import { assessDeletes, type DeleteCap } from './assess-deletes.ts';
import { compareTarget, targetPlan } from './compare-target.ts';
import { lintTarget } from './lint/lint-target.ts';
import type { Refusal } from './refusals.ts';

export interface PlanInput {
  readonly cluster: Cluster;
  readonly rendered: RenderedTarget;
  /** Digest of the release that `rendered` is part of. */
  readonly release: Digest;
  /** Where objects go that name no namespace, and where the inventories are. */
  readonly namespace: string;
  /** No cap where absent. */
  readonly deletes?: DeleteCap;
  /** `tell`: findings refuse nothing, as on the way back to what ran before. */
  readonly lint?: 'refuse' | 'tell';
  readonly signal: AbortSignal;
}

export type PlanResult =
  | {
      readonly status: 'planned';
      readonly plan: TargetPlan;
      /** What the release will have trouble with, and what was waived. */
      readonly findings: readonly Finding[];
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
  const { cluster, rendered, release, namespace, deletes, signal } = input;
  const refuseOutages = input.lint !== 'tell';
  const compared = await compareTarget({ cluster, rendered, namespace, signal, tryCreates: true, refuseOutages });
  if (!('objects' in compared)) return { status: 'refused', refusals: compared };
  const tooMany = deletes && assessDeletes(compared, deletes);
  if (tooMany !== undefined) return { status: 'refused', refusals: [tooMany] };
  const findings = lintTarget(compared.objects);
  return { status: 'planned', plan: targetPlan(compared, rendered, release), findings };
};
