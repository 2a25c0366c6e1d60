import type { ApiRefusal } from './api-requests.ts';
import type { LiveObject, ManagedFieldsEntry } from './live-object.ts';
import { groupOf } from './object-id.ts';

/** Whether an apply was refused because managedFields speak of fields that the version they name no longer has. */
export const isVersionSkew = ({ message }: Pick<ApiRefusal, 'message'>): boolean =>
  /field not declared in schema/.test(message);

/**
 * The managedFields with which an object can be applied again after its API has moved on: every entry of every manager, of
 * subresources too, speaks of `apiVersion` (fluxcd/flux2#5715). `undefined` where they all do.
 */
export const planVersionRepair = (live: LiveObject, apiVersion: string): readonly ManagedFieldsEntry[] | undefined => {
  const entries = live.metadata.managedFields ?? [];
  const isOld = (entry: ManagedFieldsEntry) =>
    entry.apiVersion !== apiVersion && groupOf(entry.apiVersion ?? '') === groupOf(apiVersion);
  return entries.some(isOld) ? entries.map((entry) => (isOld(entry) ? { ...entry, apiVersion } : entry)) : undefined;
};
