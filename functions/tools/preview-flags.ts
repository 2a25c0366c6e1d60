import { type FlagView, previewedFlagView } from '../../console/views/flags.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { isSameSetting } from '../../shared/rollout/flag.ts';
import type { Release } from '../../shared/rollout/release.ts';
import { flagsOfWave } from '../../shared/wave/flag-tools.ts';
import { readFlags } from '../../shared/wave/read-flags.ts';
import { flagTools } from './flags.ts';

/** What releasing would set of flags in each wave, as their stores are now. One that does not answer is shown as not known. */
export const previewFlags = async (
  release: Release,
  outside: Outside,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly FlagView[]>> => {
  const flags = release.waves.flatMap(({ name: wave }) =>
    flagsOfWave(release, wave).map(({ flag, store, key, setting }) => ({ flag, store, key, setting, wave })),
  );
  const views = new Map<string, FlagView[]>(release.waves.map(({ name }) => [name, []]));
  for (const [{ flag, store, setting, wave }, read] of await readFlags(flags, release, flagTools(outside), signal)) {
    const from = read.status === 'read' ? read.setting : undefined;
    if (from === undefined || !isSameSetting(from, setting))
      views.get(wave)?.push(previewedFlagView(flag, store, setting, from));
  }
  return views;
};
