import { readRollout } from '../ledger/rollouts.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { assessEntry, type Wait } from '../rollout/assess-entry.ts';
import type { Release } from '../rollout/release.ts';
import type { Wave } from '../rollout/wave.ts';
import { targetsOf } from './gate-tools.ts';

/**
 * Which of these targets may not be entered now, and why. Windows hold neither the way back nor a rollback: what is ill at night must not
 * stay so until the morning.
 */
export const readWaits = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  targets: readonly string[],
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<ReadonlyMap<string, Wait>> => {
  if (ref.direction === 'back' || (await readRollout(ledger, ref.rollout))?.rollback === true) return new Map();
  const { windows = {} } = release;
  return assessEntry(wave, targetsOf(release, targets), { windows, now: clock.now() });
};
