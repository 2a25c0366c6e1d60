import { isBuiltInGroup } from './built-in-groups.ts';
import { sameJson } from './field-diff.ts';
import { isObject } from './fields.ts';
import { groupOf } from './object-id.ts';

/**
 * What the API server fills into values that one manager owns whole (atomic lists, maps and structs), where managedFields can not tell
 * a default from what was applied: `fieldRef`, ports of a NetworkPolicy, rules of a webhook, claim templates. Elsewhere defaults
 * have no owner and are not compared at all.
 */
const defaults: Readonly<Record<string, readonly unknown[]>> = {
  apiVersion: ['v1'],
  kind: ['PersistentVolumeClaim'],
  status: [{ phase: 'Pending' }],
  protocol: ['TCP'],
  scope: ['*'],
  volumeMode: ['Filesystem'],
  divisor: ['0'],
  expirationSeconds: [3600],
};

/**
 * Whether the live value is the stated one, fields aside that the server has filled in with their default: applying again would
 * bring the same default. Only for Kubernetes' own groups; custom resources default as their schema says.
 */
export const sameWithDefaults = (apiVersion: string, want: unknown, have: unknown): boolean =>
  sameJson(want, have) || (isBuiltInGroup(groupOf(apiVersion)) && isFilled(want, have));

const isFilled = (want: unknown, have: unknown): boolean => {
  if (Array.isArray(want) && Array.isArray(have)) {
    return want.length === have.length && want.every((item, place) => isFilled(item, have[place]));
  }
  if (!isObject(want) || !isObject(have)) return sameJson(want, have);
  return (
    Object.entries(want).every(([name, value]) => name in have && isFilled(value, have[name])) &&
    Object.entries(have).every(
      ([name, value]) => name in want || (defaults[name] ?? []).some((filled) => sameJson(filled, value)),
    )
  );
};
