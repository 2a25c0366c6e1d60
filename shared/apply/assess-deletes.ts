import { brief } from '../rollout/outcome.ts';
import type { Action, ObjectId } from '../rollout/plan.ts';
import { spoken } from './object-id.ts';
import type { Refusal } from './refusals.ts';

/** How many objects of a target one release may delete. */
export interface DeleteCap {
  readonly most: number;
  /** Who has approved, by name, that there are more this time. */
  readonly liftedBy?: string;
}

/** Named in the refusal; the others are counted. */
const named = 5;

/**
 * Refuses a plan that deletes more than it may, recreations counted: a folder that was moved or a selector with a typing error must
 * not empty a target. Only an approval with a name on it lifts the cap.
 */
export const assessDeletes = (
  {
    prunes,
    objects,
  }: {
    readonly prunes: readonly { readonly id: ObjectId }[];
    readonly objects: readonly { readonly id: ObjectId; readonly action: Action }[];
  },
  { most, liftedBy }: DeleteCap,
): Refusal | undefined => {
  const deleted = [
    ...prunes.map(({ id }) => id),
    ...objects.flatMap(({ id, action }) => (action === 'recreate' ? [id] : [])),
  ];
  if (deleted.length <= most || (liftedBy ?? '') !== '') return undefined;
  const shown = deleted.slice(0, named).map(spoken).join(', ');
  const more = deleted.length > named ? ` and ${deleted.length - named} more` : '';
  return {
    code: 'TOO_MANY_DELETES',
    because: brief(
      `${deleted.length} objects would be deleted, at most ${most} may be: ${shown}${more}; put them back, or have the deletes approved by name`,
    ),
  };
};
