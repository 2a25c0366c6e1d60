import type { Cluster } from '../../clouds/cluster.ts';
import { ApiServerRefused } from '../api-requests.ts';
import { at, isObject, numberAt, textAt } from '../fields.ts';
import { selectsLabels } from '../label-selector.ts';
import { listPages } from '../list-collection.ts';
import type { LiveObject } from '../live-object.ts';
import { list } from '../read-live.ts';
import { podDemand } from './pod-request.ts';
import { type NodeRoom, type PodOnNode, priorityOf, readNode } from './takes-pod.ts';
import type { WantedPods } from './wanted-pods.ts';

/** What a target has room for, as far as its API server says. */
export interface Room {
  /** Absent where nodes, pods or priorities could not be read. */
  readonly nodes?: {
    readonly nodes: readonly NodeRoom[];
    readonly pods: readonly PodOnNode[];
    readonly classes: readonly LiveObject[];
  };
  readonly quotas: readonly LiveObject[];
  readonly budgets: readonly LiveObject[];
  /** What could not be read, and why; one sentence each. */
  readonly unread: readonly string[];
}

/** Pods of a cluster that are read: some 100 MB of answers, page by page, of which a few bytes are kept. */
const mostPods = 20_000;

/**
 * Reads what decides whether a plan's pods have room: quotas and budgets of their namespaces, and nodes, priority classes and running
 * pods of the cluster. Requests: 2 for each namespace, 1 for priority classes, 1 per 500 nodes, 1 per 500 pods (10 at 5,000). What may
 * not be read, or is in trouble now, is said and not thrown: it is no reason not to plan.
 */
export const readRoom = async (cluster: Cluster, wanted: readonly WantedPods[], signal: AbortSignal): Promise<Room> => {
  const unread: string[] = [];
  const attempt = async <Result>(what: string, read: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ApiServerRefused || error instanceof TooMany)) throw error;
      unread.push(`${what} could not be read (${error.message})`);
      return undefined;
    }
  };
  const namespaces = [...new Set(wanted.map(({ namespace }) => namespace))].sort();
  const quotas: LiveObject[] = [];
  const budgets: LiveObject[] = [];
  for (const namespace of namespaces) {
    const path = `namespaces/${encodeURIComponent(namespace)}`;
    const found = await attempt(`quotas of ${namespace}`, () =>
      list(cluster, kindOf('', 'v1', 'ResourceQuota'), `/api/v1/${path}/resourcequotas`, signal),
    );
    quotas.push(...(found ?? []));
    const covering = await attempt(`disruption budgets of ${namespace}`, () =>
      list(
        cluster,
        kindOf('policy', 'v1', 'PodDisruptionBudget'),
        `/apis/policy/v1/${path}/poddisruptionbudgets`,
        signal,
      ),
    );
    budgets.push(...(covering ?? []));
  }
  const nodes = await attempt('room on the nodes', async () => ({
    nodes: (await list(cluster, kindOf('', 'v1', 'Node'), '/api/v1/nodes', signal)).map(readNode),
    classes: await list(
      cluster,
      kindOf('scheduling.k8s.io', 'v1', 'PriorityClass'),
      '/apis/scheduling.k8s.io/v1/priorityclasses',
      signal,
    ),
    pods: await readPods(cluster, wanted, signal),
  }));
  return { quotas, budgets, unread, ...(nodes === undefined ? {} : { nodes }) };
};

const kindOf = (group: string, version: string, kind: string) => ({ group, version, kind });

/** A cluster has more pods than are read. */
class TooMany extends Error {
  override readonly name = 'TooMany';
}

/** Pods that have a node and have not ended; of each what it takes, and of which of these workloads it is. */
const readPods = async (
  cluster: Cluster,
  wanted: readonly WantedPods[],
  signal: AbortSignal,
): Promise<readonly PodOnNode[]> => {
  const running = encodeURIComponent('spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed');
  const pods: PodOnNode[] = [];
  const all = { served: kindOf('', 'v1', 'Pod'), path: `/api/v1/pods?fieldSelector=${running}` };
  for await (const { objects, isAnew } of listPages(cluster, all, signal)) {
    if (isAnew) pods.length = 0;
    pods.push(...objects.map((pod) => podOnNode(pod, wanted)));
    if (pods.length > mostPods) throw new TooMany(`it has more than ${mostPods} pods`);
  }
  return pods;
};

const podOnNode = (pod: LiveObject, wanted: readonly WantedPods[]): PodOnNode => {
  const { name, namespace = '', labels = {} } = pod.metadata;
  const own = wanted.find(
    (each) => each.namespace === namespace && selectsLabels(at(each.manifest, 'spec', 'selector'), labels),
  );
  return {
    node: textAt(pod, 'spec', 'nodeName') ?? '',
    name: `${namespace}/${name}`,
    requests: podDemand(pod.spec).requests,
    priority: priorityOf(pod),
    ...(own === undefined ? {} : { of: own.id }),
  };
};

/** What priority the pods of a workload will have, and whether they may evict others for it. */
export const priorityIn = (
  spec: unknown,
  classes: readonly { readonly metadata: { readonly name: string }; readonly [field: string]: unknown }[],
): { readonly priority: number; readonly preempts: boolean } => {
  const name = textAt(spec, 'priorityClassName');
  const found =
    name === undefined || name === ''
      ? classes.find((each) => each.globalDefault === true)
      : classes.find(({ metadata }) => metadata.name === name);
  const policy = textAt(spec, 'preemptionPolicy') ?? textAt(found, 'preemptionPolicy');
  return {
    priority: numberAt(spec, 'priority') ?? numberAt(found, 'value') ?? 0,
    preempts: policy !== 'Never' && isObject(spec),
  };
};
