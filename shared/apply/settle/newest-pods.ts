import { isObject, listAt, numberAt, objectAt, textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';

/** What the selector of a workload finds. */
export interface Owned {
  readonly pods: readonly LiveObject[];
  readonly replicaSets: readonly LiveObject[];
}

const owns = (uid: string) => (object: LiveObject) =>
  (object.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid);

const revisionAnnotation = 'deployment.kubernetes.io/revision';
const hashLabel = 'controller-revision-hash';

/** The ReplicaSet of a Deployment that has its newest template; none where the controller has yet to make it. */
export const newestReplicaSet = (deployment: LiveObject, { replicaSets }: Owned): LiveObject | undefined => {
  const revision = deployment.metadata.annotations?.[revisionAnnotation];
  return replicaSets
    .filter(owns(deployment.metadata.uid))
    .find((set) => set.metadata.annotations?.[revisionAnnotation] === revision);
};

/**
 * The pods of a workload that belong to its newest state: of a Deployment those of its newest ReplicaSet, of a StatefulSet
 * those of its update revision, of a DaemonSet those with the hash of its youngest pod, of others all. Old pods may be as
 * sick as they like: they are what is being replaced.
 */
export const newestPods = (workload: LiveObject, owned: Owned): readonly LiveObject[] => {
  if (workload.kind === 'Pod') return [workload];
  const pods = owned.pods.filter(owns(workload.metadata.uid));
  switch (workload.kind) {
    case 'Deployment': {
      const newest = newestReplicaSet(workload, owned);
      return newest === undefined ? [] : owned.pods.filter(owns(newest.metadata.uid));
    }
    case 'StatefulSet': {
      const revision = textAt(workload, 'status', 'updateRevision');
      return pods.filter((pod) => pod.metadata.labels?.[hashLabel] === revision);
    }
    case 'DaemonSet': {
      if ((numberAt(workload, 'status', 'updatedNumberScheduled') ?? 0) === 0) return [];
      const age = (pod: LiveObject) => pod.metadata.creationTimestamp ?? '';
      const youngest = [...pods].sort((a, b) => (age(a) < age(b) ? 1 : -1))[0];
      return pods.filter((pod) => pod.metadata.labels?.[hashLabel] === youngest?.metadata.labels?.[hashLabel]);
    }
    default:
      return pods;
  }
};

/** A label selector as the API server reads it in a query; `undefined` where the workload has none. */
export const selectorOf = (workload: LiveObject): string | undefined => {
  const labels = Object.entries(matchLabelsOf(workload)).map(([name, value]) => `${name}=${String(value)}`);
  const expressions = listAt(workload, 'spec', 'selector', 'matchExpressions').filter(isObject).map(writeExpression);
  const all = [...labels, ...expressions];
  return all.length === 0 ? undefined : all.join(',');
};

/** The labels that every pod of a workload has. A ReplicationController writes them right into its selector. */
export const matchLabelsOf = (workload: LiveObject): Readonly<Record<string, unknown>> => {
  const selector = objectAt(workload, 'spec', 'selector');
  return workload.kind === 'ReplicationController' ? selector : objectAt(selector, 'matchLabels');
};

const writeExpression = (expression: Readonly<Record<string, unknown>>): string => {
  const key = String(expression.key);
  const values = listAt(expression, 'values').join(',');
  switch (expression.operator) {
    case 'In':
      return `${key} in (${values})`;
    case 'NotIn':
      return `${key} notin (${values})`;
    case 'Exists':
      return key;
    default:
      return `!${key}`;
  }
};
