import { type KubeObject, sameJson } from '../object.ts';
import { groupResourceOf, type Resource } from '../schema/resource.ts';

/** Built-in kinds whose metadata.generation the server counts. */
const counted = new Set([
  'pods',
  'replicationcontrollers',
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'cronjobs.batch',
  'poddisruptionbudgets.policy',
  'networkpolicies.networking.k8s.io',
  'ingresses.networking.k8s.io',
  'ingressclasses.networking.k8s.io',
  'endpointslices.discovery.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  'priorityclasses.scheduling.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
]);

const desired = (object: KubeObject, hasStatus: boolean) => {
  const { metadata, status, apiVersion, kind, ...rest } = object;
  return hasStatus || status === undefined ? rest : { ...rest, status };
};

/**
 * The generation of an object that is stored now, undefined for kinds without one: 1 when new, one more when what is desired changed.
 * Status counts for custom resources without a status subresource, annotations for Deployments.
 */
export const nextGeneration = (
  resource: Resource,
  next: KubeObject,
  live: KubeObject | undefined,
): number | undefined => {
  if (resource.custom === undefined && !counted.has(groupResourceOf(resource))) return undefined;
  if (live === undefined) return 1;
  const hasStatus = resource.custom === undefined || resource.custom.hasStatus;
  const annotations = (object: KubeObject) =>
    resource.kind === 'Deployment' ? (object.metadata.annotations ?? {}) : {};
  const same =
    sameJson(desired(next, hasStatus), desired(live, hasStatus)) &&
    sameJson(annotations(next), annotations(live)) &&
    (next.metadata.deletionTimestamp === undefined) === (live.metadata.deletionTimestamp === undefined);
  const before = live.metadata.generation ?? 1;
  return same ? before : before + 1;
};
