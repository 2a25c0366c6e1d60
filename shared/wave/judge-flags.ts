import { type FlagChange, readFlagChanges } from '../ledger/flags.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { describeSetting, isSameSetting } from '../rollout/flag.ts';
import type { Release } from '../rollout/release.ts';
import type { Judgement, Verdict } from '../rollout/verdict.ts';
import type { FlagTools } from './flag-tools.ts';
import { readFlags } from './read-flags.ts';

/** A sentence about a flag that somebody else has changed begins so. */
export const foreign = (ref: Pick<WaveRef, 'wave'>, flag: string): string =>
  `flag ${flag} was changed by somebody else in ${ref.wave}: it is`;

/** What is said of one flag; each is a gate of its own, so that one that is well does not cover up another. */
export const flagJudgement = (
  { flag, store, key }: Pick<FlagChange, 'flag' | 'store' | 'key'>,
  verdict: Verdict,
  because: string,
): Judgement => ({ gate: `flag ${flag}`, kind: 'flag', source: store, query: key, verdict, because });

/**
 * Judges whether the flags that a wave has set are still what was approved: another value is somebody else's change, which fails the wave
 * and is not overwritten; a store that does not answer is inconclusive.
 */
export const judgeFlags = async (
  ref: WaveRef,
  release: Release,
  tools: FlagTools,
  { ledger }: Pick<Outside, 'ledger'>,
  signal: AbortSignal,
): Promise<readonly Judgement[]> => {
  const set = (await readFlagChanges(ledger, ref)).filter(
    ({ setAt, backAt }) => setAt !== undefined && backAt === undefined,
  );
  const read = await readFlags(set, release, tools, signal);
  return read.map(([change, found]) => {
    if (found.status !== 'read') return flagJudgement(change, 'inconclusive', found.because);
    if (isSameSetting(found.setting, change.to))
      return flagJudgement(change, 'pass', `it is ${describeSetting(change.to)}, as was set`);
    const because = `${foreign(ref, change.flag)} ${describeSetting(found.setting)}, set by this rollout: ${describeSetting(change.to)}`;
    return flagJudgement(change, 'fail', because);
  });
};
