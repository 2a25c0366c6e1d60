import { readFlagChanges, readFlagStandings } from '../ledger/flags.ts';
import { readRollout } from '../ledger/rollouts.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { type FlagSetting, isSameSetting, type PlannedFlag } from '../rollout/flag.ts';
import type { Release } from '../rollout/release.ts';
import type { Wave } from '../rollout/wave.ts';
import { type FlagAt, type FlagTools, flagsOfWave } from './flag-tools.ts';
import { targetsOf } from './gate-tools.ts';
import { firstUnserved, readFlags } from './read-flags.ts';

/** What becomes of a wave's flags, or why it can not be said. */
export type PlannedFlags =
  | {
      readonly status: 'planned';
      readonly flags: readonly PlannedFlag[];
      /** Back, and in a rollback: what was switched on goes off before the code it is for. */
      readonly areFirst: boolean;
    }
  /** A store, or what reads from it in a target, does not answer now. */
  | { readonly status: 'unknown'; readonly because: string }
  | { readonly status: 'refused'; readonly because: string };

/**
 * Plans the flags of a wave: forward, what of the release differs from what stands in their stores; back, what this rollout set and did not
 * take back yet. A rollback of a release whose flags it did not have itself takes those to what they were before Tidegate set them. That
 * each can be read, in its store and on every target, is found out here: what can not be switched off must not be switched on.
 */
export const planFlags = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  tools: FlagTools,
  { ledger }: Pick<Outside, 'ledger'>,
  signal: AbortSignal,
): Promise<PlannedFlags> => {
  const isRollback = (await readRollout(ledger, ref.rollout))?.rollback === true;
  if (ref.direction === 'back') {
    // A rollback that failed leaves flags as they are: what it took them from is what it was to end.
    const changes = isRollback ? [] : (await readFlagChanges(ledger, ref)).filter(({ backAt }) => backAt === undefined);
    return {
      status: 'planned',
      areFirst: true,
      flags: changes.map(({ flag, store, key, from, to }) => ({ flag, store, key, from: to, to: from })).reverse(),
    };
  }
  const stands: { readonly flag: WantedFlag; readonly wanted: FlagSetting }[] = [];
  const wanted = await wantedFlags(ref, release, isRollback, ledger);
  for (const [flag, read] of await readFlags(wanted, release, tools, signal)) {
    if (read.status === 'refused') return { status: 'refused', because: `flag ${flag.flag}: ${read.because}` };
    if (read.status === 'unreachable') return { status: 'unknown', because: `flag ${flag.flag}: ${read.because}` };
    stands.push({ flag, wanted: read.setting });
  }
  const unread = await firstUnserved(stands, targetsOf(release, wave.targets), () => true, release, tools, signal);
  if (unread !== undefined) return { status: 'unknown', because: unread.served.because };
  const flags = stands.flatMap(({ flag: { flag, store, key, setting: to }, wanted: from }) =>
    isSameSetting(from, to) ? [] : [{ flag, store, key, from, to }],
  );
  return { status: 'planned', flags, areFirst: isRollback };
};

type WantedFlag = FlagAt & { readonly setting: FlagSetting };

const wantedFlags = async (
  ref: WaveRef,
  release: Release,
  isRollback: boolean,
  ledger: Outside['ledger'],
): Promise<readonly WantedFlag[]> => {
  const { wave } = ref;
  const own = flagsOfWave(release, wave).map(({ flag, store, key, setting }) => ({ flag, store, key, setting, wave }));
  if (!isRollback) return own;
  const known = new Set(own.map(({ flag }) => flag));
  const standings = await readFlagStandings(ledger, wave);
  const others = [...standings].flatMap(([flag, { original, store, key }]) =>
    known.has(flag) || release.flagStores?.[store] === undefined ? [] : [{ flag, store, key, setting: original, wave }],
  );
  return [...own, ...others];
};
