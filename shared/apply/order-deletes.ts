import type { ObjectId } from '../rollout/plan.ts';
import { isBuiltInGroup } from './built-in-groups.ts';
import { isWebhookConfiguration } from './kind-order.ts';
import { parseObjectId } from './object-id.ts';
import { type ApplyOrder, orderObjects } from './order-objects.ts';
import type { Member } from './read-live.ts';

/** Objects that go together. */
export interface DeleteStage {
  /** In the order they are begun; what an object needs must be gone before it. */
  readonly deletes: Pick<ApplyOrder, 'order' | 'needs' | 'after'>;
  /** Whether one of them that does not go keeps all later stages from going. */
  readonly isWaitedFor: boolean;
}

/**
 * Members that go, in stages, the reverse of how they came: webhook configurations, so that none is asked when its server is gone;
 * custom objects, while their controllers are there to take finalizers off them; all else, each when what needs it is gone.
 */
export const orderDeletes = (prunes: readonly Member[]): readonly DeleteStage[] => {
  const isWebhook = ({ object }: Member) => isWebhookConfiguration(object);
  const isCustom = ({ id }: Member) => !isBuiltInGroup(parseObjectId(id).group);
  return [
    { members: prunes.filter(isWebhook), isWaitedFor: false },
    { members: prunes.filter(isCustom), isWaitedFor: true },
    { members: prunes.filter((member) => !isCustom(member) && !isWebhook(member)), isWaitedFor: false },
  ]
    .filter(({ members }) => members.length > 0)
    .map(({ members, isWaitedFor }) => ({ deletes: reverse(members), isWaitedFor }));
};

const reverse = (members: readonly Member[]): DeleteStage['deletes'] => {
  const { needs } = orderObjects(members.map(({ id, object }) => ({ id, manifest: object, serviceOrder: 0 })));
  const order = members.map(({ id }) => id);
  const place = new Map(order.map((id, index) => [id, index]));
  const reversed = new Map<ObjectId, ObjectId[]>();
  for (const [id, all] of needs) {
    for (const need of all) {
      // What stands in a circle of depends-on goes in the order given.
      if ((place.get(id) ?? 0) >= (place.get(need) ?? 0)) continue;
      const known = reversed.get(need);
      if (known === undefined) reversed.set(need, [id]);
      else known.push(id);
    }
  }
  return { order, needs: reversed, after: new Map() };
};
