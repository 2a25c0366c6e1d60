import { Buffer } from 'node:buffer';
import { isJsonObject, type JsonObject, type KubeObject, objectAt } from '../object.ts';
import { groupResourceOf, type Resource } from '../schema/resource.ts';
import { defaultPod, defaultPodSpec, fill, objectsIn } from './pod-defaults.ts';
import {
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultJobSpec,
  defaultReplicaSet,
  defaultStatefulSet,
} from './workload-defaults.ts';

/** Fills in what the API's types default. Changes `object`, which must be the caller's own copy. Custom resources: from their schema. */
export const setDefaults = (resource: Resource, object: KubeObject): void => {
  if (resource.custom !== undefined) {
    defaultBySchema(resource.custom.schema, object);
    return;
  }
  byResource[groupResourceOf(resource)]?.(object, resource);
};

const defaultService = ({ spec }: JsonObject): void => {
  if (!isJsonObject(spec)) return;
  fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  for (const port of objectsIn(spec.ports)) {
    fill(port, { protocol: 'TCP' });
    if (port.port !== undefined && (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '')) {
      port.targetPort = port.port;
    }
  }
  if (spec.type === 'ExternalName') return;
  fill(spec, { internalTrafficPolicy: 'Cluster' });
  if (spec.type === 'LoadBalancer' || spec.type === 'NodePort') fill(spec, { externalTrafficPolicy: 'Cluster' });
  if (spec.type === 'LoadBalancer') fill(spec, { allocateLoadBalancerNodePorts: true });
};

const defaultSecret = (secret: JsonObject): void => {
  fill(secret, { type: 'Opaque' });
  const plain = objectAt(secret, 'stringData');
  if (plain === undefined) return;
  const data = objectAt(secret, 'data') ?? {};
  for (const [name, value] of Object.entries(plain)) data[name] = Buffer.from(String(value)).toString('base64');
  secret.data = data;
  delete secret.stringData;
};

const defaultWebhooks = (configuration: JsonObject, resource: Resource): void => {
  for (const webhook of objectsIn(configuration.webhooks)) {
    fill(webhook, {
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
      ...(resource.kind === 'MutatingWebhookConfiguration' ? { reinvocationPolicy: 'Never' } : {}),
    });
    for (const rule of objectsIn(webhook.rules)) fill(rule, { scope: '*' });
    const service = objectAt(webhook, 'clientConfig', 'service');
    if (service !== undefined) fill(service, { port: 443 });
  }
};

const defaultMatching = (constraints: JsonObject | undefined): void => {
  if (constraints === undefined) return;
  fill(constraints, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} });
  for (const rule of [...objectsIn(constraints.resourceRules), ...objectsIn(constraints.excludeResourceRules)]) {
    fill(rule, { scope: '*' });
  }
};

const defaultLimitRange = ({ spec }: JsonObject): void => {
  for (const item of objectsIn(objectAt({ spec }, 'spec')?.limits)) {
    if (item.type !== 'Container') continue;
    const at = (field: string) => objectAt(item, field) ?? {};
    const limits = { ...at('max'), ...at('default') };
    const requests = { ...at('min'), ...limits, ...at('defaultRequest') };
    if (Object.keys(limits).length > 0) item.default = limits;
    if (Object.keys(requests).length > 0) item.defaultRequest = requests;
  }
};

const rbacGroup = 'rbac.authorization.k8s.io';
const defaultBinding = (binding: JsonObject): void => {
  if (isJsonObject(binding.roleRef)) {
    if (binding.roleRef.apiGroup === undefined || binding.roleRef.apiGroup === '') binding.roleRef.apiGroup = rbacGroup;
  }
  for (const subject of objectsIn(binding.subjects)) {
    if (subject.kind === 'User' || subject.kind === 'Group') fill(subject, { apiGroup: rbacGroup });
  }
};

const defaultCrd = ({ spec, ...crd }: JsonObject): void => {
  if (!isJsonObject(spec)) return;
  const names = objectAt(spec, 'names');
  if (names !== undefined) {
    const kind = String(names.kind ?? '');
    fill(names, { singular: kind.toLowerCase(), listKind: `${kind}List` });
  }
  fill(spec, { conversion: { strategy: 'None' } });
  if (isJsonObject(crd.status)) fill(crd.status, { storedVersions: [] });
};

const defaultNetworkPolicy = ({ spec }: JsonObject): void => {
  if (!isJsonObject(spec)) return;
  fill(spec, { policyTypes: spec.egress === undefined ? ['Ingress'] : ['Ingress', 'Egress'] });
  for (const rule of [...objectsIn(spec.ingress), ...objectsIn(spec.egress)]) {
    for (const port of objectsIn(rule.ports)) fill(port, { protocol: 'TCP' });
  }
};

const cpuTarget = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
};
const defaultAutoscaler = ({ spec }: JsonObject, { version }: Resource): void => {
  if (!isJsonObject(spec)) return;
  fill(spec, { minReplicas: 1 });
  if (version === 'v2' && objectsIn(spec.metrics).length === 0) spec.metrics = [structuredClone(cpuTarget)];
  if (version === 'v1') fill(spec, { targetCPUUtilizationPercentage: 80 });
};

const inSpec =
  (defaults: JsonObject, status?: JsonObject) =>
  (object: JsonObject): void => {
    if (isJsonObject(object.spec)) fill(object.spec, structuredClone(defaults));
    if (status === undefined) return;
    if (!isJsonObject(object.status)) object.status = {};
    fill(object.status, structuredClone(status));
  };

const defaultNamespace = (namespace: KubeObject): void => {
  fill(namespace, { spec: {}, status: {} });
  if (isJsonObject(namespace.status)) fill(namespace.status, { phase: 'Active' });
  const { name } = namespace.metadata;
  if (name !== undefined) {
    namespace.metadata.labels = { ...namespace.metadata.labels, 'kubernetes.io/metadata.name': name };
  }
};

const byResource: Readonly<Record<string, (object: KubeObject, resource: Resource) => void>> = {
  namespaces: defaultNamespace,
  pods: (pod) => {
    defaultPod(pod);
    if (!isJsonObject(pod.status)) pod.status = {};
    fill(pod.status, { phase: 'Pending' });
  },
  podtemplates: ({ template }) => {
    const spec = objectAt(template, 'spec');
    if (spec !== undefined) defaultPodSpec(spec);
  },
  limitranges: defaultLimitRange,
  services: defaultService,
  secrets: defaultSecret,
  persistentvolumeclaims: inSpec({ volumeMode: 'Filesystem' }, { phase: 'Pending' }),
  persistentvolumes: inSpec(
    { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
    { phase: 'Pending' },
  ),
  replicationcontrollers: defaultReplicaSet,
  'deployments.apps': defaultDeployment,
  'replicasets.apps': defaultReplicaSet,
  'statefulsets.apps': defaultStatefulSet,
  'daemonsets.apps': defaultDaemonSet,
  'jobs.batch': ({ spec }) => {
    if (isJsonObject(spec)) defaultJobSpec(spec);
  },
  'cronjobs.batch': defaultCronJob,
  'horizontalpodautoscalers.autoscaling': defaultAutoscaler,
  'networkpolicies.networking.k8s.io': defaultNetworkPolicy,
  'rolebindings.rbac.authorization.k8s.io': defaultBinding,
  'clusterrolebindings.rbac.authorization.k8s.io': defaultBinding,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': defaultWebhooks,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': defaultWebhooks,
  'validatingadmissionpolicies.admissionregistration.k8s.io': ({ spec }) => {
    if (!isJsonObject(spec)) return;
    fill(spec, { failurePolicy: 'Fail' });
    defaultMatching(objectAt(spec, 'matchConstraints'));
  },
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': ({ spec }) =>
    defaultMatching(objectAt(spec, 'matchResources')),
  'customresourcedefinitions.apiextensions.k8s.io': defaultCrd,
  'apiservices.apiregistration.k8s.io': ({ spec }) => {
    const service = objectAt(spec, 'service');
    if (service !== undefined) fill(service, { port: 443 });
  },
  'storageclasses.storage.k8s.io': (storageClass) =>
    fill(storageClass, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  'priorityclasses.scheduling.k8s.io': (priorityClass) =>
    fill(priorityClass, { preemptionPolicy: 'PreemptLowerPriority' }),
};

/** The `default` members of a custom resource's schema, filled in where the object around them is there. */
const defaultBySchema = (schema: JsonObject, value: JsonObject): void => {
  for (const [name, property] of Object.entries(objectAt(schema, 'properties') ?? {})) {
    if (!isJsonObject(property)) continue;
    if (value[name] === undefined && property.default !== undefined) value[name] = structuredClone(property.default);
    const member = value[name];
    if (isJsonObject(member)) defaultBySchema(property, member);
    const items = objectAt(property, 'items');
    if (items !== undefined) for (const item of objectsIn(member)) defaultBySchema(items, item);
  }
  const additional = objectAt(schema, 'additionalProperties');
  if (additional !== undefined) {
    for (const member of Object.values(value)) if (isJsonObject(member)) defaultBySchema(additional, member);
  }
};
