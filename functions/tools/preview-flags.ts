import { type FlagView, previewedFlagView } from '../../console/views/flags.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { isSameSetting } from '../../shared/rollout/flag.ts';
import type { Release } from '../../shared/rollout/release.ts';
import { flagsOfWave } from '../../shared/wave/flag-tools.ts';
import { flagTools } from './flags.ts';

/** What releasing would set of flags in each wave, as their stores are now. One that does not answer is shown as not known. */
export const previewFlags = async (
  release: Release,
  outside: Outside,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly FlagView[]>> => {
  const tools = flagTools(outside);
  const views = new Map<string, readonly FlagView[]>();
  for (const { name: wave } of release.waves) {
    const flags: FlagView[] = [];
    for (const { flag, store, key, setting } of flagsOfWave(release, wave)) {
      const read = await tools.readFlag(release, { flag, store, key, wave }, signal);
      const from = read.status === 'read' ? read.setting : undefined;
      if (from === undefined || !isSameSetting(from, setting))
        flags.push(previewedFlagView(flag, store, setting, from));
    }
    views.set(wave, flags);
  }
  return views;
};
