import { canonicalJson, digestOf } from '../../rollout/digest.ts';
import type { Manifest } from '../../rollout/release.ts';
import { objectAt } from '../fields.ts';
import { isKind } from '../object-id.ts';

/** What a ConfigMap or Secret holds, each value by its hash, so that a Secret's values are nowhere but in itself. */
export type ConfigContent = ReadonlyMap<string, string>;

export const isConfig = (object: Manifest): boolean => isKind(object, '', 'ConfigMap') || isKind(object, '', 'Secret');

/** By key; text and binary data share their keys. Of no object: nothing. */
export const contentOf = (config: Manifest | undefined): ConfigContent =>
  new Map(
    Object.entries({ ...objectAt(config, 'binaryData'), ...objectAt(config, 'data') })
      .map(([key, value]) => [key, digestOf(canonicalJson(value))] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** One hash of what is read of it. */
export const hashOfRead = (content: ConfigContent, isRead: (key: string) => boolean): `sha256:${string}` =>
  digestOf(canonicalJson([...content].filter(([key]) => isRead(key))));

/** The keys whose values differ. */
export const changedKeys = (before: ConfigContent, after: ConfigContent): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key)).sort();
