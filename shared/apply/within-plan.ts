import type { FieldChange, PlannedObject, TargetPlan } from '../rollout/plan.ts';
import { ownershipPath } from './field-diff.ts';

export type WithinPlan = { readonly ok: true } | { readonly ok: false; readonly more: readonly PlannedObject[] };

type PlannedTargetObjects = Pick<TargetPlan, 'target' | 'release' | 'rendered' | 'objects'>;

/**
 * Whether the difference as it is now is the approved one or a part of it: what is already done counts as done, anything more is
 * listed. A plan of another target, release or rendering has nothing in common with the approved one, so all of it is more.
 */
export const withinPlan = (approved: PlannedTargetObjects, now: PlannedTargetObjects): WithinPlan => {
  const isSame =
    approved.target === now.target && approved.release === now.release && approved.rendered === now.rendered;
  const agreed = new Map(isSame ? approved.objects.map((object) => [object.id, object]) : []);
  const more = now.objects.filter((object) => !isWithin(agreed.get(object.id), object));
  return more.length === 0 ? { ok: true } : { ok: false, more };
};

/** One object of `withinPlan`. */
export const isWithin = (approved: PlannedObject | undefined, now: PlannedObject): boolean => {
  if (now.action === 'unchanged') return true;
  if (approved === undefined) return false;
  switch (now.action) {
    case 'create':
      // A recreation that died between its delete and its create shows as a create.
      return (approved.action === 'create' || approved.action === 'recreate') && isContent(approved, now);
    case 'prune':
      return approved.action === 'prune' && approved.uid === now.uid;
    case 'change':
      if (approved.action === 'create') return addsOnly(now.fields);
      // A recreation that died before the replicas of an autoscaler were handed over shows as one of owners alone.
      if (approved.action === 'recreate')
        return now.fields.every((change) => change.path === ownershipPath || isHeld(approved, change));
      // What is left of a migration that died between its two requests shows as a change.
      return (
        (approved.action === 'change' || approved.action === 'migrate') &&
        approved.uid === now.uid &&
        hasFields(approved.fields, notHeld(approved, now.fields))
      );
    default:
      return (
        approved.action === now.action &&
        approved.uid === now.uid &&
        hasFields(approved.fields, notHeld(approved, now.fields))
      );
  }
};

/** Somebody made the object first, as a controller makes a namespace's `default` account: what it has stays, and ours is added. */
const addsOnly = (fields: readonly FieldChange[]): boolean =>
  fields.every(({ path, replacesHash }) => path !== ownershipPath && replacesHash === undefined);

/** What was held while the object restarts is given back, from whatever value to the one that was approved. */
const isHeld = ({ holds = [] }: PlannedObject, { path, withHash }: FieldChange): boolean =>
  holds.some((held) => held.path === path && held.withHash === withHash);

const notHeld = (approved: PlannedObject, fields: readonly FieldChange[]): readonly FieldChange[] =>
  fields.filter((change) => !isHeld(approved, change));

/** What a recreation will create is stated by the rendering, which both plans share. */
const isContent = (approved: PlannedObject, now: PlannedObject): boolean =>
  approved.action === 'recreate' || hasFields(approved.fields, now.fields);

const hasFields = (approved: readonly FieldChange[], now: readonly FieldChange[]): boolean =>
  now.every(
    (change) =>
      // Who owns what is half way between the two requests of a migration; no value of the object hangs on it.
      change.path === ownershipPath ||
      approved.some(
        (agreed) =>
          agreed.path === change.path &&
          agreed.replacesHash === change.replacesHash &&
          agreed.withHash === change.withHash,
      ),
  );
