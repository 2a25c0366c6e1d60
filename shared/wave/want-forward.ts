import { readRollout } from '../ledger/rollouts.ts';
import { inTurns } from '../outside/in-turns.ts';
import type { Outside } from '../outside/outside.ts';
import type { ObjectId } from '../rollout/plan.ts';
import type { Release, ReleaseTarget } from '../rollout/release.ts';
import { deleteLimits } from './delete-limits.ts';
import { jobsForward, jobsOfRollback } from './job-rules.ts';
import type { Wanted } from './plan-one.ts';
import { readCreatedByStanding } from './read-created.ts';
import { restartRules } from './restart-rules.ts';

/** Targets whose plans are read at the same time. */
const concurrency = 16;

/** A release, and the rollout that brings it; none where somebody only wants to know what it would do. */
export interface Bringing {
  readonly release: `sha256:${string}`;
  readonly rollout?: string;
}

/**
 * What targets shall have of a release, and its rules there. A rollback is a release of something older: what the one that stands there
 * brought may go as it came, what is wrong with the older one does not keep it from coming back, and consumers restart before what they
 * must no longer call. Its jobs ran when it came, and those of what it takes back that are for that run.
 */
export const wantForward = async (
  release: Release,
  { release: digest, rollout }: Bringing,
  targets: readonly ReleaseTarget[],
  stored: Pick<Outside, 'ledger' | 'blobs'>,
): Promise<readonly Wanted[]> => {
  const isRollback = rollout !== undefined && (await readRollout(stored.ledger, rollout))?.rollback === true;
  const order = isRollback ? 'consumers-first' : 'providers-first';
  const wanted = new Map<string, Wanted>();
  await inTurns(targets, concurrency, async (target) => {
    const { name, rendered } = target;
    const created = isRollback ? await readCreatedByStanding(name, stored) : new Set<ObjectId>();
    const deletes = deleteLimits(release, target, 'forward', created);
    const restarts = await restartRules(target, release, order, stored);
    const jobs = await (isRollback ? jobsOfRollback : jobsForward)(release, digest, name, stored);
    const lint = isRollback ? 'tell' : 'refuse';
    wanted.set(name, { target, rendered, release: digest, deletes, lint, restarts, jobs });
  });
  return targets.flatMap(({ name }) => wanted.get(name) ?? []);
};
