import { isJsonObject, type Json, type JsonObject, objectAt } from '../object.ts';

/** Sets what is missing. Values that are there stay, also wrong ones. */
export const fill = (target: JsonObject, defaults: JsonObject): void => {
  for (const [name, value] of Object.entries(defaults)) if (target[name] === undefined) target[name] = value;
};

export const objectsIn = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];

const hasLatestTag = (image: string) => {
  if (image.includes('@')) return false;
  const tag = image.slice(image.lastIndexOf('/') + 1).split(':')[1];
  return tag === undefined || tag === 'latest';
};

/** The defaults of a pod's spec, in a template or in a pod. Changes `spec`. After `SetDefaults_PodSpec` of core/v1. */
export const defaultPodSpec = (spec: JsonObject): void => {
  fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  if (typeof spec.serviceAccountName === 'string') spec.serviceAccount = spec.serviceAccountName;
  else if (typeof spec.serviceAccount === 'string') spec.serviceAccountName = spec.serviceAccount;
  for (const container of [...objectsIn(spec.initContainers), ...objectsIn(spec.containers)]) {
    defaultContainer(container, spec.hostNetwork === true);
  }
  for (const volume of objectsIn(spec.volumes)) defaultVolume(volume);
};

const defaultContainer = (container: JsonObject, hostNetwork: boolean): void => {
  fill(container, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: hasLatestTag(String(container.image ?? '')) ? 'Always' : 'IfNotPresent',
  });
  for (const port of objectsIn(container.ports)) {
    fill(port, { protocol: 'TCP' });
    if (hostNetwork && port.containerPort !== undefined) fill(port, { hostPort: port.containerPort });
  }
  for (const variable of objectsIn(container.env)) {
    const fieldRef = objectAt(variable, 'valueFrom', 'fieldRef');
    if (fieldRef !== undefined) fill(fieldRef, { apiVersion: 'v1' });
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name];
    if (!isJsonObject(probe)) continue;
    fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
    defaultAction(probe);
  }
  for (const name of ['postStart', 'preStop']) {
    const handler = objectAt(container, 'lifecycle', name);
    if (handler !== undefined) defaultAction(handler);
  }
};

const defaultAction = (action: JsonObject): void => {
  if (isJsonObject(action.httpGet)) fill(action.httpGet, { path: '/', scheme: 'HTTP' });
  if (isJsonObject(action.grpc)) fill(action.grpc, { service: '' });
};

const defaultVolume = (volume: JsonObject): void => {
  if (Object.keys(volume).every((name) => name === 'name')) volume.emptyDir = {};
  for (const source of ['secret', 'configMap', 'projected', 'downwardAPI']) {
    const value = volume[source];
    if (isJsonObject(value)) fill(value, { defaultMode: 420 });
  }
  if (isJsonObject(volume.hostPath)) fill(volume.hostPath, { type: '' });
  if (isJsonObject(volume.projected)) {
    for (const source of objectsIn(volume.projected.sources)) {
      if (isJsonObject(source.serviceAccountToken)) fill(source.serviceAccountToken, { expirationSeconds: 3600 });
    }
  }
  const items = [...objectsIn(objectAt(volume, 'downwardAPI')?.items)];
  for (const item of items) if (isJsonObject(item.fieldRef)) fill(item.fieldRef, { apiVersion: 'v1' });
};

/** What a pod itself gets beyond its spec's defaults: service links, and requests from limits. */
export const defaultPod = (pod: JsonObject): void => {
  const spec = objectAt(pod, 'spec');
  if (spec === undefined) return;
  defaultPodSpec(spec);
  fill(spec, { enableServiceLinks: true });
  for (const container of [...objectsIn(spec.initContainers), ...objectsIn(spec.containers)]) {
    const limits = objectAt(container, 'resources', 'limits');
    if (limits === undefined || !isJsonObject(container.resources)) continue;
    const requests = objectAt(container.resources, 'requests') ?? {};
    fill(requests, limits);
    container.resources.requests = requests;
  }
};

/** What the default admission plugins (Priority, DefaultTolerationSeconds) add to a new pod. */
export const admitPod = (pod: JsonObject): void => {
  const spec = objectAt(pod, 'spec');
  if (spec === undefined) return;
  fill(spec, { priority: 0, preemptionPolicy: 'PreemptLowerPriority' });
  const tolerations = objectsIn(spec.tolerations);
  const tolerated = (key: string) =>
    tolerations.some((toleration) => toleration.key === key || toleration.key === undefined);
  const added = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
    .filter((key) => !tolerated(key))
    .map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
  if (added.length > 0) spec.tolerations = [...tolerations, ...added];
};
