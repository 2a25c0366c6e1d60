import type { FlagRead } from '../flags/flag-place.ts';
import type { Served } from '../flags/read-served.ts';
import { inTurns, mapInTurns } from '../outside/in-turns.ts';
import type { FlagSetting } from '../rollout/flag.ts';
import type { Release } from '../rollout/release.ts';
import type { Target } from '../rollout/target.ts';
import type { FlagAt, FlagTools } from './flag-tools.ts';

/** Flags read in their stores at the same time: one that does not answer costs all of them one time-out. */
const FLAGS_AT_ONCE = 16;
/** Targets asked at the same time, each another host: a thousand that do not answer within ten seconds are through in 80. */
const TARGETS_AT_ONCE = 128;

/** How flags stand in their stores, in the order of the flags. */
export const readFlags = <Flag extends FlagAt>(
  flags: readonly Flag[],
  release: Release,
  tools: Pick<FlagTools, 'readFlag'>,
  signal: AbortSignal,
): Promise<readonly (readonly [Flag, FlagRead])[]> =>
  mapInTurns(flags, FLAGS_AT_ONCE, async (flag) => [flag, await tools.readFlag(release, flag, signal)] as const);

/** A flag that the code in a target is to be given. */
export interface ServedFlag {
  readonly flag: FlagAt;
  readonly wanted: FlagSetting;
}

/**
 * The first, in the order of flags and targets, of those asked that the code in a target is not given as wanted: `ends` says for which answers
 * that is. No further one is asked once there is one, so that what is dead costs one time-out. Nothing where there is none.
 */
export const firstUnserved = async <Flag extends ServedFlag>(
  flags: readonly Flag[],
  targets: readonly Target[],
  ends: (served: Served) => boolean,
  release: Release,
  tools: Pick<FlagTools, 'readServed'>,
  signal: AbortSignal,
): Promise<{ readonly of: Flag; readonly served: Exclude<Served, { readonly status: 'served' }> } | undefined> => {
  const questions = flags.flatMap((of) => targets.map((target) => ({ of, target }))).entries();
  const found = new Map<number, { of: Flag; served: Exclude<Served, { readonly status: 'served' }> }>();
  await inTurns([...questions], TARGETS_AT_ONCE, async ([at, { of, target }]) => {
    if (found.size > 0) return;
    const served = await tools.readServed(release, of.flag, of.wanted, target, signal);
    if (served.status !== 'served' && ends(served)) found.set(at, { of, served });
  });
  return found.get(Math.min(...found.keys()));
};
