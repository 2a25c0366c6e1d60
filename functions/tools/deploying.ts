import type { ApplyInput, ApplyOutside } from '../../shared/apply/apply-manifests.ts';
import { ensureFencePolicy } from '../../shared/apply/ensure-fence-policy.ts';
import { policyVersion } from '../../shared/apply/fence-policy.ts';
import { readOpenWrites as findOut } from '../../shared/apply/read-open-writes.ts';
import type { Restarting } from '../../shared/apply/restarts/restart-log.ts';
import { compileRules } from '../../shared/apply/settled/settled-by-rule.ts';
import type { Guard } from '../../shared/apply/writing.ts';
import { readUnnamed } from '../../shared/approval/named-deletes.ts';
import { openCluster } from '../../shared/clouds/open-cluster.ts';
import type { DeploymentRef } from '../../shared/deployment/deployment-ref.ts';
import { standingOf } from '../../shared/deployment/fencing.ts';
import type { OpenCluster, OpenDeployment, WritableDeployment } from '../../shared/deployment/open-deployment.ts';
import { restartLog } from '../../shared/deployment/restart-log.ts';
import { readOpenWrites } from '../../shared/ledger/writes.ts';
import type { Invocation, Outside } from '../../shared/outside/outside.ts';
import type { FenceStanding } from '../../shared/rollout/fence.ts';
import { judgeStep } from '../../shared/wave/judge-step.ts';
import { once } from './once.ts';

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

/**
 * What writing to its target takes, once it is known what became of the writes of attempts before this one. Before the first write of
 * this one it is seen to that the API server refuses older ones, as far as that target is to have that.
 */
export const writingOf = async (
  ref: DeploymentRef,
  {
    cluster,
    guard,
    journal,
    lease,
    target,
  }: Pick<WritableDeployment, 'cluster' | 'guard' | 'journal' | 'lease' | 'target'>,
  outside: Pick<Outside, 'ledger' | 'clock'>,
  invocation: Invocation,
): Promise<ApplyOutside> => {
  const { ledger, clock } = outside;
  const open = (await readOpenWrites(ledger, ref.target)).filter(({ fence }) => fence < lease.fence);
  const pending = await findOut(open, cluster, journal, clock.now(), invocation.signal);
  const base = { cluster, guard, journal, fence: lease.fence, clock, pending, isTakenOver: lease.isTakenOver === true };
  const mode = target.admissionPolicy ?? 'install';
  if (mode === 'never') return base;
  const find = () => ensureFencePolicy({ ...base, invocation, plan: ref.plan }, mode);
  const fencing = once(() => standingOf(ref, { version: policyVersion, find }, outside));
  const isExpected = mode === 'expect';
  return { ...base, guard: async () => (await guard()) ?? fenceGuard(isExpected, fencing), fencing };
};

/** Lets pass once the fence is seen to; where it has to be there and is not, nothing is written. */
const fenceGuard = async (
  isExpected: boolean,
  fencing: () => Promise<FenceStanding | undefined>,
): Promise<Awaited<ReturnType<Guard>>> => {
  const standing = await fencing();
  if (!isExpected || standing?.isEnforced) return undefined;
  return `the target's config says admissionPolicy: expect, and ${standing === undefined ? 'whether it is there is not known' : standing.because}`;
};

/** More than a slice and the longest wait between two. */
const abandonedMs = 300_000;

/** What ordering its restarts takes: the log of the target, and the wave's probes between one restart and the next. */
export const restartingOf = (
  ref: DeploymentRef,
  { release, kept, wave }: OpenDeployment,
  outside: Outside,
): Restarting => {
  const now = outside.clock.now();
  // What nobody worked on for a while, as when its execution died, has not been waiting for its restarts.
  const isGoneOn = kept.workedAt !== undefined && now - kept.workedAt < abandonedMs;
  return {
    log: restartLog(ref, outside),
    gate: (since) => judgeStep(ref, ref.target, since, release, wave, outside),
    since: isGoneOn ? (kept.turnsSince ?? kept.startedAt) : now,
    settleWithinMs: wave.settleWithinMs,
    isBack: ref.direction === 'back',
    ruleOf: compileRules(release.settled),
  };
};
