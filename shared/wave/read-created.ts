import { BlobMissing } from '../blobs/blobs.ts';
import { getJson } from '../blobs/json.ts';
import { readTargetState } from '../ledger/target-state.ts';
import { readWave } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { createdBy, type ObjectId, type PlannedTarget, type WavePlan } from '../rollout/plan.ts';
import type { Release } from '../rollout/release.ts';

type Stored = Pick<Outside, 'ledger' | 'blobs'>;

/** A release as a rollout brought it. */
interface Brought {
  readonly rollout: string;
  readonly release: `sha256:${string}`;
}

/** As `readCreated`, of the rollout whose release stands on the target now. */
export const readCreatedByStanding = async (target: string, stored: Stored): Promise<ReadonlySet<ObjectId>> => {
  const { verified } = await readTargetState(stored.ledger, target);
  return verified === undefined ? new Set() : readCreated(verified, target, stored);
};

/**
 * What a rollout brought to a target itself, by its plan there, so that it may go as it came. What was there before and was taken over is
 * not among it. Nothing where the plan is no longer kept.
 */
export const readCreated = async (
  brought: Brought,
  target: string,
  { ledger, blobs }: Stored,
): Promise<ReadonlySet<ObjectId>> => {
  try {
    const { waves } = await getJson<Release>(blobs, brought.release);
    const wave = waves.find(({ targets }) => targets.includes(target));
    if (wave === undefined) return new Set();
    const { plan } = await readWave(ledger, { ...brought, wave: wave.name, direction: 'forward' });
    const planned = plan && (await getJson<WavePlan>(blobs, plan)).targets.find((each) => each.target === target);
    return planned === undefined ? new Set() : createdBy((await getJson<PlannedTarget>(blobs, planned.planned)).plan);
  } catch (error) {
    if (error instanceof BlobMissing) return new Set();
    throw error;
  }
};
