import type { ObjectId } from '../rollout/plan.ts';
import type { Manifest } from '../rollout/release.ts';
import type { DesiredObject } from './desired.ts';
import { listAt, objectAt, textAt } from './fields.ts';
import { groupOf, isKind, objectId, spoken } from './object-id.ts';
import { podReferencesOf } from './pod-references.ts';
import type { Refusal } from './refusals.ts';

type Dependent = Pick<DesiredObject, 'id' | 'manifest' | 'crd'>;

/** Written on an object: what it is applied after, as `group/Kind/name` or `group/namespaces/namespace/Kind/name`, by commas. */
const dependsOn = 'config.kubernetes.io/depends-on';

/**
 * For each object those of the same set that must have been applied before it. References to objects outside the set are the
 * cluster's affair and no dependency, except an explicit depends-on, which is refused when nothing in the set answers to it,
 * nor a Job that has run `before`.
 */
export const needsOf = (
  objects: readonly Dependent[],
  first?: ObjectId,
  before: ReadonlySet<ObjectId> = new Set(),
): { readonly needs: ReadonlyMap<ObjectId, readonly ObjectId[]>; readonly unknown: readonly Refusal[] } => {
  const present = new Set(objects.map((object) => object.id));
  const unknown: Refusal[] = [];
  const needs = objects.map((object): [ObjectId, readonly ObjectId[]] => {
    const explicit = explicitNeeds(object.manifest);
    for (const { id, text } of explicit) {
      if (id === undefined || !(present.has(id) || before.has(id))) unknown.push(unknownDependency(object.id, text));
    }
    const found = [
      ...(first === undefined ? [] : [first]),
      ...(object.crd === undefined ? [] : [object.crd]),
      ...impliedNeeds(object.manifest),
      ...explicit.flatMap(({ id }) => (id === undefined ? [] : [id])),
    ];
    return [
      object.id,
      [...new Set(found)].filter((id) => present.has(id) && (id !== object.id || isExplicit(id, explicit))),
    ];
  });
  return { needs: new Map(needs), unknown };
};

type Explicit = readonly { readonly text: string; readonly id: ObjectId | undefined }[];

/** An object may name itself, and is then reported as a cycle rather than quietly let through. */
const isExplicit = (id: ObjectId, explicit: Explicit) => explicit.some((each) => each.id === id);

const impliedNeeds = (object: Manifest): readonly ObjectId[] => {
  const namespace = object.metadata.namespace ?? '';
  const members = namespace === '' ? [] : [objectId({ group: '', kind: 'Namespace', namespace: '', name: namespace })];
  const references = podReferencesOf(object).map(({ kind, name }) => objectId({ group: '', kind, namespace, name }));
  return [...members, ...references, ...roleOf(object, namespace), ...webhookServicesOf(object)];
};

const roleOf = (object: Manifest, namespace: string): readonly ObjectId[] => {
  const kind = textAt(object, 'roleRef', 'kind');
  const name = textAt(object, 'roleRef', 'name');
  if (groupOf(object.apiVersion) !== 'rbac.authorization.k8s.io' || kind === undefined || name === undefined) return [];
  return [objectId({ group: 'rbac.authorization.k8s.io', kind, namespace: kind === 'Role' ? namespace : '', name })];
};

const webhookServicesOf = (object: Manifest): readonly ObjectId[] =>
  (groupOf(object.apiVersion) === 'admissionregistration.k8s.io' ? listAt(object, 'webhooks') : [])
    .concat(isKind(object, 'apiregistration.k8s.io', 'APIService') ? [{ clientConfig: objectAt(object, 'spec') }] : [])
    .flatMap((webhook) => {
      const name = textAt(webhook, 'clientConfig', 'service', 'name');
      const namespace = textAt(webhook, 'clientConfig', 'service', 'namespace') ?? '';
      return name === undefined ? [] : [objectId({ group: '', kind: 'Service', namespace, name })];
    });

/** What an object's own annotation names, readable or not. */
export const explicitNeeds = (object: Manifest): Explicit =>
  (object.metadata.annotations?.[dependsOn] ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => ({ text, id: readReference(text) }));

const readReference = (text: string): ObjectId | undefined => {
  const parts = text.split('/');
  const [group = '', second = '', third = '', fourth = '', fifth = ''] = parts;
  if (parts.length === 3) return objectId({ group, kind: second, namespace: '', name: third });
  if (parts.length !== 5 || second !== 'namespaces') return undefined;
  return objectId({ group, namespace: third, kind: fourth, name: fifth });
};

const unknownDependency = (object: ObjectId, text: string): Refusal => ({
  code: 'DEPENDENCY_UNKNOWN',
  object,
  because: `${spoken(object)} depends on ${text}, which is not part of the release; name an object of it as group/Kind/name or group/namespaces/namespace/Kind/name`,
});
