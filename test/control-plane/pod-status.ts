import type { ContainerState } from './container.ts';

/** Of a pod, what the test kubelet reads. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly restartPolicy?: string;
    readonly containers: readonly { readonly name: string; readonly image: string }[];
  };
  readonly status?: { readonly phase?: string };
}

/** 137 is what the kernel leaves of a container that took more memory than it may. */
const endOf = ({ exitCode }: ContainerState, at: string): object => ({
  exitCode,
  reason: exitCode === 137 ? 'OOMKilled' : 'Error',
  startedAt: at,
  finishedAt: at,
});

const stateOf = (container: ContainerState, image: string, at: string): object => {
  switch (container.is) {
    case 'creating':
      return { waiting: { reason: 'ContainerCreating' } };
    case 'pull-failed':
      return { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` } };
    case 'config-error':
      return { waiting: { reason: 'CreateContainerConfigError', message: 'configmap "absent" not found' } };
    case 'back-off':
      return { waiting: { reason: 'CrashLoopBackOff', message: 'back-off restarting failed container' } };
    case 'running':
    case 'ready':
      return { running: { startedAt: at } };
    case 'completed':
      return { terminated: { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at } };
    case 'failed':
      return { terminated: endOf(container, at) };
  }
};

const phaseOf = (containers: readonly ContainerState[]): string => {
  if (containers.every(({ is }) => is === 'completed')) return 'Succeeded';
  if (containers.some(({ is }) => is === 'failed')) return 'Failed';
  if (containers.some(({ is }) => is === 'creating' || is === 'pull-failed' || is === 'config-error')) return 'Pending';
  return 'Running';
};

/** An address of its own, most likely; nothing answers there. One of the loopback would keep it out of every EndpointSlice. */
const addressOf = ({ metadata: { uid } }: Pod): string =>
  `10.244.${Number.parseInt(uid.slice(0, 2), 16)}.${Number.parseInt(uid.slice(2, 4), 16)}`;

/** The status a kubelet would write for a pod whose containers are as given (same order as in its spec), at `at` (RFC 3339). */
export const podStatus = (pod: Pod, containers: readonly ContainerState[], at: string): object => {
  const phase = phaseOf(containers);
  const ready = containers.every(({ is }) => is === 'ready');
  const condition = (type: string, holds: boolean) => ({
    type,
    status: holds ? 'True' : 'False',
    lastTransitionTime: at,
    // Explicit: merged over the condition before, which may have had a reason.
    reason: holds ? null : phase === 'Succeeded' ? 'PodCompleted' : 'ContainersNotReady',
  });
  return {
    phase,
    startTime: at,
    hostIP: '127.0.0.1',
    podIP: addressOf(pod),
    podIPs: [{ ip: addressOf(pod) }],
    conditions: [condition('Initialized', true), condition('ContainersReady', ready), condition('Ready', ready)],
    containerStatuses: pod.spec.containers.map(({ name, image }, index) => {
      const container = containers[index] ?? { is: 'creating', restarts: 0 };
      return {
        name,
        image,
        imageID: image,
        ready: container.is === 'ready',
        started: container.is === 'running' || container.is === 'ready',
        restartCount: container.restarts,
        state: stateOf(container, image, at),
        ...(container.restarts > 0 ? { lastState: { terminated: endOf(container, at) } } : {}),
      };
    }),
  };
};
