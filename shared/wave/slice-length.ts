import type { Wave } from '../rollout/wave.ts';

/**
 * After so long the samples of a prober are kept and the list of targets is looked at anew. Only whole slices after the last write count at
 * the exit, so a short soak needs short ones; a long soak would store many.
 */
export const sliceOf = ({ soakMs }: Wave): number => Math.min(Math.max(soakMs / 20, 1_000), 10_000);

/** So long may pass without a probe: two slices, and what an invocation takes to begin. */
export const gapOf = (wave: Wave): number => 2 * sliceOf(wave) + 15_000;
