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

const prefix = 'tidegate-';

export const parentName = (service: string): string => `${prefix}${service}`;

/** The id of the set whose parent is ConfigMap `tidegate-<service>`: base64url of SHA-256 over `name.namespace.kind.group`. */
export const applySetId = (service: string, namespace: string): string =>
  `applyset-${createHash('sha256')
    .update(`${parentName(service)}.${namespace}.ConfigMap.`)
    .digest('base64url')}-v1`;

/** The parent as it is applied. Its body is all metadata: the members carry the truth. */
export const parentManifest = (service: string, target: string, namespace: string, coverage: Coverage): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: parentName(service),
    namespace,
    labels: { [idLabel]: applySetId(service, namespace) },
    annotations: {
      [toolingAnnotation]: `tidegate/${version}`,
      [kindsAnnotation]: coverage.kinds.map(writeKind).sort().join(','),
      [namespacesAnnotation]: coverage.namespaces.join(','),
      [targetAnnotation]: target,
    },
  },
});

/**
 * Reads a parent. A parent of another tool, of another target or with a forged id is told apart by a sentence; it is never
 * written to.
 */
export const readParent = (
  parent: LiveObject,
  target: string,
  namespace: string,
): ApplySet | { readonly foreign: string } => {
  const { name, labels = {}, annotations = {} } = parent.metadata;
  const service = name.slice(prefix.length);
  const tooling = annotations[toolingAnnotation] ?? '';
  if (!tooling.startsWith('tidegate/')) return { foreign: `belongs to ${tooling || 'no known tool'}` };
  if (annotations[targetAnnotation] !== target)
    return { foreign: `belongs to target ${annotations[targetAnnotation]}` };
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
