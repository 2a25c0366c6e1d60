import { type FlagSetting, isSameSetting, type PlannedFlag } from '../rollout/flag.ts';
import type { Ledger } from './ledger.ts';
import { queryAll, stored, update } from './update.ts';

/** A flag that a rollout sets in a wave. Times are epoch milliseconds; each is set once. */
export interface FlagChange extends PlannedFlag {
  readonly wave: string;
  /** Before the first try to write: from then on it may be set. */
  readonly intendedAt: number;
  /** When it was known to be set. */
  readonly setAt?: number;
  /** When every target was known to serve it. */
  readonly seenAt?: number;
  /** When it was known to be what it had been before. */
  readonly backAt?: number;
}

/** What a flag is in a wave by Tidegate's own doing, and what it was before that ever touched it. */
export interface FlagStanding {
  readonly setting: FlagSetting;
  readonly original: FlagSetting;
  readonly store: string;
  readonly key: string;
  readonly rollout: string;
  readonly at: number;
}

type InWave = { readonly rollout: string; readonly wave: string };

const changeKey = ({ rollout, wave }: InWave, flag: string) => ({
  partition: `rollout#${rollout}`,
  sort: `flag#${wave}#${flag}`,
});
const standingKey = (wave: string, flag: string) => ({ partition: 'flags', sort: `${wave}#${flag}` });

/** Notes that a flag is about to be set. The first note stays. */
export const intendFlag = async (ledger: Ledger, ref: InWave, flag: PlannedFlag, at: number): Promise<FlagChange> => {
  const change: FlagChange = { ...flag, wave: ref.wave, intendedAt: at };
  const row = await update(ledger, changeKey(ref, flag.flag), (before) =>
    before === undefined ? { ...change } : undefined,
  );
  return row === undefined ? change : stored<FlagChange>(row);
};

/** Notes how far a change of a flag is. What is noted already stays; the same again changes nothing. */
export const noteFlag = async (
  ledger: Ledger,
  ref: InWave,
  flag: string,
  step: Pick<FlagChange, 'setAt' | 'seenAt' | 'backAt'>,
): Promise<void> => {
  await update(ledger, changeKey(ref, flag), (row) => (row === undefined ? undefined : { ...step, ...row.data }));
};

/** The changes of flags that a rollout made, or may have made, in a wave, by the name of the flag. */
export const readFlagChanges = async (ledger: Ledger, { rollout, wave }: InWave): Promise<readonly FlagChange[]> =>
  (await queryAll(ledger, `rollout#${rollout}`, `flag#${wave}#`)).map((row) => stored<FlagChange>(row));

/** The changes of flags that a rollout made, or may have made, in any wave. */
export const readFlagChangesOf = async (ledger: Ledger, rollout: string): Promise<readonly FlagChange[]> =>
  (await queryAll(ledger, `rollout#${rollout}`, 'flag#')).map((row) => stored<FlagChange>(row));

/** Keeps what a flag is now in a wave. What it was before anything of ours is remembered from the first time. */
export const keepFlagStanding = async (
  ledger: Ledger,
  { rollout, wave }: InWave,
  { flag, store, key, from }: Pick<PlannedFlag, 'flag' | 'store' | 'key' | 'from'>,
  setting: FlagSetting,
  at: number,
): Promise<void> => {
  await update(ledger, standingKey(wave, flag), (row) => {
    const before = row === undefined ? undefined : stored<FlagStanding>(row);
    if (before?.rollout === rollout && isSameSetting(before.setting, setting)) return undefined;
    return { flag, wave, store, key, setting, original: before?.original ?? from, rollout, at };
  });
};

/** What flags are in a wave by our doing, by name. */
export const readFlagStandings = async (ledger: Ledger, wave: string): Promise<ReadonlyMap<string, FlagStanding>> =>
  new Map(
    (await queryAll(ledger, 'flags', `${wave}#`)).map((row) => [String(row.data.flag), stored<FlagStanding>(row)]),
  );
