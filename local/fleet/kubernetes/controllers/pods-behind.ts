import type { ControlPlane } from '../control-plane.ts';
import { type KubeObject, objectAt } from '../object.ts';
import { matches, requirementsOf } from '../storage/selector.ts';
import { isFinished } from './pod-state.ts';

/** The pods a Service selects, in name order. */
export const podsBehind = (plane: ControlPlane, service: KubeObject): readonly KubeObject[] => {
  const selector = objectAt(service.spec, 'selector');
  if (selector === undefined || Object.keys(selector).length === 0) return [];
  const requirements = requirementsOf({ matchLabels: selector }) ?? [];
  return plane.storage
    .list('pods', service.metadata.namespace)
    .filter((pod) => matches(requirements, pod.metadata.labels) && !isFinished(pod));
};
