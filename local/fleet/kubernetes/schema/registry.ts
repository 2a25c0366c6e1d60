import { at, isJsonObject, type KubeObject, listAt } from '../object.ts';
import type { Storage } from '../storage/sqlite.ts';
import { builtinResources, objectMetaType } from './builtin-files.ts';
import { resourcesOfCrd } from './crd.ts';
import type { Resource } from './resource.ts';

export interface Registry {
  /** Every kind that is served now, built-in ones first. */
  all(): readonly Resource[];
  find(group: string, version: string, plural: string): Resource | undefined;
  /** The kind in whichever served version comes first. */
  findKind(group: string, kind: string): Resource | undefined;
  /** The kind of stored objects named `plural.group`. */
  findStored(resource: string): Resource | undefined;
}

export const crdResource = 'customresourcedefinitions.apiextensions.k8s.io';

export const isEstablished = (crd: KubeObject): boolean =>
  listAt(crd, 'status', 'conditions').some(
    (condition) => isJsonObject(condition) && condition.type === 'Established' && condition.status === 'True',
  );

const keyOf = (group: string, version: string, plural: string) => `${group}/${version}/${plural}`;
const storedName = ({ group, plural }: Resource) => (group === '' ? plural : `${plural}.${group}`);
const builtinByKey = new Map(
  builtinResources.map((resource) => [keyOf(resource.group, resource.version, resource.plural), resource]),
);
const builtinByStored = new Map(builtinResources.toReversed().map((resource) => [storedName(resource), resource]));

/** The kinds of one server: the built-in table and whatever its established CustomResourceDefinitions say at this moment. */
export const openRegistry = (storage: Storage): Registry => {
  const cache = new Map<string, { readonly generation: unknown; readonly resources: readonly Resource[] }>();
  const custom = (): readonly Resource[] =>
    storage.list(crdResource).flatMap((crd) => {
      if (!isEstablished(crd)) return [];
      const uid = crd.metadata.uid ?? '';
      const generation = at(crd, 'metadata', 'generation');
      const cached = cache.get(uid);
      if (cached?.generation === generation && cached !== undefined) return cached.resources;
      const resources = resourcesOfCrd(crd, objectMetaType);
      cache.set(uid, { generation, resources });
      return resources;
    });
  return {
    all: () => [...builtinResources, ...custom()],
    find: (group, version, plural) =>
      builtinByKey.get(keyOf(group, version, plural)) ??
      custom().find(
        (resource) => resource.group === group && resource.version === version && resource.plural === plural,
      ),
    findKind: (group, kind) =>
      [...builtinResources, ...custom()].find((resource) => resource.group === group && resource.kind === kind),
    findStored: (stored) => builtinByStored.get(stored) ?? custom().find((resource) => storedName(resource) === stored),
  };
};
