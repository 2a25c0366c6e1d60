import { qosClassOf } from '../admission/quality-of-service.ts';
import { type ControlPlane, timeOf } from '../control-plane.ts';
import { isJsonObject, type JsonObject, type KubeObject, listAt, objectAt, stringAt } from '../object.ts';
import { milliOf } from '../schema/quantity.ts';
import type { Controller } from './control-loop.ts';
import { nodeFor } from './daemon-set.ts';
import { recordEvent } from './event-recorder.ts';
import { allKeys, change, nameKey, read, writeStatus } from './owned.ts';
import { isFinished } from './pod-state.ts';

const counted = ['cpu', 'memory'] as const;
type Amounts = Readonly<Record<(typeof counted)[number], number>>;

/** What a pod asks for, in thousandths: the sum of its containers, or its largest init container where that is more. */
const requestOf = (pod: KubeObject): Amounts => {
  const asked = (container: JsonObject, name: string) =>
    milliOf(stringAt(container, 'resources', 'requests', name) ?? '0');
  const amount = (name: string) => {
    const sum = listAt(pod.spec, 'containers')
      .filter(isJsonObject)
      .reduce((all, container) => all + asked(container, name), 0);
    const inits = listAt(pod.spec, 'initContainers')
      .filter(isJsonObject)
      .map((container) => asked(container, name));
    return Math.max(sum, ...inits);
  };
  return { cpu: amount('cpu'), memory: amount('memory') };
};

interface Room {
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly unschedulable: boolean;
  readonly free: Amounts;
  readonly freePods: number;
}

const roomOf = (node: KubeObject, pods: readonly KubeObject[]): Room => {
  const name = node.metadata.name ?? '';
  const here = pods.filter((pod) => stringAt(pod.spec, 'nodeName') === name && !isFinished(pod));
  const used = here.map(requestOf);
  const free = (what: (typeof counted)[number]) =>
    milliOf(stringAt(node.status, 'allocatable', what) ?? '0') - used.reduce((sum, request) => sum + request[what], 0);
  return {
    node: name,
    labels: node.metadata.labels ?? {},
    unschedulable: node.spec?.unschedulable === true,
    free: { cpu: free('cpu'), memory: free('memory') },
    freePods: Number(stringAt(node.status, 'allocatable', 'pods') ?? 110) - here.length,
  };
};

/** Why a node can not take the pod, in the scheduler's words; undefined where it can. */
const refusal = (pod: KubeObject, request: Amounts, room: Room): string | undefined => {
  const only = nodeFor(pod);
  const selector = Object.entries(objectAt(pod.spec, 'nodeSelector') ?? {});
  if ((only !== undefined && only !== room.node) || !selector.every(([name, value]) => room.labels[name] === value)) {
    return "node(s) didn't match Pod's node affinity/selector";
  }
  if (room.unschedulable && only === undefined) return 'node(s) were unschedulable';
  if (room.freePods < 1) return 'Too many pods';
  const short = counted.filter((name) => request[name] > room.free[name]);
  return short.length === 0 ? undefined : short.map((name) => `Insufficient ${name}`).join(', ');
};

/** The node with the most free CPU that takes the pod, or why none does. */
const planPlacement = (
  pod: KubeObject,
  rooms: readonly Room[],
): { readonly node: string } | { readonly because: string } => {
  const request = requestOf(pod);
  const [best] = rooms
    .filter((room) => refusal(pod, request, room) === undefined)
    .toSorted((a, b) => b.free.cpu - a.free.cpu || b.freePods - a.freePods || (a.node < b.node ? -1 : 1));
  if (best !== undefined) return { node: best.node };
  const reasons = new Map<string, number>();
  for (const room of rooms) {
    const reason = refusal(pod, request, room) ?? '';
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const texts = [...reasons].map(([reason, count]) => `${count} ${reason}`).toSorted();
  return { because: `0/${rooms.length} nodes are available: ${texts.join(', ')}.` };
};

const missingClaim = (plane: ControlPlane, pod: KubeObject): string | undefined =>
  listAt(pod.spec, 'volumes')
    .map((volume) => stringAt(volume, 'persistentVolumeClaim', 'claimName'))
    .find(
      (name) =>
        name !== undefined &&
        plane.storage.get({ resource: 'persistentvolumeclaims', namespace: pod.metadata.namespace ?? '', name }) ===
          undefined,
    );

const retryMs = 30_000;

const unschedulable = (plane: ControlPlane, pod: KubeObject, message: string): number => {
  const before = listAt(pod.status, 'conditions').find(
    (condition) => isJsonObject(condition) && condition.type === 'PodScheduled',
  );
  const since = stringAt(before, 'lastTransitionTime') ?? timeOf(plane);
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    lastProbeTime: null,
    lastTransitionTime: since,
    reason: 'Unschedulable',
    message,
  };
  if (stringAt(before, 'message') !== message) {
    recordEvent(plane, pod, { type: 'Warning', reason: 'FailedScheduling', message, source: 'default-scheduler' });
  }
  writeStatus(plane, pod, { phase: 'Pending', conditions: [condition], qosClass: qosClassOf(pod) }, 'kube-scheduler');
  return retryMs;
};

/** The scheduler: pods without a node get one that has room, or are told why there is none. */
export const schedulerController: Controller = {
  name: 'scheduler',
  concerns: (plane, changed) => {
    const { resource } = changed.key;
    const freesRoom =
      (resource === 'pods' && changed.type === 'DELETED') ||
      resource === 'nodes' ||
      resource === 'persistentvolumeclaims';
    if (freesRoom) return waitingPods(plane);
    return resource === 'pods' && stringAt(changed.object.spec, 'nodeName') === undefined ? [nameKey(changed.key)] : [];
  },
  everything: (plane) => waitingPods(plane),
  reconcile: (plane, key) => {
    const pod = read(plane, 'pods', key);
    if (
      pod === undefined ||
      stringAt(pod.spec, 'nodeName') !== undefined ||
      pod.metadata.deletionTimestamp !== undefined
    )
      return undefined;
    const claim = missingClaim(plane, pod);
    if (claim !== undefined) return unschedulable(plane, pod, `persistentvolumeclaim "${claim}" not found`);
    const pods = plane.storage.list('pods');
    const placement = planPlacement(
      pod,
      plane.storage.list('nodes').map((node) => roomOf(node, pods)),
    );
    if ('because' in placement) return unschedulable(plane, pod, placement.because);
    const { namespace, name } = pod.metadata;
    const bind = ({ spec }: KubeObject) => {
      if (spec !== undefined) spec.nodeName = placement.node;
    };
    change(plane, pod, bind, 'binding');
    const message = `Successfully assigned ${namespace}/${name} to ${placement.node}`;
    recordEvent(plane, pod, { type: 'Normal', reason: 'Scheduled', message, source: 'default-scheduler' });
    return undefined;
  },
};

const waitingPods = (plane: ControlPlane): readonly string[] =>
  allKeys(plane, 'pods').filter((key) => stringAt(read(plane, 'pods', key)?.spec, 'nodeName') === undefined);
