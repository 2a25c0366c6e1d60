import type { ObjectId } from '../../rollout/plan.ts';
import type { Manifest } from '../../rollout/release.ts';
import { isObject, listAt, objectAt, textAt } from '../fields.ts';
import { isKind } from '../object-id.ts';
import { podLabelsOf, type Workload } from './workload.ts';

/** As grafana/rollout-operator reads it: workloads of one value are replicas of each other. */
const groupLabel = 'rollout-group';

/**
 * For each workload its redundant partners: workloads of the same namespace whose pods the same Service or PodDisruptionBudget selects,
 * or that carry the same `rollout-group` label. While one of them restarts, the others serve.
 */
export const findPartners = (
  workloads: readonly Workload[],
  manifests: readonly Manifest[],
): ReadonlyMap<ObjectId, readonly ObjectId[]> => {
  const selectors = manifests.flatMap(selectorOf);
  const groups = workloads.map((workload) => ({
    id: workload.id,
    groups: new Set([
      ...selectors.filter((selector) => selector.selects(workload.manifest)).map(({ name }) => name),
      ...rolloutGroups(workload.manifest),
    ]),
  }));
  return new Map(
    groups.map(({ id, groups: own }) => [
      id,
      groups.filter((other) => other.id !== id && !own.isDisjointFrom(other.groups)).map((other) => other.id),
    ]),
  );
};

interface PodSelector {
  readonly name: string;
  selects(workload: Manifest): boolean;
}

const selectorOf = (object: Manifest): readonly PodSelector[] => {
  const { name, namespace = '' } = object.metadata;
  const inNamespace = (matches: (labels: Readonly<Record<string, unknown>>) => boolean) => [
    {
      name: `${object.kind} ${namespace}/${name}`,
      selects: (workload: Manifest) =>
        (workload.metadata.namespace ?? '') === namespace && matches(podLabelsOf(workload)),
    },
  ];
  if (isKind(object, '', 'Service')) {
    const selector = Object.entries(objectAt(object, 'spec', 'selector'));
    return selector.length === 0
      ? []
      : inNamespace((labels) => selector.every(([key, value]) => labels[key] === value));
  }
  // The empty selector of a budget is every pod of its namespace (policy/v1); without one it has none.
  const selector = objectAt(object, 'spec').selector;
  if (!isKind(object, 'policy', 'PodDisruptionBudget') || !isObject(selector)) return [];
  return inNamespace((labels) => matchesSelector(selector, labels));
};

/** A LabelSelector as the API defines it: all labels and all expressions must hold. */
const matchesSelector = (
  selector: Readonly<Record<string, unknown>>,
  labels: Readonly<Record<string, unknown>>,
): boolean =>
  Object.entries(objectAt(selector, 'matchLabels')).every(([key, value]) => labels[key] === value) &&
  listAt(selector, 'matchExpressions').every((expression) => {
    const key = textAt(expression, 'key') ?? '';
    const values = listAt(expression, 'values');
    switch (textAt(expression, 'operator')) {
      case 'In':
        return values.includes(labels[key]);
      case 'NotIn':
        return !values.includes(labels[key]);
      case 'Exists':
        return key in labels;
      default:
        return !(key in labels);
    }
  });

const rolloutGroups = (manifest: Manifest): readonly string[] =>
  [manifest.metadata.labels?.[groupLabel], podLabelsOf(manifest)[groupLabel]]
    .filter((group) => typeof group === 'string' && group !== '')
    .map((group) => `group ${manifest.metadata.namespace ?? ''}/${String(group)}`);
