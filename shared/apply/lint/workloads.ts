import type { Manifest } from '../../rollout/release.ts';
import { isBuiltInGroup } from '../built-in-groups.ts';
import { isObject, listAt, numberAt, objectAt, textAt } from '../fields.ts';
import { hasLabels, type Labels, selectsLabels } from '../label-selector.ts';
import { groupOf, isKind } from '../object-id.ts';
import { podSpecsOf } from '../pod-references.ts';
import type { Linted } from './rule.ts';

/** What keeps a number of pods running that may serve. */
export const isWorkload = (object: Manifest): boolean =>
  isKind(object, 'apps', 'Deployment') || isKind(object, 'apps', 'StatefulSet');

/** What selects its pods by labels of its own template. */
export const selectsItsPods = (object: Manifest): boolean =>
  isWorkload(object) || isKind(object, 'apps', 'DaemonSet') || isKind(object, 'apps', 'ReplicaSet');

const templateOf = (object: Manifest) => objectAt(object, 'spec', 'template');

export const podSpecOf = (object: Manifest) => objectAt(templateOf(object), 'spec');

/** Of the pods that an object keeps, or its own where it is a Pod. Empty where it keeps none. */
export const podLabelsOf = (object: Manifest): Labels =>
  isKind(object, '', 'Pod') ? (object.metadata.labels ?? {}) : objectAt(templateOf(object), 'metadata', 'labels');

/** The containers of every pod template of an object of a built-in kind: of others nobody knows what `containers` means. */
export const containersOf = (object: Manifest): readonly unknown[] =>
  isBuiltInGroup(groupOf(object.apiVersion)) ? podSpecsOf(object).flatMap((spec) => listAt(spec, 'containers')) : [];

export const nameOf = (container: unknown): string => textAt(container, 'name') ?? '';

export const replicasOf = (object: Manifest): number => numberAt(object, 'spec', 'replicas') ?? 1;

export const sameNamespace = (a: Manifest, b: Manifest): boolean =>
  (a.metadata.namespace ?? '') === (b.metadata.namespace ?? '');

/** Whether a Service leads to pods with these labels; one without a selector has its endpoints from elsewhere. */
export const leadsTo = (service: Manifest, labels: Labels): boolean => {
  const selector = objectAt(service, 'spec', 'selector');
  return Object.keys(selector).length > 0 && Object.keys(labels).length > 0 && hasLabels(labels, selector);
};

const isServedBy = (service: Manifest, object: Manifest): boolean =>
  isKind(service, '', 'Service') && sameNamespace(service, object) && leadsTo(service, podLabelsOf(object));

/** Whether requests reach it: it restarts where somebody notices. */
export const isServed = ({ object, all }: Linted): boolean =>
  isWorkload(object) && all.some((other) => isServedBy(other, object));

/** The disruption budgets that cover the pods of an object. */
export const budgetsOf = ({ object, all }: Pick<Linted, 'object' | 'all'>): readonly Manifest[] =>
  all.filter(
    (other) =>
      isKind(other, 'policy', 'PodDisruptionBudget') &&
      sameNamespace(other, object) &&
      selectsLabels(objectAt(other, 'spec').selector, podLabelsOf(object)),
  );

/** Whether the object is one that an autoscaler scales. */
export const isScaledBy = (autoscaler: Manifest, object: Manifest): boolean => {
  const reference = objectAt(autoscaler, 'spec', 'scaleTargetRef');
  return (
    sameNamespace(autoscaler, object) &&
    textAt(reference, 'name') === object.metadata.name &&
    (textAt(reference, 'kind') ?? 'Deployment') === object.kind
  );
};

export const isZero = (value: unknown): boolean => value === 0 || value === '0' || value === '0%';

/** A number of pods, or a share of `total`, rounded as asked: Kubernetes rounds a surge and a minimum up, what may be missing down. */
export const amountOf = (value: unknown, total: number, round: (share: number) => number): number | undefined => {
  if (typeof value === 'number') return value;
  const share = /^(\d+)%$/.exec(typeof value === 'string' ? value : '')?.[1];
  return share === undefined ? undefined : round((Number(share) / 100) * total);
};

/** The probes of a container, by name. */
export const probesOf = (container: unknown): readonly (readonly [string, unknown])[] =>
  ['readinessProbe', 'livenessProbe', 'startupProbe'].flatMap((name) => {
    const probe = objectAt(container)[name];
    return isObject(probe) ? [[name, probe] as const] : [];
  });
