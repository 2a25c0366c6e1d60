import { conditionOf, textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';
import { type PodContainer, podContainers } from './pod-containers.ts';

/** Something that keeps a workload from becoming ready, as the status of a pod, or of what makes its pods, shows it. */
export interface Sign {
  /** Whom it is about: its events, and the log of its container, tell more. */
  readonly subject: LiveObject;
  /** The kind of trouble; it decides which events say when it began, or that it will pass. */
  readonly is: 'pull' | 'start' | 'crash' | 'create' | 'nodes' | 'volumes' | 'slow';
  readonly reason: string;
  readonly message: string;
  /** The container whose log tells more; absent where none has run. */
  readonly container?: string;
  /** Epoch milliseconds since when, as far as the status knows; NaN where it does not. */
  readonly since: number;
  /** For how long it may last before it is doom; for ever where it may pass by itself. */
  readonly patienceMs: number;
}

/** A registry or a Secret that somebody else writes may come a little later: as late as the kubelet's second try, after 10 s. */
export const patienceMs = 15_000;
/** How long a pod may find no node, unless nodes are known to come: an autoscaler looks every 10 s. */
const nodePatienceMs = 30_000;

/** Pull errors that the next try will not heal; others (time-outs, rate limits) are given time. */
const hopelessPull = /not found|manifest unknown|does not exist|unauthorized|denied|forbidden|invalid reference/i;
const hopelessReasons = ['InvalidImageName', 'ErrImageNeverPull'];
const pullReasons = ['ErrImagePull', 'ImagePullBackOff', 'ImageInspectError', 'RegistryUnavailable'];
const startReasons = [
  ...['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError', 'StartError'],
  ...['PreCreateHookError', 'PreStartHookError', 'PostStartHookError'],
];

/**
 * What is wrong with pods, the worst first: images that can not be pulled, containers that can not be created or that end, pods that
 * no node takes, volumes that do not come, containers that run and are not ready. Pods that are being deleted count no more. With
 * `mayCrash` (Jobs, whose back-off limit counts crashes) crashes are left to the workload.
 */
export const findSigns = (pods: readonly LiveObject[], mayCrash = false): readonly Sign[] =>
  pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap((pod) => [
      ...podContainers(pod).map((container) => assessContainer(pod, container, mayCrash)),
      assessNodes(pod),
    ])
    .filter((sign): sign is Sign => sign !== undefined)
    .sort((a, b) => rank(a) - rank(b) || (a.subject.metadata.name < b.subject.metadata.name ? -1 : 1));

const ranks: readonly Sign['is'][] = ['create', 'pull', 'start', 'crash', 'nodes', 'volumes', 'slow'];
const rank = ({ is, patienceMs: patience }: Sign): number => (patience === 0 ? -1 : ranks.indexOf(is));

const assessContainer = (pod: LiveObject, container: PodContainer, mayCrash: boolean): Sign | undefined => {
  const { name, image, waiting } = container;
  // The status does not say since when; the pod's start is the earliest it can be.
  const since = Date.parse(textAt(pod, 'status', 'startTime') ?? pod.metadata.creationTimestamp ?? '');
  const { reason = '', message = '' } = waiting ?? {};
  if (hopelessReasons.includes(reason) || pullReasons.includes(reason)) {
    const isHopeless = hopelessReasons.includes(reason) || hopelessPull.test(message);
    const said = `image ${image} of container ${name}: ${message}`;
    return { subject: pod, is: 'pull', reason, message: said, since, patienceMs: isHopeless ? 0 : patienceMs };
  }
  if (startReasons.includes(reason)) {
    // A cache that lags behind is the kubelet's own affair.
    const patience = /failed to sync .* cache/.test(message) ? Infinity : patienceMs;
    return { subject: pod, is: 'start', reason, message: `container ${name}: ${message}`, since, patienceMs: patience };
  }
  if (reason === 'ContainerCreating') {
    const said = `container ${name} is being created`;
    return { subject: pod, is: 'volumes', reason, message: said, since, patienceMs: Infinity };
  }
  if (container.isReady) return undefined;
  const crash = mayCrash ? undefined : assessEnd(pod, container);
  if (crash !== undefined || container.isInit || !container.isRunning) return crash;
  const said = `container ${name} runs and is not ready`;
  return { subject: pod, is: 'slow', reason: 'NotReady', message: said, container: name, since, patienceMs: Infinity };
};

/** A container that ends again and again is doom at once; one that ended once is when nothing follows. */
const assessEnd = (pod: LiveObject, container: PodContainer): Sign | undefined => {
  const { name, isInit, isRunning, restarts, waiting, ended } = container;
  const isLooping = waiting?.reason === 'CrashLoopBackOff';
  const isThrough = isInit && ended?.exitCode === 0;
  if (!isLooping && (ended === undefined || isThrough || textAt(pod, 'spec', 'restartPolicy') === 'Never'))
    return undefined;
  const repeated = restarts === 1 ? '1 restart' : `${restarts} restarts`;
  return {
    subject: pod,
    is: 'crash',
    reason: isLooping ? 'CrashLoopBackOff' : ended?.reason || 'Error',
    message: `${endOf(name, ended)}, ${repeated}`,
    container: name,
    since: ended?.at ?? Number.NaN,
    patienceMs: isLooping && restarts >= 1 ? 0 : isRunning ? Infinity : patienceMs,
  };
};

const assessNodes = (pod: LiveObject): Sign | undefined => {
  const scheduled = conditionOf(pod, 'PodScheduled');
  const reason = textAt(scheduled, 'reason') ?? '';
  if (textAt(scheduled, 'status') !== 'False' || !['Unschedulable', 'SchedulingGated'].includes(reason))
    return undefined;
  const node = textAt(pod, 'status', 'nominatedNodeName') ?? '';
  const message = textAt(scheduled, 'message') ?? 'no node can take it';
  return {
    subject: pod,
    is: 'nodes',
    reason,
    message: node === '' ? message : `${message}; node ${node} is being cleared for it`,
    since: Date.parse(textAt(scheduled, 'lastTransitionTime') ?? pod.metadata.creationTimestamp ?? ''),
    patienceMs: reason === 'Unschedulable' && node === '' ? nodePatienceMs : Infinity,
  };
};

/** That pods can not be made at all, as a ReplicaSet says by a condition: quota, admission, no service account. */
export const findCreateFailure = (owner: LiveObject): Sign | undefined => {
  const failure = conditionOf(owner, 'ReplicaFailure');
  if (textAt(failure, 'status') !== 'True') return undefined;
  return {
    subject: owner,
    is: 'create',
    reason: textAt(failure, 'reason') ?? 'FailedCreate',
    message: textAt(failure, 'message') ?? 'its pods can not be created',
    since: Date.parse(textAt(failure, 'lastTransitionTime') ?? ''),
    patienceMs,
  };
};

/** The last container of some pods that ended badly: the one whose log says why a Job, or a pod that is not started again, has failed. */
export const findLastEnd = (pods: readonly LiveObject[]): Sign | undefined => {
  const ends = pods.flatMap((pod) =>
    podContainers(pod).flatMap(({ name, ended }) =>
      ended === undefined || ended.exitCode === 0 ? [] : [{ pod, name, ended }],
    ),
  );
  const last = ends.sort((a, b) => a.ended.at - b.ended.at).at(-1);
  if (last === undefined) return undefined;
  const { pod, name, ended } = last;
  return {
    subject: pod,
    is: 'crash',
    reason: ended.reason || 'Error',
    message: endOf(name, ended),
    container: name,
    since: ended.at,
    patienceMs: 0,
  };
};

const endOf = (name: string, ended: PodContainer['ended']): string => {
  const why = ended?.reason === 'OOMKilled' ? ' (out of memory)' : '';
  return `container ${name} ended with exit code ${ended?.exitCode ?? 'unknown'}${why}`;
};
