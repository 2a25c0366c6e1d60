import { groupResourceOf, type Resource } from '../schema/resource.ts';
import type { ObjectKey } from '../storage/sqlite.ts';

/** Where an object of this kind is stored, whatever version it is asked for in. */
export const keyOf = (resource: Resource, namespace: string, name: string): ObjectKey => ({
  resource: groupResourceOf(resource),
  namespace: resource.namespaced ? namespace : '',
  name,
});
