import type { Rollout } from '../ledger/rollouts.ts';
import type { Outside } from '../outside/outside.ts';
import type { StepFunctions } from '../outside/step-functions.ts';
import { followingName } from '../rollout/own-rollout.ts';
import { releaseOf } from './release-of.ts';
import { startRollout } from './start-rollout.ts';

/**
 * Starts a rollout for each private target of a release that the fleet has: of the same commit, with a wave, a window and approvers of its
 * own. Each is known by a name made from the rollout's and the target's, so that twice is as once. Returns the targets.
 */
export const startFollowing = async (
  { rollout, repository, commit, authors, rollback = false, release }: Rollout,
  steps: StepFunctions,
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock' | 'settings'>,
): Promise<readonly string[]> => {
  if (release === undefined) return [];
  const { following = [] } = await releaseOf(outside.blobs, release);
  for (const only of following) {
    const request = { repository, commit, by: 'tidegate', authors, rollback, only };
    await startRollout(request, followingName(rollout, only), steps, outside);
  }
  return following;
};
