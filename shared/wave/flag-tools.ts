import type { FlagRead, FlagWritten } from '../flags/flag-place.ts';
import type { Served } from '../flags/read-served.ts';
import type { FlagSetting, FlagSpec, PlannedFlag } from '../rollout/flag.ts';
import type { Release } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';

/** What a step needs of the capability that reads and writes flags. `of`: the release whose stores are meant. */
export interface FlagTools {
  readFlag(of: Release, flag: FlagAt, signal: AbortSignal): Promise<FlagRead>;
  writeFlag(
    of: Release,
    flag: FlagAt,
    setting: FlagSetting,
    version: string,
    signal: AbortSignal,
  ): Promise<FlagWritten>;
  /** Whether the code in a target is given the setting. */
  readServed(of: Release, flag: FlagAt, wanted: FlagSetting, target: Target, signal: AbortSignal): Promise<Served>;
}

/** A flag in a wave: where it is kept, and its key there. */
export type FlagAt = Pick<PlannedFlag, 'flag' | 'store' | 'key'> & { readonly wave: string };

/** What flags of a release are to be in a wave, by name. */
export const flagsOfWave = (
  release: Release,
  wave: string,
): readonly (FlagSpec & { readonly flag: string; readonly setting: FlagSetting })[] =>
  Object.entries(release.flags ?? {})
    .flatMap(([flag, spec]) => {
      const setting = spec.waves[wave];
      return setting === undefined ? [] : [{ ...spec, flag, setting }];
    })
    .sort((a, b) => (a.flag < b.flag ? -1 : 1));
