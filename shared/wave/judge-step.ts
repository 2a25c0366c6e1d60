import { readRollout } from '../ledger/rollouts.ts';
import { readTargetState } from '../ledger/target-state.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { Release } from '../rollout/release.ts';
import type { Wave } from '../rollout/wave.ts';
import { probeGates } from './gate-tools.ts';
import { lastTallies } from './probe-slices.ts';
import { shardOf, shardsOf } from './shards.ts';
import { type Where, waveRegions } from './wave-regions.ts';

/** Whether a target may be trusted with its next restart. */
export type StepJudgement = { readonly passed: true } | { readonly passed: false; readonly because: string };

/**
 * The gate between two restarts on a target: of every probe gate of the wave there must be a whole slice of samples from after `since`,
 * the moment the last restart had settled, and the newest must hold no confirmed failure. No sample is no pass. Passed where nobody
 * probes the target: the wave has no probe gate, nothing was ever verified there, or the target goes back because it is ill.
 */
export const judgeStep = async (
  ref: WaveRef,
  target: string,
  since: number,
  release: Release,
  wave: Wave,
  outside: Pick<Outside, 'ledger' | 'blobs'> & { readonly settings: Where },
): Promise<StepJudgement> => {
  const gates = Object.keys(probeGates(release, wave));
  if (gates.length === 0 || ref.direction === 'back') return { passed: true };
  const isProbed = (await readTargetState(outside.ledger, target)).verified !== undefined;
  const isRollback = (await readRollout(outside.ledger, ref.rollout))?.rollback === true;
  if (!isProbed || isRollback) return { passed: true };
  const shard = shardOf(target, wave, shardsOf(release, wave).length);
  const regions = waveRegions(release, outside.settings);
  const seen = await Promise.all(regions.map((region) => lastTallies({ ref, shard, region }, since, outside)));
  const tallies = seen.flat().filter((each) => each.target === target && each.attempts > 0 && each.from >= since);
  for (const gate of gates) {
    const own = tallies.filter((each) => each.gate === gate);
    // From wherever it fails: whoever asks next may ask from there.
    const tally = own.find(({ failedConfirmed }) => failedConfirmed > 0) ?? own[0];
    if (tally === undefined) {
      const at = new Date(since).toISOString();
      return { passed: false, because: `gate ${gate} has no samples of ${target} from after ${at} yet` };
    }
    if (tally.failedConfirmed > 0) {
      const { failedConfirmed, attempts, firstFailure } = tally;
      const first = firstFailure === undefined ? '' : `, first ${firstFailure.code}`;
      const because = `gate ${gate} on ${target}: ${failedConfirmed} of ${attempts} probes failed, and failed again${first}`;
      return { passed: false, because };
    }
  }
  return { passed: true };
};
