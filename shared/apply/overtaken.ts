import { canonicalJson } from '../rollout/digest.ts';
import type { ObjectId } from '../rollout/plan.ts';
import { partOfLabel } from './apply-set.ts';
import type { ComparedObject } from './compare-object.ts';
import { fieldManager } from './manager.ts';
import { spoken } from './object-id.ts';

/**
 * Whether an object that moved between its comparison and its write was applied by another Tidegate with something else in mind: it
 * is a member of `ours` with fields that Tidegate applied, and what the write would change is no longer what it was. Status, labels of
 * others and the like are no such difference; nor is another that applied the same, of which nothing is left to change.
 */
export const isOvertaken = (
  before: ComparedObject,
  { action, fields, live }: ComparedObject,
  ours: ReadonlySet<string>,
): boolean =>
  action !== 'unchanged' &&
  ours.has(live?.metadata.labels?.[partOfLabel] ?? '') &&
  (live?.metadata.managedFields ?? []).some(
    ({ manager, operation, subresource }) =>
      manager === fieldManager && operation === 'Apply' && (subresource ?? '') === '',
  ) &&
  canonicalJson(before.fields) !== canonicalJson(fields);

/** What is said of it. */
export const overtaken = (id: ObjectId): string =>
  `another tidegate applies this set at the same time, and has changed ${spoken(id)}`;

/** The same of an object that was as wanted, and was found otherwise afterwards. */
export const overtakenSince =
  'another tidegate, which applied this set at the same time, has changed it since; apply again';
