import { isJsonObject, type KubeObject, listAt, stringAt } from '../object.ts';

/** What several controllers ask of a pod. */
export const isReady = (pod: KubeObject): boolean => conditionOf(pod, 'Ready')?.status === 'True';

export const conditionOf = (object: KubeObject, type: string) => {
  const found = listAt(object.status, 'conditions').find(
    (condition) => isJsonObject(condition) && condition.type === type,
  );
  return isJsonObject(found) ? found : undefined;
};

export const isFinished = (pod: KubeObject): boolean => {
  const phase = stringAt(pod.status, 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
};

export const isActive = (pod: KubeObject): boolean => !isFinished(pod) && pod.metadata.deletionTimestamp === undefined;

/** Milliseconds until the pod counts as available, 0 when it does, undefined while it is not ready. */
const untilAvailable = (pod: KubeObject, minReadySeconds: number, now: number): number | undefined => {
  const ready = conditionOf(pod, 'Ready');
  if (ready?.status !== 'True') return undefined;
  return Math.max(0, Date.parse(String(ready.lastTransitionTime)) + minReadySeconds * 1000 - now);
};

/** Ready for as long as its workload asks for. */
export const isAvailable = (pod: KubeObject, minReadySeconds: number, now: number): boolean =>
  untilAvailable(pod, minReadySeconds, now) === 0;

export interface Availability {
  readonly ready: number;
  readonly available: number;
  /** When the next pod becomes available by time alone. */
  readonly wakeMs: number | undefined;
}

export const availabilityOf = (pods: readonly KubeObject[], minReadySeconds: number, now: number): Availability => {
  const waits = pods.map((pod) => untilAvailable(pod, minReadySeconds, now));
  const pending = waits.filter((wait) => wait !== undefined && wait > 0).map(Number);
  return {
    ready: waits.filter((wait) => wait !== undefined).length,
    available: waits.filter((wait) => wait === 0).length,
    wakeMs: pending.length === 0 ? undefined : Math.min(...pending),
  };
};
