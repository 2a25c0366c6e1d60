import type { Manifest } from '../rollout/release.ts';
import { isObject, type JsonObject, objectAt } from './fields.ts';
import type { LiveObject } from './live-object.ts';
import { ownEntry } from './managed-fields.ts';
import { isKind } from './object-id.ts';

/**
 * A Secret or ConfigMap without the keys that it leaves empty and that somebody else has filled in since: what is filled at run time (a
 * certificate, a generated password) is never taken back and never a conflict. A key that we filled ourselves is ours to empty.
 */
export const leaveFilled = (manifest: Manifest, live: LiveObject): Manifest => {
  if (!isKind(manifest, '', 'Secret') && !isKind(manifest, '', 'ConfigMap')) return manifest;
  if (!isObject(manifest.data)) return manifest;
  const held = objectAt(live, 'data');
  const owned = ownEntry(live)?.fieldsV1?.['f:data'] ?? {};
  const isFilled = ([key, value]: readonly [string, unknown]) =>
    value === '' && typeof held[key] === 'string' && held[key] !== '' && !(`f:${key}` in owned);
  const stated = Object.entries(manifest.data).filter((entry) => !isFilled(entry));
  if (stated.length === Object.keys(manifest.data).length) return manifest;
  const { data: _data, ...rest } = manifest;
  return stated.length === 0 ? rest : { ...rest, data: Object.fromEntries(stated) satisfies JsonObject };
};
