import { readFlagChanges } from '../ledger/flags.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { describeSetting, isSameSetting } from '../rollout/flag.ts';
import type { Release } from '../rollout/release.ts';
import type { Judgement } from '../rollout/verdict.ts';
import type { FlagTools } from './flag-tools.ts';
import { foreign } from './set-flags.ts';

/** What the judgements of flags are called, so that they can be told from those of gates. */
export const FLAG_GATE = 'flags';

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
  const judged: Judgement[] = [];
  for (const change of await readFlagChanges(ledger, ref)) {
    if (change.setAt === undefined || change.backAt !== undefined) continue;
    const read = await tools.readFlag(release, { ...change, wave: ref.wave }, signal);
    const judgement = { gate: FLAG_GATE, kind: 'flag', source: change.store, query: change.key } as const;
    if (read.status !== 'read') {
      judged.push({ ...judgement, verdict: 'inconclusive', because: `flag ${change.flag}: ${read.because}` });
    } else if (isSameSetting(read.setting, change.to)) {
      judged.push({
        ...judgement,
        verdict: 'pass',
        because: `flag ${change.flag} is ${describeSetting(change.to)}, as was set`,
      });
    } else {
      const because = `${foreign(ref, change.flag)} ${describeSetting(read.setting)}, set by this rollout: ${describeSetting(change.to)}`;
      judged.push({ ...judgement, verdict: 'fail', because });
    }
  }
  return judged;
};
