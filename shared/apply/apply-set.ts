import { createHash } from 'node:crypto';
import type { Manifest } from '../rollout/release.ts';
import type { LiveObject } from './live-object.ts';
import { targetAnnotation, version } from './manager.ts';

/**
 * ApplySet (KEP-3659; the domain is the one kubectl's code uses): a parent object that says which kinds and namespaces to look
 * at, and a label on every member. What carries the label belongs to the set, whoever applied it last.
 */
export const partOfLabel = 'applyset.kubernetes.io/part-of';
export const idLabel = 'applyset.kubernetes.io/id';
const toolingAnnotation = 'applyset.kubernetes.io/tooling';
const kindsAnnotation = 'applyset.kubernetes.io/contains-group-kinds';
const namespacesAnnotation = 'applyset.kubernetes.io/additional-namespaces';

export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** Where members of a set may be. A superset while work is under way, so that a crash never loses one; exact after pruning. */
export interface Coverage {
  readonly kinds: readonly GroupKind[];
  /** Other than the parent's own, sorted. */
  readonly namespaces: readonly string[];
}

/** One service's set in one target's namespace, as its parent states it. */
export interface ApplySet extends Coverage {
  readonly service: string;
  readonly id: string;
}

/** Whose sets are looked for. */
export interface SetPlace {
  readonly target: string;
  /** Where the parents are. */
  readonly namespace: string;
  /** Of the release. */
  readonly services: readonly string[];
}

const prefix = 'tidegate-';

export const parentName = (service: string): string => `${prefix}${service}`;

/** The id of the set whose parent is ConfigMap `tidegate-<service>`: base64url of SHA-256 over `name.namespace.kind.group`. */
export const applySetId = (service: string, namespace: string): string =>
  `applyset-${createHash('sha256')
    .update(`${parentName(service)}.${namespace}.ConfigMap.`)
    .digest('base64url')}-v1`;

/**
 * The name that tools check before they touch a set. It is kubectl's: the sets are kept exactly as `kubectl apply --prune --applyset`
 * keeps them, so that it can go on with one of ours where Tidegate can not be had. Whose a set is says `targetAnnotation`.
 */
const tooling = `kubectl/v1.32.0+tidegate.${version}`;
const knownTools = ['kubectl', 'tidegate'];

/** The parent as it is applied. Its body is all metadata: the members carry the truth. */
export const parentManifest = (service: string, target: string, namespace: string, coverage: Coverage): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: parentName(service),
    namespace,
    labels: { [idLabel]: applySetId(service, namespace) },
    annotations: {
      [toolingAnnotation]: tooling,
      [kindsAnnotation]: coverage.kinds.map(writeKind).sort().join(','),
      [namespacesAnnotation]: coverage.namespaces.join(','),
      [targetAnnotation]: target,
    },
  },
});

/**
 * Reads a parent. A parent of another tool, of another target or with a forged id is told apart by a sentence; it is never
 * written to. One that names no target was made by kubectl; standing under the name of one of `services` it is meant for us.
 */
export const readParent = (
  parent: LiveObject,
  { target, namespace, services }: SetPlace,
): ApplySet | { readonly foreign: string } => {
  const { name, labels = {}, annotations = {} } = parent.metadata;
  const service = name.slice(prefix.length);
  const tool = annotations[toolingAnnotation] ?? '';
  if (!knownTools.includes(tool.split('/').slice(0, -1).join('/'))) {
    return { foreign: `belongs to ${tool || 'no known tool'}` };
  }
  const owner = annotations[targetAnnotation];
  if (owner === undefined && !services.includes(service)) return { foreign: 'names no target' };
  if (owner !== undefined && owner !== target) return { foreign: `belongs to target ${owner}` };
  const id = applySetId(service, namespace);
  if (labels[idLabel] !== id) return { foreign: `carries id ${labels[idLabel]}, which is not the one of its name` };
  return {
    service,
    id,
    kinds: listOf(annotations[kindsAnnotation]).map(readKind),
    namespaces: listOf(annotations[namespacesAnnotation]),
  };
};

const listOf = (text: string | undefined): readonly string[] => (text ?? '').split(',').filter((part) => part !== '');
const writeKind = ({ group, kind }: GroupKind): string => (group === '' ? kind : `${kind}.${group}`);
const readKind = (text: string): GroupKind => {
  const [kind = '', ...group] = text.split('.');
  return { kind, group: group.join('.') };
};

/** Where these objects are, seen from the parent's namespace. */
export const coverageOf = (
  objects: readonly { readonly group: string; readonly kind: string; readonly namespace: string }[],
  namespace: string,
): Coverage => ({
  kinds: [...new Set(objects.map(writeKind))].sort().map(readKind),
  namespaces: [...new Set(objects.map((object) => object.namespace))]
    .filter((found) => found !== '' && found !== namespace)
    .sort(),
});

/** Everything either covers. */
export const unionOfCoverage = (a: Coverage, b: Coverage): Coverage => ({
  kinds: [...new Set([...a.kinds, ...b.kinds].map(writeKind))].sort().map(readKind),
  namespaces: [...new Set([...a.namespaces, ...b.namespaces])].sort(),
});

export const sameCoverage = (a: Coverage, b: Coverage): boolean =>
  a.kinds.map(writeKind).sort().join() === b.kinds.map(writeKind).sort().join() &&
  [...a.namespaces].sort().join() === [...b.namespaces].sort().join();
