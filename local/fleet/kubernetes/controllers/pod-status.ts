import { createHash } from 'node:crypto';
import { qosClassOf } from '../admission/quality-of-service.ts';
import type { BehaviourOf } from '../behaviour.ts';
import { type JsonObject, type KubeObject, objectAt, stringAt, timestampOf } from '../object.ts';
import { type ContainerLife, type Exit, readyAt, showsPullError } from './container-life.ts';
import { conditionOf } from './pod-state.ts';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** The image as the runtime reports it, with a digest: its own, or one made from its name. */
const imageIdOf = (image: string): string => {
  if (image.includes('@sha256:')) return image;
  const slash = image.lastIndexOf('/');
  const colon = image.indexOf(':', slash + 1);
  return `${colon < 0 ? image : image.slice(0, colon)}@sha256:${hashOf(image)}`;
};

const terminated = ({ exitCode, startedAt, finishedAt }: Exit, id: string): JsonObject => ({
  exitCode,
  // 137 is what the kernel leaves of a container that took more memory than it may.
  reason: exitCode === 0 ? 'Completed' : exitCode === 137 ? 'OOMKilled' : 'Error',
  startedAt: timestampOf(startedAt),
  finishedAt: timestampOf(finishedAt),
  containerID: id,
});

const backOffText = (life: ContainerLife, name: string, pod: KubeObject) => {
  const seconds = Math.min(10 * 2 ** Math.max(0, life.restarts - 1), 300);
  const wait = seconds >= 60 ? `${Math.floor(seconds / 60)}m${seconds % 60}s` : `${seconds}s`;
  const { name: podName, namespace, uid } = pod.metadata;
  return `back-off ${wait} restarting failed container=${name} pod=${podName}_${namespace}(${uid})`;
};

export const pullErrorText = (image: string): string =>
  `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;

const stateOf = (
  life: ContainerLife,
  name: string,
  image: string,
  pod: KubeObject,
  id: string,
  now: number,
): JsonObject => {
  switch (life.is) {
    case 'creating':
      return life.pulls > 0
        ? {
            waiting: {
              reason: 'ImagePullBackOff',
              message: `Back-off pulling image "${image}": ErrImagePull: ${pullErrorText(image)}`,
            },
          }
        : { waiting: { reason: 'ContainerCreating' } };
    case 'pull-failed':
      return showsPullError(life, now)
        ? { waiting: { reason: 'ErrImagePull', message: pullErrorText(image) } }
        : {
            waiting: {
              reason: 'ImagePullBackOff',
              message: `Back-off pulling image "${image}": ErrImagePull: ${pullErrorText(image)}`,
            },
          };
    case 'running':
      return { running: { startedAt: timestampOf(life.since) } };
    case 'backing-off':
      return { waiting: { reason: 'CrashLoopBackOff', message: backOffText(life, name, pod) } };
    case 'ended':
      return { terminated: terminated(life.last, id) };
  }
};

export interface ContainerView {
  readonly container: JsonObject;
  /** Undefined while the containers before it have not ended. */
  readonly life: ContainerLife | undefined;
  readonly isInit: boolean;
  /** A reason the container can not be made at all just now. */
  readonly blocked?: { readonly reason: string; readonly message?: string };
}

const isReadyNow = ({ container, life, isInit }: ContainerView, behaviourOf: BehaviourOf, now: number): boolean => {
  if (life === undefined) return false;
  if (isInit) return life.is === 'ended' && life.last.exitCode === 0;
  const hasProbe = objectAt(container, 'readinessProbe') !== undefined;
  const at = readyAt(life, behaviourOf(stringAt(container, 'image') ?? ''), hasProbe);
  return at !== undefined && at <= now;
};

const containerStatus = (view: ContainerView, pod: KubeObject, behaviourOf: BehaviourOf, now: number): JsonObject => {
  const { container, life, blocked } = view;
  const name = stringAt(container, 'name') ?? '';
  const image = stringAt(container, 'image') ?? '';
  const idOf = (restarts: number) => `containerd://${hashOf(`${pod.metadata.uid}/${name}/${restarts}`)}`;
  const waiting = { waiting: { reason: view.isInit ? 'PodInitializing' : 'ContainerCreating' } };
  const state =
    blocked !== undefined
      ? { waiting: { ...blocked } }
      : life === undefined
        ? { waiting: { reason: 'PodInitializing' } }
        : stateOf(life, name, image, pod, idOf(life.restarts), now);
  const hasRun = life !== undefined && (life.is === 'running' || life.is === 'backing-off' || life.is === 'ended');
  const last = life !== undefined && (life.is === 'running' || life.is === 'backing-off') ? life.last : undefined;
  return {
    name,
    state: state ?? waiting,
    lastState:
      last === undefined
        ? {}
        : { terminated: terminated(last, idOf(Math.max(0, (life?.restarts ?? 0) - (life?.is === 'running' ? 1 : 0)))) },
    ready: isReadyNow(view, behaviourOf, now),
    restartCount: life?.restarts ?? 0,
    image,
    imageID: hasRun ? imageIdOf(image) : '',
    ...(hasRun ? { containerID: idOf(life?.restarts ?? 0) } : {}),
    started: life?.is === 'running',
  };
};

const phaseOf = (views: readonly ContainerView[], restartPolicy: string): string => {
  const failedInit = views.some(({ isInit, life }) => isInit && life?.is === 'ended' && life.last.exitCode !== 0);
  if (failedInit) return 'Failed';
  const main = views.filter(({ isInit }) => !isInit);
  const ended = main.filter(({ life }) => life?.is === 'ended');
  if (main.length > 0 && ended.length === main.length && restartPolicy !== 'Always') {
    return ended.every(({ life }) => life?.is === 'ended' && life.last.exitCode === 0) ? 'Succeeded' : 'Failed';
  }
  const started = main.some(({ life }) => life !== undefined && life.is !== 'creating' && life.is !== 'pull-failed');
  return started ? 'Running' : 'Pending';
};

const condition = (
  pod: KubeObject,
  type: string,
  isTrue: boolean,
  now: number,
  reason?: string,
  message?: string,
): JsonObject => {
  const status = isTrue ? 'True' : 'False';
  const before = conditionOf(pod, type);
  return {
    type,
    status,
    lastProbeTime: null,
    lastTransitionTime: before?.status === status ? String(before.lastTransitionTime) : timestampOf(now),
    ...(isTrue && reason !== 'PodCompleted' ? {} : reason === undefined ? {} : { reason }),
    ...(isTrue || message === undefined ? {} : { message }),
  };
};

export interface Placement {
  readonly hostIP: string;
  readonly podIP: string;
  readonly startTime: string;
}

/** A pod's status as its kubelet reports it now. */
export const podStatus = (
  pod: KubeObject,
  views: readonly ContainerView[],
  placement: Placement,
  behaviourOf: BehaviourOf,
  now: number,
): JsonObject => {
  const statuses = (isInit: boolean) =>
    views.filter((view) => view.isInit === isInit).map((view) => containerStatus(view, pod, behaviourOf, now));
  const [inits, mains] = [statuses(true), statuses(false)];
  const restartPolicy = stringAt(pod.spec, 'restartPolicy') ?? 'Always';
  const phase = phaseOf(views, restartPolicy);
  const isDone = phase === 'Succeeded' || phase === 'Failed';
  const unready = mains.filter(({ ready }) => ready !== true).map(({ name }) => String(name));
  const uninitialised = inits.filter(({ ready }) => ready !== true).map(({ name }) => String(name));
  const isReady = unready.length === 0 && !isDone && phase === 'Running';
  const why = phase === 'Succeeded' ? 'PodCompleted' : phase === 'Failed' ? 'PodFailed' : 'ContainersNotReady';
  const names = `containers with unready status: [${unready.join(' ')}]`;
  const initialised = uninitialised.length === 0;
  const hasSandbox = views.some(({ life }) => life !== undefined && life.is !== 'creating');
  const observed = pod.metadata.generation;
  return {
    ...(observed === undefined ? {} : { observedGeneration: observed }),
    phase,
    conditions: [
      condition(pod, 'PodReadyToStartContainers', hasSandbox && !isDone, now),
      condition(
        pod,
        'Initialized',
        initialised,
        now,
        'ContainersNotInitialized',
        `containers with incomplete status: [${uninitialised.join(' ')}]`,
      ),
      condition(pod, 'Ready', isReady, now, why, names),
      condition(pod, 'ContainersReady', isReady, now, why, names),
      condition(pod, 'PodScheduled', true, now),
    ],
    hostIP: placement.hostIP,
    hostIPs: [{ ip: placement.hostIP }],
    ...(hasSandbox ? { podIP: placement.podIP, podIPs: [{ ip: placement.podIP }] } : {}),
    startTime: placement.startTime,
    ...(inits.length === 0 ? {} : { initContainerStatuses: inits }),
    containerStatuses: mains,
    qosClass: qosClassOf(pod),
  };
};
