import { isBuiltInGroup } from './built-in-groups.ts';
import { groupOf } from './object-id.ts';

interface Typed {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * Kinds in the order they are begun where no dependency decides: what others are checked against or need at admission first, then what
 * stands guard over workloads, workloads, and what leads to them. `*` is where any other kind stands: after workloads, since custom
 * objects often need their controller.
 */
const kinds = [
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'IngressClass',
  'ResourceQuota',
  'LimitRange',
  'NetworkPolicy',
  'ServiceAccount',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Service',
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
  'DaemonSet',
  'StatefulSet',
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'Pod',
  'Job',
  'CronJob',
  'Ingress',
  '*',
  'APIService',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
];

const other = kinds.indexOf('*');

/** A kind of that name in a group of somebody else's is another kind. */
const rankOf = ({ apiVersion, kind }: Typed): number => {
  const rank = kinds.indexOf(kind);
  return isBuiltInGroup(groupOf(apiVersion)) && rank !== -1 ? rank : other;
};

/** For sorting: which of two kinds is begun first. */
export const compareKinds = (a: Typed, b: Typed): number => rankOf(a) - rankOf(b);

export const isWebhookConfiguration = ({ apiVersion, kind }: Typed): boolean =>
  groupOf(apiVersion) === 'admissionregistration.k8s.io' &&
  (kind === 'MutatingWebhookConfiguration' || kind === 'ValidatingWebhookConfiguration');
