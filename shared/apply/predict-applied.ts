import type { Manifest } from '../rollout/release.ts';
import { removeOwned } from './client-side.ts';
import { overlay } from './field-diff.ts';
import { isObject, type JsonObject } from './fields.ts';
import type { FieldTrie, LiveObject } from './live-object.ts';
import { itemMatcher, ownEntry } from './managed-fields.ts';

/**
 * What an object will be once the manifest is applied: with every value the manifest states, and without what was ours before, is stated
 * no longer and belongs to nobody else. A prediction: the server's defaults and admission are not in it.
 */
export const predictApplied = (want: Manifest, live: LiveObject): JsonObject => {
  const own = ownEntry(live);
  const others = (live.metadata.managedFields ?? []).filter((entry) => entry !== own);
  const unstated = own?.fieldsV1 === undefined ? {} : unstatedFields(own.fieldsV1, want);
  const left = removeOwned(
    live,
    unstated,
    others.map((entry) => entry.fieldsV1 ?? {}),
  );
  return overlay(left, want) as JsonObject;
};

/** The part of a tree of fields that a value does not state. */
const unstatedFields = (fields: FieldTrie, stated: unknown): FieldTrie =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([step]) => step !== '.')
      .flatMap(([step, below]): (readonly [string, FieldTrie])[] => {
        const found = memberAt(stated, step);
        if (found === undefined) return [[step, below]];
        const unstated = unstatedFields(below, found);
        return Object.keys(unstated).length === 0 ? [] : [[step, unstated]];
      }),
  );

const memberAt = (value: unknown, step: string): unknown => {
  if (step.startsWith('f:')) return isObject(value) ? value[step.slice(2)] : undefined;
  return Array.isArray(value) ? value.find(itemMatcher(step)) : undefined;
};
