import type { ApplyInput, ApplyOutside } from '../../shared/apply/apply-manifests.ts';
import type { Restarting } from '../../shared/apply/restarts/restart-log.ts';
import { readUnnamed } from '../../shared/approval/named-deletes.ts';
import { openCluster } from '../../shared/clouds/open-cluster.ts';
import type { DeploymentRef } from '../../shared/deployment/deployment-ref.ts';
import type { OpenCluster, OpenDeployment, WritableDeployment } from '../../shared/deployment/open-deployment.ts';
import { restartLog } from '../../shared/deployment/restart-log.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { releaseOf } from '../../shared/release/release-of.ts';
import { judgeStep } from '../../shared/wave/judge-step.ts';

/** How a planned target is opened. */
export const opening =
  (outside: Outside): OpenCluster =>
  ({ name, locator, allow }, endpoint) =>
    openCluster({ name, locator, endpoint, allow }, outside);

/** What applying and pruning are given of a deployment: the plan, and which of its deletes nobody has approved by name. */
export const applyInput = async (
  ref: DeploymentRef,
  { rendered, plan, named, target, kept, takenBack }: OpenDeployment,
  outside: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<ApplyInput> => ({
  rendered,
  release: plan.release,
  namespace: target.namespace,
  approved: plan,
  plan: ref.plan,
  progress: kept.progress,
  unnamed: await readUnnamed(ref, named, outside),
  takenBack,
});

/** What writing to its target takes. */
export const writingOf = (
  { cluster, guard, journal, lease }: WritableDeployment,
  { clock }: Pick<Outside, 'clock'>,
): ApplyOutside => ({ cluster, guard, journal, fence: lease.fence, clock });

/** More than a slice and the longest wait between two. */
const abandonedMs = 300_000;

/** What ordering its restarts takes: the log of the target, and the wave's probes between one restart and the next. */
export const restartingOf = async (
  ref: DeploymentRef,
  { kept, wave, settled }: OpenDeployment,
  outside: Outside,
): Promise<Restarting> => {
  const release = await releaseOf(outside.blobs, ref.release);
  const now = outside.clock.now();
  // What nobody worked on for a while, as when its execution died, has not been waiting for its restarts.
  const isGoneOn = kept.workedAt !== undefined && now - kept.workedAt < abandonedMs;
  return {
    log: restartLog(ref, outside),
    gate: (since) => judgeStep(ref, ref.target, since, release, wave, outside),
    since: isGoneOn ? kept.startedAt : now,
    settleWithinMs: wave.settleWithinMs,
    isBack: ref.direction === 'back',
    rules: settled,
  };
};
