import type { ObjectId } from '../../rollout/plan.ts';
import type { Manifest } from '../../rollout/release.ts';
import { isObject, type JsonObject, listAt, textAt } from '../fields.ts';
import { objectId } from '../object-id.ts';
import { podSpecsOf } from '../pod-references.ts';

/** What pods read of one ConfigMap or Secret. */
export interface ConfigRead {
  readonly object: ObjectId;
  /** Absent: every key there is. */
  readonly key?: string;
  /** `start`: when a container starts, as an environment variable or a file mounted by subPath. `files`: as files that follow changes. */
  readonly how: 'start' | 'files';
}

/**
 * Every ConfigMap and Secret that the pods of a workload read, key by key where they name keys; optional ones too. A volume that no
 * container mounts is not read.
 */
export const configReadsOf = (workload: Manifest): readonly ConfigRead[] => {
  const { namespace = '' } = workload.metadata;
  return podSpecsOf(workload.spec).flatMap((spec) => {
    const containers = [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')];
    return [
      ...containers.flatMap((container) => environmentReads(container, namespace)),
      ...listAt(spec, 'volumes').flatMap((volume) => volumeReads(volume, containers, namespace)),
    ];
  });
};

/** What of an object is read, by key: `undefined` where nothing is. Read at start outweighs read as files. */
export const readsOf = (
  reads: readonly ConfigRead[],
  object: ObjectId,
): ((key: string) => ConfigRead['how'] | undefined) => {
  const own = reads.filter((read) => read.object === object);
  return (key) => {
    const found = own.filter((read) => read.key === undefined || read.key === key);
    return found.some(({ how }) => how === 'start') ? 'start' : found[0]?.how;
  };
};

const configMap = (namespace: string, name: string) => objectId({ group: '', kind: 'ConfigMap', namespace, name });
const secret = (namespace: string, name: string) => objectId({ group: '', kind: 'Secret', namespace, name });

const environmentReads = (container: unknown, namespace: string): readonly ConfigRead[] => [
  ...listAt(container, 'envFrom').flatMap((from) => [
    ...named(textAt(from, 'configMapRef', 'name'), (name) => [
      { object: configMap(namespace, name), how: 'start' as const },
    ]),
    ...named(textAt(from, 'secretRef', 'name'), (name) => [{ object: secret(namespace, name), how: 'start' as const }]),
  ]),
  ...listAt(container, 'env').flatMap((variable) =>
    ([configMap, secret] as const).flatMap((idOf, place) => {
      const source = place === 0 ? 'configMapKeyRef' : 'secretKeyRef';
      const key = textAt(variable, 'valueFrom', source, 'key');
      return named(textAt(variable, 'valueFrom', source, 'name'), (name) =>
        key === undefined ? [] : [{ object: idOf(namespace, name), key, how: 'start' as const }],
      );
    }),
  ),
];

const named = (name: string | undefined, reads: (name: string) => readonly ConfigRead[]): readonly ConfigRead[] =>
  name === undefined || name === '' ? [] : reads(name);

/** A file of a volume, and the key it shows. Without items every key is a file of its name. */
interface Source {
  readonly object: ObjectId;
  readonly items: readonly { readonly key: string; readonly path: string }[] | undefined;
}

const volumeReads = (volume: unknown, containers: readonly unknown[], namespace: string): readonly ConfigRead[] => {
  const name = textAt(volume, 'name');
  const mounts = containers
    .flatMap((container) => listAt(container, 'volumeMounts'))
    .filter(isObject)
    .filter((mount) => mount.name === name);
  return sourcesOf(volume, namespace).flatMap((source) => mounts.flatMap((mount) => mountReads(source, mount)));
};

const sourcesOf = (volume: unknown, namespace: string): readonly Source[] => {
  const sources = [volume, ...listAt(volume, 'projected', 'sources')];
  return sources.flatMap((source, place): readonly Source[] => {
    const map = textAt(source, 'configMap', 'name');
    // A volume calls it secretName, a projected source name.
    const hidden = textAt(source, 'secret', place === 0 ? 'secretName' : 'name');
    return [
      ...(map === undefined ? [] : [{ object: configMap(namespace, map), items: itemsOf(source, 'configMap') }]),
      ...(hidden === undefined ? [] : [{ object: secret(namespace, hidden), items: itemsOf(source, 'secret') }]),
    ];
  });
};

const itemsOf = (source: unknown, kind: string): Source['items'] => {
  const items = listAt(source, kind, 'items');
  if (items.length === 0) return undefined;
  return items.map((item) => ({ key: textAt(item, 'key') ?? '', path: textAt(item, 'path') ?? '' }));
};

/** A mount by subPath shows the one file as it was when the container started; by an expression, whichever it comes to. */
const mountReads = ({ object, items }: Source, mount: JsonObject): readonly ConfigRead[] => {
  const subPath = typeof mount.subPath === 'string' && mount.subPath !== '' ? mount.subPath : undefined;
  const how = subPath !== undefined || typeof mount.subPathExpr === 'string' ? 'start' : 'files';
  if (items === undefined) return subPath === undefined ? [{ object, how }] : [{ object, key: subPath, how }];
  return items
    .filter(({ path }) => subPath === undefined || path === subPath || path.startsWith(`${subPath}/`))
    .map(({ key }) => ({ object, key, how }));
};
