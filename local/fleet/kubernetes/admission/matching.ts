import type { ControlPlane } from '../control-plane.ts';
import { isJsonObject, type JsonObject, type KubeObject, listAt, objectAt, stringAt } from '../object.ts';
import type { Resource } from '../schema/resource.ts';
import { matches, requirementsOf } from '../storage/selector.ts';
import { type Attempt, admissionRequest } from './attempt.ts';
import { celValue, compile, NoValue } from './cel.ts';

/** Whether a webhook, or a policy's constraints, speak of a write: by kind and operation, by the namespace's labels, by the object's. */
export const isConcerned = (plane: ControlPlane, constraints: JsonObject, attempt: Attempt): boolean => {
  // Nobody may lock himself out of changing what decides.
  if (attempt.resource.group === 'admissionregistration.k8s.io') return false;
  const rules = [...listAt(constraints, 'resourceRules'), ...listAt(constraints, 'rules')].filter(isJsonObject);
  const excluded = listAt(constraints, 'excludeResourceRules').filter(isJsonObject);
  const isEquivalent = stringAt(constraints, 'matchPolicy') !== 'Exact';
  const says = (rule: JsonObject) => isRuled(plane, rule, attempt, isEquivalent);
  return (
    rules.some(says) &&
    !excluded.some(says) &&
    isSelected(objectAt(constraints, 'namespaceSelector'), namespaceLabels(plane, attempt)) &&
    isObjectSelected(objectAt(constraints, 'objectSelector'), attempt)
  );
};

const holds = (list: readonly unknown[], value: string) => list.includes('*') || list.includes(value);

const isRuled = (plane: ControlPlane, rule: JsonObject, attempt: Attempt, isEquivalent: boolean): boolean => {
  const { resource, operation, name } = attempt;
  const names = listAt(rule, 'resourceNames');
  const scope = stringAt(rule, 'scope') ?? '*';
  const isScoped = scope === '*' || scope === (resource.namespaced ? 'Namespaced' : 'Cluster');
  const versions = listAt(rule, 'apiVersions');
  const isVersion = versionsOf(plane, resource, isEquivalent).some((version) => holds(versions, version));
  return (
    isScoped &&
    isVersion &&
    holds(listAt(rule, 'operations'), operation) &&
    holds(listAt(rule, 'apiGroups'), resource.group) &&
    (names.length === 0 || names.includes(name)) &&
    listAt(rule, 'resources').some((text) => isNamed(String(text), attempt))
  );
};

/** The kind may be written in another version than the rule names, and is the same kind all the same. */
const versionsOf = ({ registry }: ControlPlane, { group, plural, version }: Resource, isEquivalent: boolean) =>
  isEquivalent
    ? registry
        .all()
        .filter((other) => other.group === group && other.plural === plural)
        .map((other) => other.version)
    : [version];

// A plural, with its subresource behind a slash. Either may be a star; a star alone leaves subresources out.
const isNamed = (text: string, { resource, subresource }: Attempt): boolean => {
  const [plural = '', sub = ''] = text.split('/');
  return (plural === '*' || plural === resource.plural) && (sub === subresource || (sub === '*' && text.includes('/')));
};

/** Of the namespace the object is in, or of a namespace itself; undefined where it is in none: no selector counts then. */
const namespaceLabels = (plane: ControlPlane, { resource, namespace, object, oldObject }: Attempt) => {
  if (resource.group === '' && resource.plural === 'namespaces') return (object ?? oldObject)?.metadata.labels ?? {};
  if (!resource.namespaced) return undefined;
  return plane.storage.get({ resource: 'namespaces', namespace: '', name: namespace })?.metadata.labels ?? {};
};

const isSelected = (selector: JsonObject | undefined, labels: Readonly<Record<string, string>> | undefined): boolean =>
  labels === undefined || selector === undefined || matches(requirementsOf(selector) ?? [], labels);

/** Either form of the object is enough, so that taking a label off does not take the object out. */
const isObjectSelected = (selector: JsonObject | undefined, { object, oldObject }: Attempt): boolean =>
  selector === undefined ||
  [object, oldObject].some((each) => each !== undefined && isSelected(selector, each.metadata.labels ?? {}));

/** What an expression of a policy or a match condition may name. */
export const celVariables = (plane: ControlPlane, attempt: Attempt, params?: KubeObject): Record<string, unknown> => {
  const { namespace, object, oldObject, resource } = attempt;
  const home = resource.namespaced
    ? plane.storage.get({ resource: 'namespaces', namespace: '', name: namespace })
    : undefined;
  const { object: _, oldObject: __, ...request } = admissionRequest(attempt, '');
  return {
    object: celValue(object),
    oldObject: celValue(oldObject),
    params: celValue(params),
    request: celValue(request),
    namespaceObject: celValue(home),
  };
};

/** Whether all match conditions hold; a sentence where one had no value. The first that does not hold decides before that. */
export const meetsConditions = (
  conditions: readonly JsonObject[],
  variables: Readonly<Record<string, unknown>>,
): boolean | string => {
  const wrong: string[] = [];
  for (const condition of conditions) {
    try {
      if (compile(stringAt(condition, 'expression') ?? 'true')(variables) !== true) return false;
    } catch (error) {
      if (!(error instanceof NoValue)) throw error;
      wrong.push(`${stringAt(condition, 'name')}: ${error.message}`);
    }
  }
  return wrong.length === 0 ? true : wrong.join('; ');
};
