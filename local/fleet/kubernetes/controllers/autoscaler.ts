import { type ControlPlane, timeOf } from '../control-plane.ts';
import { type JsonObject, type KubeObject, numberAt, objectAt, stringAt } from '../object.ts';
import type { Controller } from './control-loop.ts';
import { allKeys, nameKey, read, writeStatus } from './owned.ts';
import { conditionOf } from './pod-state.ts';

const autoscalers = 'horizontalpodautoscalers.autoscaling';
/** What may be scaled here, by kind. */
const scaled: Readonly<Record<string, string>> = {
  Deployment: 'deployments.apps',
  StatefulSet: 'statefulsets.apps',
  ReplicaSet: 'replicasets.apps',
};

const targetOf = (plane: ControlPlane, autoscaler: KubeObject): KubeObject | undefined => {
  const resource = scaled[stringAt(autoscaler.spec, 'scaleTargetRef', 'kind') ?? ''];
  const name = stringAt(autoscaler.spec, 'scaleTargetRef', 'name') ?? '';
  if (resource === undefined) return undefined;
  return plane.storage.get({ resource, namespace: autoscaler.metadata.namespace ?? '', name });
};

const conditionsOf = (plane: ControlPlane, autoscaler: KubeObject, target: KubeObject | undefined): JsonObject[] => {
  const condition = (type: string, holds: boolean, reason: string, message: string): JsonObject => {
    const status = holds ? 'True' : 'False';
    const before = conditionOf(autoscaler, type);
    const since = before?.status === status ? String(before.lastTransitionTime) : timeOf(plane);
    return { type, status, lastTransitionTime: since, reason, message };
  };
  if (target === undefined) {
    const message = "the HPA controller was unable to get the target's current scale";
    return [condition('AbleToScale', false, 'FailedGetScale', message)];
  }
  return [
    condition('AbleToScale', true, 'ReadyForNewScale', 'recommended size matches current size'),
    condition('ScalingActive', true, 'ValidMetricFound', 'the HPA was able to successfully calculate a replica count'),
    condition('ScalingLimited', false, 'DesiredWithinRange', 'the desired count is within the acceptable range'),
  ];
};

/** HorizontalPodAutoscalers: they find their target and are content with it as it is. There are no metrics here to scale by. */
export const autoscalerController: Controller = {
  name: 'autoscaler',
  concerns: (plane, { key }) => {
    if (key.resource === autoscalers) return [nameKey(key)];
    if (!Object.values(scaled).includes(key.resource)) return [];
    const inNamespace = plane.storage.list(autoscalers, key.namespace);
    const concerned = inNamespace.filter(({ spec }) => stringAt(spec, 'scaleTargetRef', 'name') === key.name);
    return concerned.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  },
  everything: (plane) => allKeys(plane, autoscalers),
  reconcile: (plane, key) => {
    const autoscaler = read(plane, autoscalers, key);
    if (autoscaler === undefined || objectAt(autoscaler.spec, 'scaleTargetRef') === undefined) return undefined;
    const target = targetOf(plane, autoscaler);
    const replicas = numberAt(target?.spec, 'replicas') ?? 0;
    writeStatus(plane, autoscaler, {
      currentReplicas: replicas,
      desiredReplicas: replicas,
      conditions: conditionsOf(plane, autoscaler, target),
    });
    return undefined;
  },
};
