import type { Behaviour } from './kubernetes/behaviour.ts';

/** A pod as requests find it. */
export interface TrafficPod {
  readonly labels: Readonly<Record<string, string>>;
  readonly ready: boolean;
  readonly behaviours: readonly Behaviour[];
}

/** What becomes of requests to a target's public name at this moment. */
export interface Serving {
  /** Absent: nothing listens, the connection is refused. */
  readonly answers: boolean;
  /** Share of requests that fail with a 5xx, 0 to 1. */
  readonly errorRatio: number;
  /** 99th percentile, seconds. */
  readonly latencySeconds: number;
  /** Share of health checks that fail, 0 to 1. */
  readonly unhealthyRatio: number;
}

const baseLatencyMs = 40;

const serviceOf = ({ labels }: TrafficPod) => labels['app.kubernetes.io/name'] ?? labels.app ?? '';

/**
 * The model: a request passes through every service of the target, each time to one of its ready pods. A service without a ready pod
 * fails every request; pods of a bad image fail their share. Services are told apart by `app.kubernetes.io/name` or `app`.
 */
export const servingOf = (pods: readonly TrafficPod[]): Serving => {
  const services = [...new Set(pods.map(serviceOf))].filter((name) => name !== '').sort();
  if (services.length === 0) return { answers: false, errorRatio: 1, latencySeconds: 0, unhealthyRatio: 1 };
  let success = 1;
  let healthy = 1;
  let latencyMs = baseLatencyMs;
  for (const service of services) {
    const ready = pods.filter((pod) => pod.ready && serviceOf(pod) === service);
    const share = (failing: (behaviour: Behaviour) => number) =>
      ready.length === 0
        ? 1
        : ready.reduce((sum, pod) => sum + Math.max(0, ...pod.behaviours.map(failing)), 0) / ready.length;
    success *= 1 - share((behaviour) => behaviour.errorRatio ?? 0);
    healthy *= 1 - share((behaviour) => (behaviour.health === 'failing' ? 1 : 0));
    latencyMs += Math.max(0, ...ready.flatMap((pod) => pod.behaviours.map((behaviour) => behaviour.latencyMs ?? 0)));
  }
  return { answers: true, errorRatio: 1 - success, latencySeconds: latencyMs / 1000, unhealthyRatio: 1 - healthy };
};

/** Requests a second by size class; a target without one is small. */
export const requestRate = (labels: Readonly<Record<string, string>>): number =>
  ({ s: 50, m: 200, l: 1000 })[labels.size ?? 's'] ?? 50;
