import type { Guard, Journal } from '../apply/writing.ts';
import type { Digest } from '../blobs/blobs.ts';
import { getJson } from '../blobs/json.ts';
import { getPlanned } from '../blobs/planned-target.ts';
import type { Cluster, ClusterEndpoint } from '../clouds/cluster.ts';
import { type Lease, takeLease } from '../ledger/lease.ts';
import { readRollout } from '../ledger/rollouts.ts';
import { markBegun, markLeaving } from '../ledger/target-state.ts';
import { readStop } from '../ledger/waves.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import { InvalidInput } from '../rollout/failures.ts';
import type { Hold } from '../rollout/holds.ts';
import { noJobs } from '../rollout/jobs.ts';
import type { InProgress } from '../rollout/outcome.ts';
import type { ObjectId, TargetPlan } from '../rollout/plan.ts';
import type { Release, ReleaseTarget, RenderedTarget } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import type { Wave } from '../rollout/wave.ts';
import { type DeploymentRef, deploymentName } from './deployment-ref.ts';
import { heldBy, openHolds } from './held.ts';
import { type DeploymentProgress, readProgress } from './progress.ts';
import { writeGuard, writeJournal } from './write-guard.ts';

/** Opens a cluster where the plan says it answers. */
export type OpenCluster = (target: Target, endpoint: ClusterEndpoint) => Cluster;

/** A deployment as one of its steps finds it. */
export interface OpenDeployment {
  readonly release: Release;
  readonly target: ReleaseTarget;
  readonly wave: Wave;
  readonly plan: TargetPlan;
  /** Deletes of the plan that an approval has to name. */
  readonly named: readonly ObjectId[];
  readonly rendered: RenderedTarget;
  /** Renderings of releases that are taken back and whose jobs run, by digest. */
  readonly takenBack: ReadonlyMap<Digest, RenderedTarget>;
  readonly cluster: Cluster;
  readonly kept: DeploymentProgress;
}

/** A deployment with the right to write to its target. */
export interface WritableDeployment extends OpenDeployment {
  readonly lease: Lease;
  readonly guard: Guard;
  /** What the guard refused a write for last, where that was a hold. */
  hold(): Hold | undefined;
  readonly journal: Journal;
}

/** A deployment that nothing may be written for now. */
export interface HeldDeployment {
  readonly held: InProgress;
}

/** Beyond the step's own deadline: what it sent last may still be under way. */
const graceMs = 10_000;

/** Reads all that a step of a deployment needs. Writes nothing. */
export const openDeployment = async (
  ref: DeploymentRef,
  open: OpenCluster,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
): Promise<OpenDeployment> => {
  const release = await getJson<Release>(outside.blobs, ref.release);
  const target = release.targets[ref.target];
  const wave = release.waves.find((each) => each.name === ref.wave);
  if (target === undefined || wave === undefined) {
    throw new InvalidInput(`deployment of ${ref.target} in wave ${ref.wave}: the release has no such target and wave`);
  }
  const { endpoint, plan, deletes } = await getPlanned(outside.blobs, ref.planned);
  const rendered = await getJson<RenderedTarget>(outside.blobs, plan.rendered);
  const named = deletes?.objects ?? [];
  return {
    release,
    target,
    wave,
    plan,
    named,
    rendered,
    takenBack: await readTakenBack(plan, outside),
    cluster: open(target, endpoint),
    kept: await readProgress(ref, outside),
  };
};

const readTakenBack = async (
  { rendered, jobs = noJobs }: TargetPlan,
  { blobs }: Pick<Outside, 'blobs'>,
): Promise<OpenDeployment['takenBack']> => {
  const digests = new Set(
    [...jobs.stops, ...jobs.runs].map((job) => job.rendered).filter((digest) => digest !== rendered),
  );
  const read = async (digest: Digest) => [digest, await getJson<RenderedTarget>(blobs, digest)] as const;
  return new Map(await Promise.all([...digests].map(read)));
};

/**
 * As `openDeployment`, and takes the write lease of the target until after this invocation. That the rollout has begun here, or its way
 * back, is recorded before anything can be written. Where somebody holds it, nothing is taken and nothing recorded, unless its wave was
 * stopped: then the guard says so. Throws `LeaseTaken` while another attempt may still write.
 */
export const openForWriting = async (
  ref: DeploymentRef,
  open: OpenCluster,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
  invocation: Invocation,
): Promise<WritableDeployment | HeldDeployment> => {
  const { ledger, clock } = outside;
  const deployment = await openDeployment(ref, open, outside);
  const findHold = await openHolds(ref, deployment.plan, outside);
  const hold = (await readStop(ledger, ref)) === undefined ? await findHold() : undefined;
  if (hold !== undefined) return { held: heldBy(hold, clock.now()) };
  const until = invocation.deadline + graceMs;
  const lease = await takeLease(ledger, ref.target, deploymentName(ref), clock.now(), until);
  if (ref.direction === 'forward') {
    const commit = (await readRollout(ledger, ref.rollout))?.commit ?? '';
    const { release, rendered } = deployment.plan;
    await markBegun(ledger, ref.target, { release, rendered, commit, rollout: ref.rollout, at: clock.now() });
  } else {
    await markLeaving(ledger, ref.target, ref.rollout);
  }
  const guarded = writeGuard(ref, lease, findHold, outside);
  return { ...deployment, lease, ...guarded, journal: writeJournal(ref, lease, outside) };
};
