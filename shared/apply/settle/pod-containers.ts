import { isObject, listAt, numberAt, objectAt, textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';

/** A container as the kubelet reports it, init containers (sidecars are some) first. */
export interface PodContainer {
  readonly name: string;
  readonly image: string;
  readonly isInit: boolean;
  readonly isReady: boolean;
  readonly isRunning: boolean;
  readonly restarts: number;
  /** Why it does not run; absent where it does, or has ended. */
  readonly waiting?: { readonly reason: string; readonly message: string };
  /** Its end: this one where it has ended and nothing has followed yet, else the one before. */
  readonly ended?: { readonly exitCode: number | undefined; readonly reason: string; readonly at: number };
}

export const podContainers = (pod: LiveObject): readonly PodContainer[] => [
  ...listAt(pod, 'status', 'initContainerStatuses').map((status) => readContainer(status, true)),
  ...listAt(pod, 'status', 'containerStatuses').map((status) => readContainer(status, false)),
];

const readContainer = (status: unknown, isInit: boolean): PodContainer => {
  const state = objectAt(status, 'state');
  const reason = textAt(state, 'waiting', 'reason');
  const ended = [state.terminated, objectAt(status, 'lastState').terminated].find(isObject);
  return {
    name: textAt(status, 'name') ?? '',
    image: textAt(status, 'image') ?? '',
    isInit,
    isReady: isObject(status) && status.ready === true,
    isRunning: isObject(state.running),
    restarts: numberAt(status, 'restartCount') ?? 0,
    ...(reason === undefined ? {} : { waiting: { reason, message: textAt(state, 'waiting', 'message') ?? reason } }),
    ...(ended === undefined
      ? {}
      : {
          ended: {
            exitCode: numberAt(ended, 'exitCode'),
            reason: textAt(ended, 'reason') ?? '',
            at: Date.parse(textAt(ended, 'finishedAt') ?? ''),
          },
        }),
  };
};
