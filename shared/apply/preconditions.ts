import type { LiveObject } from './live-object.ts';

/** The object that a write is about: another one under its name, or the same one changed since, is not written to. */
export interface Preconditions {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** No object ever has it: etcd counts from 1 and gives the first object 2. */
const neverHeld = '1';

/**
 * What goes into the metadata of an applied object so that it changes exactly what was read. With nothing read it creates and never
 * changes: the API server ignores the version where there is no object (the stored object has none to compare), and calls it stale
 * where there is one. With a uid it never creates: the API server answers 409 where there is no such object. Tried on 1.35.
 */
export const preconditionsOf = (live: LiveObject | undefined): Partial<Preconditions> =>
  live === undefined
    ? { resourceVersion: neverHeld }
    : { uid: live.metadata.uid, resourceVersion: live.metadata.resourceVersion };
