import type { Cluster } from '../clouds/cluster.ts';
import { ApiServerRefused, ask, liveObject, notOfAnApiServer } from './api-requests.ts';
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

/** Some of the objects of a collection. */
interface Page extends Listing {
  /** The pages before expired on the way; this answer has all, and what came before no longer counts. */
  readonly isAnew: boolean;
}

/**
 * All objects of a collection, in pages of 500; where the pages expire on the way (410), all in one answer. One that is not there is
 * empty. @throws ApiServerRefused for every other refusal, and where the answer is no list of objects.
 */
export const listCollection = async (
  cluster: Cluster,
  collection: Collection,
  signal: AbortSignal,
): Promise<Listing> => {
  const objects: LiveObject[] = [];
  let resourceVersion = '';
  for await (const page of listPages(cluster, collection, signal)) {
    if (page.isAnew) objects.length = 0;
    objects.push(...page.objects);
    resourceVersion = page.resourceVersion;
  }
  return { objects, resourceVersion };
};

/** As `listCollection`, page by page: whoever needs little of each object keeps little. */
export async function* listPages(
  cluster: Cluster,
  { served, path }: Collection,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  // Items of a list of a built-in kind carry neither.
  const typed = {
    apiVersion: served.group === '' ? served.version : `${served.group}/${served.version}`,
    kind: served.kind,
  };
  const sign = path.includes('?') ? '&' : '?';
  let page = `${path}${sign}limit=${pageSize}`;
  for (let isAnew = false; ; ) {
    const answer = await ask(cluster, page, { signal });
    if (!answer.ok && answer.refused.code === 410 && page.includes('&continue=')) {
      isAnew = true;
      page = path;
      continue;
    }
    if (!answer.ok && answer.refused.code === 404) return;
    if (!answer.ok) throw new ApiServerRefused(cluster.target, `GET ${path}`, answer.refused);
    const { items } = answer.body;
    const isList = items === null || (Array.isArray(items) && items.every((item) => textAt(item, 'metadata', 'name')));
    if (!isList)
      throw new ApiServerRefused(cluster.target, `GET ${path}`, notOfAnApiServer(JSON.stringify(answer.body)));
    const objects = listAt(answer.body, 'items')
      .filter(isObject)
      .map((item) => liveObject({ ...item, ...typed }));
    yield { objects, resourceVersion: textAt(answer.body, 'metadata', 'resourceVersion') ?? '', isAnew };
    isAnew = false;
    const next = textAt(answer.body, 'metadata', 'continue');
    if (!next) return;
    page = `${path}${sign}limit=${pageSize}&continue=${encodeURIComponent(next)}`;
  }
}
