import type { DeleteLimits } from '../apply/assess-deletes.ts';
import type { Direction, ObjectId } from '../rollout/plan.ts';
import type { Release, ReleaseTarget } from '../rollout/release.ts';

/**
 * What a release may delete on a target, and what becomes of more. | forward | an approval may name it; refused where the config says of
 * nobody that they may | | back | it stays: nobody is asked on the way back |. `exempt`: what the release that is taken back brought
 * there. Pure.
 */
export const deleteLimits = (
  { deletes, services }: Pick<Release, 'deletes' | 'services'>,
  target: Pick<ReleaseTarget, 'maxDeletes'>,
  direction: Direction,
  exempt: ReadonlySet<ObjectId>,
): DeleteLimits => ({
  max: target.maxDeletes ?? deletes.max,
  ofTarget: target.maxDeletes !== undefined,
  services: Object.fromEntries(
    Object.entries(services).flatMap(([name, { maxDeletes }]) =>
      maxDeletes === undefined ? [] : [[name, maxDeletes]],
    ),
  ),
  protect: deletes.protect,
  exempt,
  beyond: direction === 'back' ? 'keep' : deletes.approval === undefined ? 'refuse' : 'name',
});
