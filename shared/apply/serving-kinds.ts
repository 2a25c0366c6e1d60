import type { Manifest } from '../rollout/release.ts';
import { isBuiltInGroup } from './built-in-groups.ts';
import { groupOf } from './object-id.ts';
import { podSpecsOf } from './pod-references.ts';

/** Kinds of Kubernetes' own that answer somebody's requests, or lead to what does: `Kind.group`. */
const serving = [
  'Deployment.apps',
  'StatefulSet.apps',
  'DaemonSet.apps',
  'ReplicaSet.apps',
  'ReplicationController',
  'Pod',
  'Service',
  'Ingress.networking.k8s.io',
  'IngressClass.networking.k8s.io',
  'APIService.apiregistration.k8s.io',
];

/** The Gateway API is a set of CRDs, but everybody's. */
const gateways = 'gateway.networking.k8s.io';

/** `Deployment.apps`, and `Service` of the core group: as kubectl and the inventory of a set write it. */
export const kindName = ({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): string => {
  const group = groupOf(apiVersion);
  return group === '' ? kind : `${kind}.${group}`;
};

/**
 * Whether deleting an object takes something away that serves: workloads, what leads to them, and custom objects that hold a pod template
 * (Rollouts and the like). What a Job or a CronJob does is done by itself. Other custom objects are known to the config alone.
 */
export const serves = (object: Manifest): boolean => {
  const group = groupOf(object.apiVersion);
  if (serving.includes(kindName(object)) || group === gateways) return true;
  return !isBuiltInGroup(group) && podSpecsOf(object).length > 0;
};
