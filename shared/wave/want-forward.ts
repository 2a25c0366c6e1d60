import { readRollout } from '../ledger/rollouts.ts';
import type { Outside } from '../outside/outside.ts';
import type { ObjectId } from '../rollout/plan.ts';
import type { Release, ReleaseTarget } from '../rollout/release.ts';
import { deleteLimits } from './delete-limits.ts';
import { inTurns } from './in-turns.ts';
import type { Wanted } from './plan-one.ts';
import { readCreatedByStanding } from './read-created.ts';

/** Targets whose plans are read at the same time. */
const concurrency = 16;

/** A release, and the rollout that brings it; none where somebody only wants to know what it would do. */
export interface Bringing {
  readonly release: `sha256:${string}`;
  readonly rollout?: string;
}

/**
 * What targets shall have of a release, and its rules there. A rollback is a release of something older: what the one that stands there
 * brought may go as it came, and what is wrong with the older one does not keep it from coming back.
 */
export const wantForward = async (
  release: Release,
  { release: digest, rollout }: Bringing,
  targets: readonly ReleaseTarget[],
  stored: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<readonly Wanted[]> => {
  const isRollback = rollout !== undefined && (await readRollout(stored.ledger, rollout))?.rollback === true;
  const created = new Map<string, ReadonlySet<ObjectId>>();
  await inTurns(isRollback ? targets : [], concurrency, async ({ name }) => {
    created.set(name, await readCreatedByStanding(name, stored));
  });
  return targets.map((target) => ({
    target,
    rendered: target.rendered,
    release: digest,
    deletes: deleteLimits(release, target, 'forward', created.get(target.name) ?? new Set()),
    lint: isRollback ? 'tell' : 'refuse',
  }));
};
