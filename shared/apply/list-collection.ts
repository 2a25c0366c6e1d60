import type { Cluster } from '../clouds/cluster.ts';
import { ApiServerRefused, ask, liveObject } from './api-requests.ts';
import type { ServedKind } from './discovery.ts';
import { isObject, listAt, textAt } from './fields.ts';
import type { LiveObject } from './live-object.ts';

/** Objects of one kind behind one path, which may carry a selector as its query. */
export interface Collection {
  readonly served: Pick<ServedKind, 'group' | 'version' | 'kind'>;
  readonly path: string;
  /** What is kept of each object while it is followed; all of it where absent. */
  readonly keep?: (object: LiveObject) => LiveObject;
}

/** A collection as it was at one moment, from which it can be watched. */
export interface Listing {
  readonly objects: readonly LiveObject[];
  readonly resourceVersion: string;
}

/** Objects in one answer. */
const pageSize = 500;

/**
 * All objects of a collection, in pages of 500; where the pages expire on the way (410), all in one answer. One that is not there is
 * empty. @throws ApiServerRefused for every other refusal.
 */
export const listCollection = async (
  cluster: Cluster,
  { served, path }: Collection,
  signal: AbortSignal,
): Promise<Listing> => {
  const objects: LiveObject[] = [];
  // Items of a list of a built-in kind carry neither.
  const typed = {
    apiVersion: served.group === '' ? served.version : `${served.group}/${served.version}`,
    kind: served.kind,
  };
  const sign = path.includes('?') ? '&' : '?';
  let page = `${path}${sign}limit=${pageSize}`;
  for (;;) {
    const answer = await ask(cluster, page, { signal });
    if (!answer.ok && answer.refused.code === 410 && page.includes('&continue=')) {
      objects.length = 0;
      page = path;
      continue;
    }
    if (!answer.ok && answer.refused.code === 404) return { objects: [], resourceVersion: '' };
    if (!answer.ok) throw new ApiServerRefused(cluster.target, `GET ${path}`, answer.refused);
    for (const item of listAt(answer.body, 'items'))
      if (isObject(item)) objects.push(liveObject({ ...item, ...typed }));
    const next = textAt(answer.body, 'metadata', 'continue');
    if (!next) return { objects, resourceVersion: textAt(answer.body, 'metadata', 'resourceVersion') ?? '' };
    page = `${path}${sign}limit=${pageSize}&continue=${encodeURIComponent(next)}`;
  }
};
