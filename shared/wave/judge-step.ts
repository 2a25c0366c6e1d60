import { readRollout } from '../ledger/rollouts.ts';
import { readTargetState } from '../ledger/target-state.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { Release } from '../rollout/release.ts';
import type { Wave } from '../rollout/wave.ts';
import { regionsNeeded, saidFrom } from './assess-regions.ts';
import { probeGates } from './gate-tools.ts';
import { lastTallies } from './probe-slices.ts';
import { shardOf, shardsOf } from './shards.ts';
import { type Where, waveRegions } from './wave-regions.ts';

/** Whether a target may be trusted with its next restart. */
export type StepJudgement = { readonly passed: true } | { readonly passed: false; readonly because: string };

/**
 * The gate between two restarts on a target: of every probe gate of the wave there must be a whole slice of samples from after `since`,
 * the moment the last restart had settled, and the newest must hold no confirmed failure. No sample is no pass. Of regions as many must see it
 * fail as would stop the wave (`regionsNeeded`), of those that have such a slice: what one alone sees is its path. Passed where nobody
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
  // One that must fail says nothing of the target.
  const gates = Object.entries(probeGates(release, wave)).filter(([, { mustFail }]) => mustFail !== true);
  if (gates.length === 0 || ref.direction === 'back') return { passed: true };
  const isProbed = (await readTargetState(outside.ledger, target)).verified !== undefined;
  const isRollback = (await readRollout(outside.ledger, ref.rollout))?.rollback === true;
  if (!isProbed || isRollback) return { passed: true };
  const shard = shardOf(target, wave, shardsOf(release, wave).length);
  const regions = waveRegions(release, outside.settings);
  const slices = await Promise.all(
    regions.map(async (region) => {
      const tallies = await lastTallies({ ref, shard, region }, since, outside);
      return tallies.map((tally) => ({ region, tally }));
    }),
  );
  const seen = slices
    .flat()
    .filter(({ tally }) => tally.target === target && tally.attempts > 0 && tally.from >= since);
  for (const [gate, spec] of gates) {
    const heard = seen.filter(({ tally }) => tally.gate === gate);
    if (heard.length === 0) {
      const at = new Date(since).toISOString();
      return { passed: false, because: `gate ${gate} has no samples of ${target} from after ${at} yet` };
    }
    const failing = heard.filter(({ tally }) => tally.failedConfirmed > 0);
    const [first] = failing;
    if (first === undefined || failing.length < regionsNeeded(spec, heard.length)) continue;
    const { failedConfirmed, attempts, firstFailure } = first.tally;
    const code = firstFailure === undefined ? '' : `, first ${firstFailure.code}`;
    const where = saidFrom(
      failing.map(({ region }) => region),
      heard.length,
    );
    const because = `gate ${gate} on ${target}: ${failedConfirmed} of ${attempts} probes failed, and failed again${code}${where}`;
    return { passed: false, because };
  }
  return { passed: true };
};
