import type { ObjectId } from '../../rollout/plan.ts';
import type { LiveObject } from '../live-object.ts';
import { assessSettled, type SettledKind } from '../settled/assess-settled.ts';
import { inProgress, type Settled } from '../settled/settled-rules.ts';
import type { Landed } from '../slice.ts';

/** An object that was applied, and what has become of it. */
export interface Landing {
  readonly id: ObjectId;
  readonly live?: LiveObject;
  readonly settled: Settled;
  /** What was read, or what its controller has seen, is older than what was written: its pods are still those of before. */
  readonly isStale: boolean;
}

/**
 * What has become of an object since it was written: only the same object (uid) at the written generation or a later one is
 * judged by its status. Without `landed` (nothing is known of a write) the object is judged as it is.
 */
export const assessLanding = (
  id: ObjectId,
  live: LiveObject | undefined,
  landed: Landed | undefined,
  now: number,
  kind: SettledKind = {},
): Landing => {
  if (live === undefined) {
    return {
      id,
      isStale: false,
      settled: { status: 'failed', reason: 'Missing', message: 'it is gone since it was applied' },
    };
  }
  const { uid, generation = 0 } = live.metadata;
  if (landed !== undefined && landed.uid !== uid) {
    const message = `it was replaced since it was applied: uid ${uid} instead of ${landed.uid}`;
    return { id, live, isStale: false, settled: { status: 'failed', reason: 'Replaced', message } };
  }
  if (landed !== undefined && generation < landed.generation) {
    const message = `generation ${generation} was read, ${landed.generation} was written`;
    return { id, live, isStale: true, settled: inProgress('StaleRead', message) };
  }
  const settled = assessSettled(live, now, kind);
  return { id, live, isStale: settled.reason === 'LatestGenerationNotObserved', settled };
};
