import type { Digest } from '../blobs/blobs.ts';
import { getJson } from '../blobs/json.ts';
import { getPlanned } from '../blobs/planned-target.ts';
import { recordEvent } from '../ledger/events.ts';
import { readRollout } from '../ledger/rollouts.ts';
import { markBack, markDebt, markVerified, readTargetState, type Standing, wayBack } from '../ledger/target-state.ts';
import { advanceWave, readDeployments, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { StepFunctions } from '../outside/step-functions.ts';
import { brief, goesBack } from '../rollout/outcome.ts';
import type { WavePlan } from '../rollout/plan.ts';
import { findSuspects, type ReadOutside, saySuspects } from './find-suspects.ts';
import { orHeld } from './or-held.ts';
import { freeTurn } from './take-turn.ts';

/** How the wave's execution came to its end. */
export interface WaveResult {
  readonly outcome: string;
  readonly because: string;
}

/**
 * Ends a wave: what passed is what its targets are verified on; the turn is freed, unless the wave still has to go back, for which it is
 * kept. Of a wave that failed it is told what else was changed within a day where it failed. Returns what the rollout decides on. Twice is as
 * once.
 */
export const concludeWave = async (
  ref: WaveRef,
  plan: Digest | undefined,
  given: WaveResult,
  steps: StepFunctions,
  readOutside: ReadOutside,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
): Promise<WaveResult> => {
  const { ledger, clock } = outside;
  const result = await orHeld(ref, given, outside);
  if (result.outcome === 'passed' && plan !== undefined) await keepVerified(ref, plan, outside);
  const { again } = await advanceWave(ledger, ref, {
    closedAt: clock.now(),
    outcome: result.outcome,
    because: result.because,
  });
  if (ref.direction === 'back' || !goesBack(result.outcome)) await freeTurn(ref.wave, ref.rollout, steps, outside);
  const hasFailed = ref.direction === 'forward' && result.outcome === 'failed';
  const suspects = hasFailed ? await findSuspects(ref, readOutside, outside) : [];
  // That a way back was begun again and came to nothing again is no news.
  if (again !== undefined && result.outcome !== 'passed')
    return { outcome: result.outcome, because: brief(result.because) };
  await recordEvent(ledger, ref.rollout, `wave ${ref.wave} ${ref.direction}${again === undefined ? '' : ` ${again}`}`, {
    at: clock.now(),
    kind: 'wave',
    wave: ref.wave,
    text: `${ref.direction === 'back' ? 'way back of ' : ''}${ref.wave} ${result.outcome}: ${result.because}${suspects.length === 0 ? '' : `; ${saySuspects(suspects)}`}`,
    ...(suspects.length === 0 ? {} : { details: { suspects } }),
  });
  return { outcome: result.outcome, because: brief(result.because) };
};

const keepVerified = async (
  ref: WaveRef,
  planDigest: Digest,
  { ledger, blobs, clock }: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
): Promise<void> => {
  const plan = await getJson<WavePlan>(blobs, planDigest);
  const deployments = await readDeployments(ledger, ref);
  const commit = (await readRollout(ledger, ref.rollout))?.commit ?? '';
  for (const { target, because } of ref.direction === 'forward' ? plan.unreachable : []) {
    await markDebt(ledger, ref.rollout, target, because);
  }
  for (const { target, planned } of plan.targets) {
    const deployment = deployments.get(target);
    if (deployment?.outcome !== 'deployed') {
      if (ref.direction === 'forward') await markDebt(ledger, ref.rollout, target, deployment?.because ?? 'no result');
      continue;
    }
    const { plan: targetPlan } = await getPlanned(blobs, planned);
    const { release, rendered } = targetPlan;
    if (ref.direction === 'forward') {
      await markVerified(ledger, target, { release, rendered, commit, rollout: ref.rollout, at: clock.now() });
    } else {
      const before: Standing | undefined = wayBack(await readTargetState(ledger, target), ref.rollout);
      if (before !== undefined) await markBack(ledger, target, ref.rollout, { ...before, rendered });
    }
  }
};
