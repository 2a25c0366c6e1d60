import { type ControlPlane, timeOf } from '../control-plane.ts';
import { isJsonObject, type JsonObject, type KubeObject, listAt, numberAt, objectAt, stringAt } from '../object.ts';
import { type ContainerLife, liveUntil, pullErrorEndsAt, readyAt } from './container-life.ts';
import type { Controller } from './control-loop.ts';
import { recordEvent } from './event-recorder.ts';
import { allKeys, nameKey, read, writeStatus } from './owned.ts';
import { isFinished } from './pod-state.ts';
import { type ContainerView, podStatus, pullErrorText } from './pod-status.ts';

const topic = 'kubelet';
/** A process that is told to end does so after this, and after its preStop sleep. It answers nothing any more meanwhile. */
const stopMs = 1000;
const lookAgainMs = 2000;

interface Runtime {
  readonly startedAt: number;
  readonly podIP: string;
  readonly terminatingSince?: number;
  readonly lives: { readonly [container: string]: ContainerLife };
}

const nextPodIP = (plane: ControlPlane): string => {
  const number = Number(plane.storage.recall(topic, 'addresses') ?? 1) + 1;
  plane.storage.remember(topic, 'addresses', String(number));
  return `10.244.${Math.floor(number / 256) % 256}.${number % 256}`;
};

const runtimeOf = (plane: ControlPlane, pod: KubeObject): Runtime => {
  const kept = plane.storage.recall(topic, pod.metadata.uid ?? '');
  return kept === undefined ? { startedAt: plane.clock.now(), podIP: nextPodIP(plane), lives: {} } : JSON.parse(kept);
};

/** What a container needs and is not there: a ConfigMap or Secret in its environment, or one that a volume shows. */
const missingFor = (plane: ControlPlane, pod: KubeObject, container: JsonObject): ContainerView['blocked'] => {
  const { namespace = '' } = pod.metadata;
  const isThere = (resource: string, name: string) => plane.storage.get({ resource, namespace, name }) !== undefined;
  const volumes = listAt(pod.spec, 'volumes').filter(isJsonObject);
  for (const volume of volumes) {
    const map = stringAt(volume, 'configMap', 'name');
    const secret = stringAt(volume, 'secret', 'secretName');
    const optional = objectAt(volume, 'configMap')?.optional === true || objectAt(volume, 'secret')?.optional === true;
    if (optional) continue;
    if ((map !== undefined && !isThere('configmaps', map)) || (secret !== undefined && !isThere('secrets', secret))) {
      return { reason: 'ContainerCreating' };
    }
  }
  const sources = [
    ...listAt(container, 'env').map((variable) => objectAt(variable, 'valueFrom')),
    ...listAt(container, 'envFrom').filter(isJsonObject),
  ];
  for (const source of sources) {
    for (const [field, resource, kind] of [
      ['configMapKeyRef', 'configmaps', 'configmap'],
      ['configMapRef', 'configmaps', 'configmap'],
      ['secretKeyRef', 'secrets', 'secret'],
      ['secretRef', 'secrets', 'secret'],
    ] as const) {
      const reference = objectAt(source, field);
      const name = stringAt(reference, 'name');
      if (name === undefined || reference?.optional === true || isThere(resource, name)) continue;
      return { reason: 'CreateContainerConfigError', message: `${kind} "${name}" not found` };
    }
  }
  return undefined;
};

const announce = (plane: ControlPlane, pod: KubeObject, container: JsonObject, lives: readonly ContainerLife[]) => {
  const name = stringAt(container, 'name') ?? '';
  const image = stringAt(container, 'image') ?? '';
  const say = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    recordEvent(plane, pod, { type, reason, message, source: 'kubelet' });
  for (const life of lives.slice(1)) {
    if (life.is === 'pull-failed') {
      say('Warning', 'Failed', `Failed to pull image "${image}": ${pullErrorText(image)}`);
      say('Warning', 'Failed', 'Error: ErrImagePull');
      say('Normal', 'BackOff', `Back-off pulling image "${image}"`);
      say('Warning', 'Failed', 'Error: ImagePullBackOff');
    } else if (life.is === 'running') {
      say(
        'Normal',
        'Pulled',
        life.restarts === 0
          ? `Successfully pulled image "${image}"`
          : `Container image "${image}" already present on machine`,
      );
      say('Normal', 'Created', `Created container: ${name}`);
      say('Normal', 'Started', `Started container ${name}`);
      if (plane.behaviourOf(image).hang === true && objectAt(container, 'readinessProbe') !== undefined) {
        say('Warning', 'Unhealthy', 'Readiness probe failed: no answer within the time limit');
      }
    } else if (life.is === 'backing-off' && life.restarts > 0) {
      const { name: podName, namespace, uid } = pod.metadata;
      say('Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${podName}_${namespace}(${uid})`);
    }
  }
};

interface Moved {
  readonly views: readonly ContainerView[];
  readonly lives: Runtime['lives'];
  /** Moments at which something will change by time alone. */
  readonly moments: readonly number[];
}

/** Moves every container on to `now`: init containers one after the other, then all others together. */
const moveContainers = (plane: ControlPlane, pod: KubeObject, runtime: Runtime, now: number): Moved => {
  const restartPolicy = stringAt(pod.spec, 'restartPolicy') ?? 'Always';
  const views: ContainerView[] = [];
  const lives: Record<string, ContainerLife> = {};
  const moments: number[] = [];
  let mayStart: number | undefined = runtime.startedAt;
  const move = (container: JsonObject, isInit: boolean) => {
    const name = stringAt(container, 'name') ?? '';
    const before = runtime.lives[name];
    const blocked = before === undefined && mayStart !== undefined ? missingFor(plane, pod, container) : undefined;
    if (mayStart === undefined || blocked !== undefined) {
      views.push({ container, life: undefined, isInit, ...(blocked === undefined ? {} : { blocked }) });
      if (blocked !== undefined) moments.push(now + lookAgainMs);
      return undefined;
    }
    const start: ContainerLife = before ?? { is: 'creating', since: mayStart, restarts: 0, pulls: 0 };
    const behaviour = plane.behaviourOf(stringAt(container, 'image') ?? '');
    const { lives: passed, nextAt } = liveUntil(start, behaviour, { restartPolicy, isInit }, now);
    announce(plane, pod, container, passed);
    const life = passed.at(-1) ?? start;
    lives[name] = life;
    views.push({ container, life, isInit });
    const ready = readyAt(life, behaviour, objectAt(container, 'readinessProbe') !== undefined);
    const all = [nextAt, ready, pullErrorEndsAt(life)].filter((moment) => moment !== undefined && moment > now);
    moments.push(...all.map(Number));
    return life;
  };
  for (const container of listAt(pod.spec, 'initContainers').filter(isJsonObject)) {
    const life = move(container, true);
    mayStart = life?.is === 'ended' && life.last.exitCode === 0 ? life.since : undefined;
  }
  for (const container of listAt(pod.spec, 'containers').filter(isJsonObject)) move(container, false);
  return { views, lives, moments };
};

/** How long a pod that is being deleted goes on as before: its processes are told to end only then. */
export const preStopMs = (pod: KubeObject): number =>
  Math.max(
    0,
    ...listAt(pod.spec, 'containers').map(
      (container) => (numberAt(container, 'lifecycle', 'preStop', 'sleep', 'seconds') ?? 0) * 1000,
    ),
  );

/** Lets a pod that is being deleted end within its grace, then takes it away. */
const terminate = (plane: ControlPlane, pod: KubeObject): number | undefined => {
  const { uid = '', name = '', namespace = '' } = pod.metadata;
  const runtime = runtimeOf(plane, pod);
  const since = runtime.terminatingSince ?? plane.clock.now();
  if (runtime.terminatingSince === undefined) {
    plane.storage.remember(topic, uid, JSON.stringify({ ...runtime, terminatingSince: since }));
    recordEvent(plane, pod, { type: 'Normal', reason: 'Killing', message: 'Stopping container', source: 'kubelet' });
  }
  const grace = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  const left = since + Math.min(grace, preStopMs(pod) + stopMs) - plane.clock.now();
  if (left > 0) return left;
  if ((pod.metadata.finalizers ?? []).length > 0) return undefined;
  plane.storage.remember(topic, uid, undefined);
  plane.storage.remove({ resource: 'pods', namespace, name }, pod);
  return undefined;
};

const hostAddress = (plane: ControlPlane, pod: KubeObject): string => {
  const node = plane.storage.get({ resource: 'nodes', namespace: '', name: stringAt(pod.spec, 'nodeName') ?? '' });
  return stringAt(node?.status, 'addresses', 0, 'address') ?? '';
};

/** The kubelets of all nodes: pods on a node run as their images behave. */
export const kubeletController: Controller = {
  name: 'kubelet',
  concerns: (_, changed) => (changed.key.resource === 'pods' ? [nameKey(changed.key)] : []),
  everything: (plane) => allKeys(plane, 'pods'),
  reconcile: (plane, key) => {
    const pod = read(plane, 'pods', key);
    if (pod === undefined || stringAt(pod.spec, 'nodeName') === undefined) return undefined;
    if (pod.metadata.deletionTimestamp !== undefined) return terminate(plane, pod);
    if (isFinished(pod)) return undefined;
    const now = plane.clock.now();
    const runtime = runtimeOf(plane, pod);
    const { views, lives, moments } = moveContainers(plane, pod, runtime, now);
    const after = JSON.stringify({ ...runtime, lives });
    if (after !== plane.storage.recall(topic, pod.metadata.uid ?? ''))
      plane.storage.remember(topic, pod.metadata.uid ?? '', after);
    const startTime = stringAt(pod.status, 'startTime') ?? timeOf(plane);
    const placement = { hostIP: hostAddress(plane, pod), podIP: runtime.podIP, startTime };
    writeStatus(plane, pod, podStatus(pod, views, placement, plane.behaviourOf, now), 'kubelet');
    return moments.length === 0 ? undefined : Math.min(...moments) - now;
  },
};
