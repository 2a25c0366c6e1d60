import type { LookInput, SeenAgain } from '../apply/look-again.ts';
import type { Digest } from '../blobs/blobs.ts';
import { getJson } from '../blobs/json.ts';
import { getPlanned } from '../blobs/planned-target.ts';
import type { Cluster } from '../clouds/cluster.ts';
import type { Outside } from '../outside/outside.ts';
import { isTargetTrouble } from '../rollout/failures.ts';
import { unnamedIn, type WavePlan } from '../rollout/plan.ts';
import type { Release, ReleaseTarget, RenderedTarget } from '../rollout/release.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { VerifyTarget } from './judge-wave.ts';
import type { PlanningTools } from './plan-one.ts';

/** What the last look at a wave needs of other capabilities. */
export interface VerifyingTools extends Pick<PlanningTools, 'open'> {
  lookAgain(input: LookInput, cluster: Cluster, signal: AbortSignal): Promise<SeenAgain>;
}

/** What was brought to a target. */
export interface Deployed extends Omit<LookInput, 'rendered' | 'namespace'> {
  readonly target: ReleaseTarget;
  readonly rendered: Digest;
}

/** What a target is by now, or why that is not known: it could not be found, opened or read. */
export type Looked = SeenAgain | { readonly status: 'unreachable'; readonly because: string };

/** Reads a target once more. Of one that can not be read that is what it gives. Reads only. */
export const lookAtTarget = async (
  { target, rendered, ...deployed }: Deployed,
  tools: VerifyingTools,
  { blobs }: Pick<Outside, 'blobs'>,
  signal: AbortSignal,
): Promise<Looked> => {
  const { namespace } = target;
  const input = { ...deployed, namespace, rendered: await getJson<RenderedTarget>(blobs, rendered) };
  try {
    const { cluster } = await tools.open(target, signal);
    return await tools.lookAgain(input, cluster, signal);
  } catch (error) {
    if (!isTargetTrouble(error)) throw error;
    return { status: 'unreachable', because: error.message };
  }
};

const asDeployed = { gate: 'as-deployed' } as const;
const stillSettled = { gate: 'still-settled' } as const;

/**
 * Whether a target has exactly what was deployed, and whether that runs: what somebody changed in between, or a write that was answered and
 * lost, fails, and so does what broke after it had settled, and that no gate looks at. A target that can not be read is inconclusive, and
 * so is what is on its way.
 */
const judge = (seen: Looked): Pick<Judgement, 'gate' | 'verdict' | 'because'> => {
  if (seen.status === 'unreachable') return { ...asDeployed, verdict: 'inconclusive', because: seen.because };
  if (seen.status === 'refused') {
    return { ...asDeployed, verdict: 'fail', because: seen.refusals.map(({ because }) => because).join('; ') };
  }
  if (seen.status === 'different') {
    const named = seen.toDo.slice(0, 3).map(({ id, action }) => `${action} ${id}`);
    const because = `${seen.toDo.length} objects are not as deployed, to do: ${named.join(', ')}`;
    return { ...asDeployed, verdict: 'fail', because };
  }
  const { objects, stillness } = seen;
  const because = `all ${objects} objects are as deployed`;
  if (stillness === undefined) return { ...asDeployed, verdict: 'pass', because };
  if (stillness.status === 'settled') return { ...asDeployed, verdict: 'pass', because: `${because}, and run` };
  const verdict = stillness.status === 'lost' ? 'fail' : 'inconclusive';
  return { ...stillSettled, verdict, because: `no longer settled: ${stillness.because}` };
};

/**
 * How the targets of a wave plan are verified: against what that plan brought them, which on the way back is an older release. Whether it
 * still runs is asked forward only: what ran before the release may have been ill.
 */
export const verifyDeployed = (
  release: Release,
  plan: Digest,
  tools: VerifyingTools,
  outside: Pick<Outside, 'blobs'>,
): VerifyTarget => {
  // Read by the first target: most looks at a wave verify none.
  let read: Promise<WavePlan> | undefined;
  return async ({ name }, signal) => {
    read ??= getJson<WavePlan>(outside.blobs, plan);
    const { targets, direction } = await read;
    const target = release.targets[name];
    const digest = targets.find((each) => each.target === name)?.planned;
    if (target === undefined || digest === undefined) {
      const because = `target ${name} is not in the plan ${plan}`;
      return { gate: 'as-deployed', kind: 'policy', target: name, verdict: 'error', because };
    }
    const brought = (await getPlanned(outside.blobs, digest)).plan;
    const kept = unnamedIn(brought);
    const deployed = { target, rendered: brought.rendered, kept, asksWhetherRuns: direction !== 'back' };
    return { ...judge(await lookAtTarget(deployed, tools, outside, signal)), kind: 'policy', target: name };
  };
};
