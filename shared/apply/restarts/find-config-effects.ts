import type { FieldChange, ObjectId } from '../../rollout/plan.ts';
import type { ComparedObject } from '../compare-object.ts';
import type { ComparedTarget } from '../compare-target.ts';
import { parseObjectId } from '../object-id.ts';
import { type ConfigContent, changedKeys, contentOf, hashOfRead, isConfig } from './config-content.ts';
import { configReadsOf, readsOf } from './config-reads.ts';
import type { Workload } from './workload.ts';

/** What becomes of the ConfigMaps and Secrets of a set, by identity. */
export type ConfigChanges = ReadonlyMap<ObjectId, ConfigChange>;

export interface ConfigChange {
  readonly before: ConfigContent;
  readonly after: ConfigContent;
}

/** What one workload's pods read of one object, as it is and as it will be. */
export interface ConfigEffect {
  readonly object: ObjectId;
  readonly how: 'start' | 'files';
  /** Keys that change and are read; of a Secret none is named. */
  readonly keys: readonly string[];
  readonly isChanged: boolean;
  readonly was: `sha256:${string}`;
  readonly becomes: `sha256:${string}`;
}

/** Every ConfigMap and Secret of the set, unchanged ones and those to be pruned too. */
export const configChanges = ({ objects, prunes }: Pick<ComparedTarget, 'objects' | 'prunes'>): ConfigChanges =>
  new Map([
    ...objects
      .filter(({ manifest }) => isConfig(manifest))
      .map((object): [ObjectId, ConfigChange] => [
        object.id,
        { before: contentOf(object.live), after: contentAfter(object) },
      ]),
    ...prunes
      .filter(({ object }) => isConfig(object))
      .map(({ id, object }): [ObjectId, ConfigChange] => [id, { before: contentOf(object), after: new Map() }]),
  ]);

/** Of each object of the set that the workload's pods read. */
export const findConfigEffects = (
  { manifest }: Pick<Workload, 'manifest'>,
  changes: ConfigChanges,
): readonly ConfigEffect[] => {
  const reads = configReadsOf(manifest);
  return [...new Set(reads.map(({ object }) => object))].sort().flatMap((object) => {
    const change = changes.get(object);
    if (change === undefined) return [];
    const howRead = readsOf(reads, object);
    const keys = changedKeys(change.before, change.after).filter((key) => howRead(key) !== undefined);
    const all = keys.length > 0 ? keys : [...change.after.keys()];
    return [
      {
        object,
        how: all.some((key) => howRead(key) === 'start') ? ('start' as const) : ('files' as const),
        keys: parseObjectId(object).kind === 'Secret' ? [] : keys,
        isChanged: keys.length > 0,
        was: hashOfRead(change.before, (key) => howRead(key) !== undefined),
        becomes: hashOfRead(change.after, (key) => howRead(key) !== undefined),
      },
    ];
  });
};

/** What will be there: what we state, and what others have added, which applying leaves alone. */
const contentAfter = ({ action, fields, live, manifest }: ComparedObject): ConfigContent => {
  if (action === 'unchanged') return contentOf(live);
  if (action !== 'change' || fields.some(({ path }) => path === '/data' || path === '/binaryData')) {
    return contentOf(manifest);
  }
  const after = new Map(contentOf(live));
  for (const change of fields) {
    const key = keyOf(change);
    if (key === undefined) continue;
    if (change.withHash === undefined) after.delete(key);
    else after.set(key, change.withHash);
  }
  return new Map([...after].sort(([a], [b]) => (a < b ? -1 : 1)));
};

const keyOf = ({ path }: FieldChange): string | undefined =>
  /^\/(?:data|binaryData)\/([^/]+)$/.exec(path)?.[1]?.replaceAll('~1', '/').replaceAll('~0', '~');
