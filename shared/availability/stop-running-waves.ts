import { readRollout } from '../ledger/rollouts.ts';
import { readTurn } from '../ledger/turn.ts';
import { readWave, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { Release } from '../rollout/release.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { Outage } from './assess-standings.ts';

/** Sets a wave's stop flag for what a gate found. The first stop counts. */
export type StopWave = (ref: WaveRef, judgement: Judgement) => Promise<void>;

/**
 * Stops the wave that is under way over a target that is out, whichever rollout holds it: from its first batch until its gates are closed. On
 * a way back nothing is stopped: that would keep what is bad. Twice is as once. Returns the waves that were stopped.
 */
export const stopRunningWaves = async (
  outage: Outage,
  release: Release,
  stop: StopWave,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<readonly string[]> => {
  const stopped: string[] = [];
  for (const { name, targets } of release.waves) {
    if (!targets.includes(outage.target)) continue;
    const { holder } = await readTurn(ledger, name);
    const rollout = holder === undefined ? undefined : await readRollout(ledger, holder.rollout);
    if (rollout?.release === undefined || rollout.end !== undefined || rollout.rollback === true) continue;
    const ref: WaveRef = { rollout: rollout.rollout, release: rollout.release, wave: name, direction: 'forward' };
    const { deployingAt, closedAt } = await readWave(ledger, ref);
    if (deployingAt === undefined || closedAt !== undefined) continue;
    await stop(ref, judgementOf(outage, clock.now()));
    stopped.push(name);
  }
  return stopped;
};

/** An outage as a judgement, which says its source too. */
const judgementOf = ({ target, gate, because, regions, since, ...numbers }: Outage, to: number): Judgement => ({
  ...numbers,
  gate,
  kind: 'probe',
  verdict: 'fail',
  target,
  because: `scheduled probes from ${regions.join(' and ')} fail since ${new Date(since).toISOString()}: ${because}`,
  source: 'scheduled probes',
  window: { from: since, to: Math.max(since, to) },
});
