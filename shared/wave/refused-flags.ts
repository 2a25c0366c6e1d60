import type { Release } from '../rollout/release.ts';
import { type FlagTools, flagsOfWave } from './flag-tools.ts';

/**
 * The flags of a release that can not be set as they stand in their stores, a sentence each: not there, switched off as a whole, or with rules of
 * somebody's own. What can not be asked now is left to the wave that needs it.
 */
export const refusedFlags = async (
  release: Release,
  tools: FlagTools,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const refused: string[] = [];
  for (const { name: wave } of release.waves) {
    for (const { flag, store, key } of flagsOfWave(release, wave)) {
      const read = await tools.readFlag(release, { flag, store, key, wave }, signal);
      if (read.status === 'refused') refused.push(`flag ${flag} in ${wave}: ${read.because}`);
    }
  }
  return refused;
};
