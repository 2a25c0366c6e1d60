import type { Digest } from '../blobs/blobs.ts';
import { getJson } from '../blobs/json.ts';
import { readStop, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { joinWaits } from '../rollout/assess-entry.ts';
import type { InProgress } from '../rollout/outcome.ts';
import type { WavePlan } from '../rollout/plan.ts';
import type { Release } from '../rollout/release.ts';
import type { Wave } from '../rollout/wave.ts';
import { endWait, keepWait } from './keep-wait.ts';
import { readWaits } from './read-waits.ts';

export type AwaitEntryResult = InProgress | { readonly status: 'pass' | 'aborted'; readonly because: string };

/**
 * Waits, with nothing written and nothing probed, until at least one target of the wave may be entered; those that may not by then are left
 * out of the batches until they may. Waits without end: whoever does not want that aborts the rollout.
 */
export const awaitEntry = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  plan: Digest,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock'>,
): Promise<AwaitEntryResult> => {
  const stop = await readStop(outside.ledger, ref);
  if (stop !== undefined) return { status: 'aborted', because: stop.because };
  const planned = await getJson<WavePlan>(outside.blobs, plan);
  const total = planned.targets.length;
  const waits = await readWaits(ref, release, wave, planned, outside);
  if (total > 0 && waits.size === total) return keepWait(ref, joinWaits(wave.name, waits, total), outside);
  await endWait(ref, outside);
  return { status: 'pass', because: `wave ${wave.name} may be entered` };
};
