import type { ApplyInput, ApplyOutside } from '../../shared/apply/apply-manifests.ts';
import { readUnnamed } from '../../shared/approval/named-deletes.ts';
import { openCluster } from '../../shared/clouds/open-cluster.ts';
import type { DeploymentRef } from '../../shared/deployment/deployment-ref.ts';
import type { OpenCluster, OpenDeployment, WritableDeployment } from '../../shared/deployment/open-deployment.ts';
import type { Outside } from '../../shared/outside/outside.ts';

/** How a planned target is opened. */
export const opening =
  (outside: Outside): OpenCluster =>
  ({ name, locator, allow }, endpoint) =>
    openCluster({ name, locator, endpoint, allow }, outside);

/** What applying and pruning are given of a deployment: the plan, and which of its deletes nobody has approved by name. */
export const applyInput = async (
  ref: DeploymentRef,
  { rendered, plan, named, target, kept }: OpenDeployment,
  outside: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<ApplyInput> => ({
  rendered,
  release: plan.release,
  namespace: target.namespace,
  approved: plan,
  plan: ref.plan,
  progress: kept.progress,
  unnamed: await readUnnamed(ref, named, outside),
});

/** What writing to its target takes. */
export const writingOf = (
  { cluster, guard, journal, lease }: WritableDeployment,
  { clock }: Pick<Outside, 'clock'>,
): ApplyOutside => ({ cluster, guard, journal, fence: lease.fence, clock });
