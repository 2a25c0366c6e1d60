import type { Applied } from '../apply/settle/follow-landings.ts';
import type { Stillness } from '../apply/still-settled.ts';
import type { Digest } from '../blobs/blobs.ts';
import { getJson } from '../blobs/json.ts';
import { getPlanned } from '../blobs/planned-target.ts';
import type { Cluster } from '../clouds/cluster.ts';
import type { Outside } from '../outside/outside.ts';
import { unnamedIn, type WavePlan } from '../rollout/plan.ts';
import type { Release, RenderedTarget } from '../rollout/release.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { VerifyTarget } from './judge-wave.ts';
import { isTargetTrouble, type PlanningTools, planOne, type Wanted } from './plan-one.ts';

/** What the last look at a wave needs of other capabilities. */
export interface VerifyingTools extends PlanningTools {
  stillSettled(
    applied: Pick<Applied, 'rendered' | 'namespace'>,
    cluster: Cluster,
    signal: AbortSignal,
  ): Promise<Stillness>;
}

/**
 * Reads a target once more and judges whether it has exactly what was deployed: a plan of the same release must find nothing to do. What
 * somebody changed in between, or a write that was answered and lost, fails; a target that can not be read is inconclusive.
 */
const verifyTarget = async (
  wanted: Wanted,
  tools: PlanningTools,
  outside: Pick<Outside, 'blobs'>,
  signal: AbortSignal,
): Promise<Judgement> => {
  const judgement = { gate: 'as-deployed', kind: 'policy', target: wanted.target.name } as const;
  const found = await planOne(wanted, tools, outside, signal);
  if (found.status === 'unreachable') return { ...judgement, verdict: 'inconclusive', because: found.because };
  if (found.status === 'refused') {
    return { ...judgement, verdict: 'fail', because: found.refusals.map(({ because }) => because).join('; ') };
  }
  const different = found.planned.plan.objects.filter((object) => object.action !== 'unchanged');
  if (different.length === 0) {
    return {
      ...judgement,
      verdict: 'pass',
      because: `all ${found.planned.plan.objects.length} objects are as deployed`,
    };
  }
  const named = different.slice(0, 3).map((object) => `${object.action} ${object.id}`);
  return {
    ...judgement,
    verdict: 'fail',
    because: `${different.length} objects are not as deployed, to do: ${named.join(', ')}`,
  };
};

/** Judges whether what was deployed still runs: what broke after it had settled, and that no gate looks at, is found here. */
const verifyRunning = async (
  { target, rendered }: Wanted,
  { open, stillSettled }: VerifyingTools,
  { blobs }: Pick<Outside, 'blobs'>,
  signal: AbortSignal,
): Promise<Judgement> => {
  const judgement = { gate: 'still-settled', kind: 'policy', target: target.name } as const;
  try {
    const { cluster } = await open(target, signal);
    const applied = { rendered: await getJson<RenderedTarget>(blobs, rendered), namespace: target.namespace };
    const still = await stillSettled(applied, cluster, signal);
    if (still.status === 'settled') return { ...judgement, verdict: 'pass', because: 'it runs' };
    const verdict = still.status === 'lost' ? 'fail' : 'inconclusive';
    return { ...judgement, verdict, because: `no longer settled: ${still.because}` };
  } catch (error) {
    if (!isTargetTrouble(error)) throw error;
    return { ...judgement, verdict: 'inconclusive', because: error.message };
  }
};

/** Tools for one target, which is found and opened once for both looks at it. */
const openedOnce = (tools: VerifyingTools): VerifyingTools => {
  let opened: ReturnType<VerifyingTools['open']> | undefined;
  return {
    ...tools,
    open: (target, signal) => {
      opened ??= tools.open(target, signal);
      return opened;
    },
  };
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
    const { rendered, release: of } = brought;
    const wanted: Wanted = { target, rendered, release: of, lint: 'tell', kept: unnamedIn(brought) };
    const opened = openedOnce(tools);
    const asDeployed = await verifyTarget(wanted, opened, outside, signal);
    if (direction === 'back' || asDeployed.verdict !== 'pass') return asDeployed;
    const running = await verifyRunning(wanted, opened, outside, signal);
    return running.verdict === 'pass' ? { ...asDeployed, because: `${asDeployed.because}, and run` } : running;
  };
};
