import type { PlanInput, PlanResult } from '../apply/plan-target.ts';
import type { Refusal } from '../apply/refusals.ts';
import type { Digest } from '../blobs/blobs.ts';
import { getJson } from '../blobs/json.ts';
import type { Cluster, ClusterEndpoint } from '../clouds/cluster.ts';
import type { Outside } from '../outside/outside.ts';
import { isTargetTrouble, mayPass } from '../rollout/failures.ts';
import type { PlannedTarget } from '../rollout/plan.ts';
import type { ReleaseTarget, RenderedTarget } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';

/** What planning needs of other capabilities. */
export interface PlanningTools {
  /** Finds a target's API server and opens it. */
  open(target: Target, signal: AbortSignal): Promise<{ readonly cluster: Cluster; readonly endpoint: ClusterEndpoint }>;
  planTarget(input: PlanInput): Promise<PlanResult>;
}

/** What one target shall have, and what of it may not be. */
export interface Wanted extends Pick<PlanInput, 'deletes' | 'lint' | 'kept' | 'restarts' | 'jobs'> {
  readonly target: ReleaseTarget;
  readonly rendered: Digest;
  readonly release: Digest;
}

export type PlannedOne =
  | { readonly status: 'planned'; readonly planned: PlannedTarget }
  | { readonly status: 'refused'; readonly refusals: readonly Refusal[] }
  | { readonly status: 'unreachable'; readonly because: string; readonly mayPass: boolean };

/** Plans one target as it is now. A target that can not be found, opened or read is a result. */
export const planOne = async (
  { target, rendered, release, ...rules }: Wanted,
  tools: PlanningTools,
  { blobs }: Pick<Outside, 'blobs'>,
  signal: AbortSignal,
): Promise<PlannedOne> => {
  const objects = await getJson<RenderedTarget>(blobs, rendered);
  try {
    const { cluster, endpoint } = await tools.open(target, signal);
    const { namespace } = target;
    const result = await tools.planTarget({ cluster, rendered: objects, release, namespace, signal, ...rules });
    if (result.status === 'refused') return result;
    const { status: _status, ...planned } = result;
    return { status: 'planned', planned: { endpoint, ...planned } };
  } catch (error) {
    if (isTargetTrouble(error)) {
      return { status: 'unreachable', because: error.message, mayPass: mayPass(error) };
    }
    throw error;
  }
};
