import type { WaveProgress } from '../ledger/waves.ts';
import type { Wave } from '../rollout/wave.ts';

/** The wave as it soaks: longer than configured where its plan changes what others stand on. */
export const soaking = (wave: Wave, longSoak: WaveProgress['longSoak']): Wave =>
  longSoak === undefined ? wave : { ...wave, soakMs: longSoak.ms };
