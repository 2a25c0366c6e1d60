import type { Random } from '../../../shared/outside/random.ts';
import type { ControlPlane } from './control-plane.ts';
import { preStopMs } from './controllers/kubelet.ts';
import { isReady } from './controllers/pod-state.ts';
import { isJsonObject, type KubeObject, listAt, objectAt, stringAt } from './object.ts';
import type { Change } from './storage/sqlite.ts';

/**
 * Where one connection to a Service ends: at a pod; at one that has been told to end and answers nothing; at an address where nothing
 * listens any more; or nowhere, as no endpoint is known.
 */
export type Connection =
  | { readonly ends: 'answered'; readonly images: readonly string[] }
  | { readonly ends: 'silent' | 'refused' | 'no-endpoint' };

export interface Connections {
  /** One connection, now, to a Service of that name. Which of its endpoints it takes is chance. */
  connect(namespace: string, service: string, random: Random): Connection;
}

/** What a node's proxy sends connections to: ready pods, or where there is none those that still serve on their way out (KEP-1669). */
interface Endpoints {
  readonly at: number;
  readonly pods: readonly string[];
}

interface Life {
  readonly images: readonly string[];
  readonly runs: boolean;
  /** Epoch milliseconds when its processes are told to end. */
  readonly endsAt?: number;
}

const slices = 'endpointslices.discovery.k8s.io';
const serviceLabel = 'kubernetes.io/service-name';

/**
 * Follows Services and pods of a cluster, so that a connection costs nothing but a choice. What an EndpointSlice says reaches the nodes'
 * proxies `propagationMs` later; what becomes of a pod is so at once.
 */
export const followConnections = (plane: ControlPlane, propagationMs: number): Connections => {
  const { storage, clock } = plane;
  const lives = new Map<string, Life>();
  const services = new Map<string, Endpoints[]>();

  const seePod = (pod: KubeObject, isGone: boolean): void => {
    const uid = pod.metadata.uid ?? '';
    if (isGone) {
      lives.delete(uid);
      return;
    }
    const before = lives.get(uid);
    const isEnding = pod.metadata.deletionTimestamp !== undefined;
    const endsAt = before?.endsAt ?? (isEnding ? clock.now() + preStopMs(pod) : undefined);
    const images = listAt(pod.spec, 'containers').map((container) => stringAt(container, 'image') ?? '');
    const runs = isReady(pod) || (isEnding && before?.runs === true);
    lives.set(uid, { images, runs, ...(endsAt === undefined ? {} : { endsAt }) });
  };
  const seeSlice = (slice: KubeObject, isGone: boolean): void => {
    const key = `${slice.metadata.namespace}/${slice.metadata.labels?.[serviceLabel]}`;
    const known = services.get(key) ?? [];
    const arrived = known.filter(({ at }) => at + propagationMs <= clock.now()).at(-1);
    const open = known.filter(({ at }) => at + propagationMs > clock.now());
    const pods = isGone ? [] : podsOf(slice);
    services.set(key, [...(arrived === undefined ? [] : [arrived]), ...open, { at: clock.now(), pods }]);
  };
  const see = ({ key, type, object }: Pick<Change, 'key' | 'type' | 'object'>): void => {
    if (key.resource === 'pods') seePod(object, type === 'DELETED');
    else if (key.resource === slices) seeSlice(object, type === 'DELETED');
  };
  for (const resource of ['pods', slices]) {
    for (const object of storage.list(resource)) {
      see({ key: { resource, namespace: '', name: '' }, type: 'ADDED', object });
    }
  }
  // What is there when one begins to look is known everywhere.
  for (const [key, [first]] of services) if (first !== undefined) services.set(key, [{ ...first, at: 0 }]);
  storage.subscribe(see);

  return {
    connect: (namespace, service, random) => {
      const now = clock.now();
      const known = services.get(`${namespace}/${service}`);
      const pods = known?.findLast(({ at }) => at + propagationMs <= now)?.pods ?? [];
      const uid = pods[Math.floor(random.fraction() * pods.length)];
      if (uid === undefined) return { ends: 'no-endpoint' };
      const life = lives.get(uid);
      if (life === undefined || !life.runs) return { ends: 'refused' };
      if (life.endsAt !== undefined && life.endsAt <= now) return { ends: 'silent' };
      return { ends: 'answered', images: life.images };
    },
  };
};

const podsOf = (slice: KubeObject): readonly string[] => {
  const endpoints = listAt(slice, 'endpoints').filter(isJsonObject);
  const uids = (condition: string) =>
    endpoints
      .filter((endpoint) => objectAt(endpoint, 'conditions')?.[condition] === true)
      .map((endpoint) => stringAt(endpoint, 'targetRef', 'uid') ?? '');
  const ready = uids('ready');
  return ready.length > 0 ? ready : uids('serving');
};
