import type { Release } from '../rollout/release.ts';
import { type FlagTools, flagsOfWave } from './flag-tools.ts';
import { readFlags } from './read-flags.ts';

/**
 * The flags of a release that can not be set as they stand in their stores, a sentence each: not there, switched off as a whole, or with rules of
 * somebody's own. What can not be asked now is left to the wave that needs it.
 */
export const refusedFlags = async (
  release: Release,
  tools: FlagTools,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const flags = release.waves.flatMap(({ name: wave }) =>
    flagsOfWave(release, wave).map(({ flag, store, key }) => ({ flag, store, key, wave })),
  );
  const read = await readFlags(flags, release, tools, signal);
  return read.flatMap(([{ flag, wave }, found]) =>
    found.status === 'refused' ? [`flag ${flag} in ${wave}: ${found.because}`] : [],
  );
};
