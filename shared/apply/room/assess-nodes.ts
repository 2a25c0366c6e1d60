import { firstOf } from '../first-of.ts';
import { type Amounts, addAmounts, sayAmount, shortOf, subtractAmounts } from './amounts.ts';
import { byNode, type Free, freeOf, placePods, victimsOf, without } from './place-pods.ts';
import type { RoomFinding } from './room-finding.ts';
import { type NodeRoom, type PodOnNode, takesPod } from './takes-pod.ts';
import type { WantedPods } from './wanted-pods.ts';

/** A workload that needs room, with the priority its pods will have, and whether they may evict others for it. */
export interface Prioritised extends WantedPods {
  readonly priority: number;
  readonly preempts: boolean;
}

/** Pods that find no place whose victims are looked for one by one; of more it is known by then what they do. */
const examined = 20;

/**
 * Whether the nodes have room for what a plan starts, one workload after the other. A DaemonSet needs it on every node that takes it, and
 * what is evicted there has nowhere else to be: that refuses. Others may wait for nodes to come, unless no node there is could ever hold
 * a pod. Affinity between pods, spreading and volumes are not looked at. Pure.
 */
export const assessNodes = (
  wanted: readonly Prioritised[],
  nodes: readonly NodeRoom[],
  pods: readonly PodOnNode[],
): readonly RoomFinding[] => {
  const findings: RoomFinding[] = [];
  let free = freeOf(nodes, pods);
  for (const each of wanted) {
    const taking = nodes.filter((node) => takesPod(node, each.spec, each.everyNode));
    const assess = each.everyNode ? assessDaemon : assessCounted;
    const assessed = assess(each, taking, pods, free);
    findings.push(...assessed.findings);
    free = assessed.free;
  }
  return findings;
};

interface Assessed {
  readonly findings: readonly RoomFinding[];
  readonly free: Free;
}

const assessDaemon = (
  wanted: Prioritised,
  nodes: readonly NodeRoom[],
  pods: readonly PodOnNode[],
  free: Free,
): Assessed => {
  const own = pods.filter((pod) => pod.of === wanted.id);
  const before = wanted.surge > 0 ? free : without(free, own);
  const left = new Map(before);
  const { requests } = wanted.demand;
  const others = byNode(pods.filter((pod) => pod.of !== wanted.id));
  const tight: string[] = [];
  const victims: PodOnNode[] = [];
  for (const { name } of nodes) {
    const here = before.get(name) ?? {};
    const short = shortOf(requests, here);
    left.set(name, subtractAmounts(here, requests));
    if (short === undefined) continue;
    tight.push(`${name} has ${sayAmount(short, here[short] ?? 0)}`);
    if (wanted.preempts) victims.push(...(victimsOf(requests, wanted.priority, others.get(name) ?? [], here) ?? []));
  }
  if (tight.length === 0) return { findings: [], free: left };
  const what = `it needs ${sayDemand(requests)} on each of ${nodesOf(nodes)}, and ${tight.length} of them ${tight.length === 1 ? 'has' : 'have'} less: ${firstOf(tight)}`;
  const findings: readonly RoomFinding[] = [{ wanted, rule: 'no-room', what }, ...evicting(wanted, victims)];
  return { findings, free: left };
};

const assessCounted = (
  wanted: Prioritised,
  nodes: readonly NodeRoom[],
  pods: readonly PodOnNode[],
  free: Free,
): Assessed => {
  const { requests } = wanted.demand;
  if (nodes.length === 0) {
    const what = 'no node takes its pods now: labels, affinity and taints leave none';
    return { findings: [{ wanted, rule: 'no-node', what }], free };
  }
  const never = nodes.every(({ allocatable }) => shortOf(requests, allocatable) !== undefined);
  if (never) return { findings: [neverFits(wanted, nodes)], free };
  const own = pods.filter((pod) => pod.of === wanted.id);
  const steady = wanted.restarts ? without(free, own) : free;
  const needed = wanted.restarts ? wanted.count : Math.max(0, wanted.count - wanted.before);
  const placed = placePods(requests, needed, nodes, steady);
  const findings: RoomFinding[] = [];
  if (placed.placed < needed) {
    const what = `only ${placed.placed} of ${needed} pods fit on ${nodesOf(nodes)} that take them, for want of ${placed.short}`;
    findings.push({ wanted, rule: 'little-room', what });
    findings.push(...evicting(wanted, evicted(wanted, needed - placed.placed, nodes, pods, placed.free)));
  } else findings.push(...assessSurge(wanted, nodes, free));
  return { findings, free: placed.free };
};

const assessSurge = (wanted: Prioritised, nodes: readonly NodeRoom[], free: Free): readonly RoomFinding[] => {
  if (wanted.surge === 0) return [];
  const { placed, short } = placePods(wanted.demand.requests, wanted.surge, nodes, free);
  if (placed === wanted.surge) return [];
  const what =
    placed === 0 && wanted.surgesFirst
      ? `beside the pods it has none fits on ${nodesOf(nodes)} that take them, for want of ${short}: with maxUnavailable 0 no pod can be replaced until there is room for one more`
      : `only ${placed} of the ${wanted.surge} pods it surges by fit on ${nodesOf(nodes)} that take them, for want of ${short}`;
  return [{ wanted, rule: 'little-room', what }];
};

const neverFits = (wanted: Prioritised, nodes: readonly NodeRoom[]): RoomFinding => {
  const { requests } = wanted.demand;
  const short = nodes.map(({ allocatable }) => shortOf(requests, allocatable)).find((name) => name !== undefined) ?? '';
  const most = Math.max(...nodes.map(({ allocatable }) => allocatable[short] ?? 0));
  const what = `a pod needs ${sayAmount(short, requests[short] ?? 0)}, and of ${nodesOf(nodes)} that take it none has more than ${sayAmount(short, most)}`;
  return { wanted, rule: 'no-room', what };
};

/** Whom the pods that find no place would evict, where they may: on the node where it costs least. */
const evicted = (
  wanted: Prioritised,
  missing: number,
  nodes: readonly NodeRoom[],
  pods: readonly PodOnNode[],
  free: Free,
): readonly PodOnNode[] => {
  if (!wanted.preempts) return [];
  const left = new Map(free);
  const others = new Map(byNode(pods.filter((pod) => pod.of !== wanted.id)));
  const { requests } = wanted.demand;
  const gone: PodOnNode[] = [];
  for (let pod = 0; pod < Math.min(missing, examined); pod++) {
    const choices = nodes.flatMap(({ name }) => {
      const victims = victimsOf(requests, wanted.priority, others.get(name) ?? [], left.get(name) ?? {});
      return victims === undefined ? [] : [{ name, victims }];
    });
    const [best] = choices.toSorted(byCost);
    if (best === undefined) break;
    const { name, victims } = best;
    gone.push(...victims);
    others.set(
      name,
      (others.get(name) ?? []).filter((each) => !victims.includes(each)),
    );
    left.set(
      name,
      subtractAmounts(addAmounts(left.get(name) ?? {}, ...victims.map((each) => each.requests)), requests),
    );
  }
  return gone;
};

interface Choice {
  readonly victims: readonly PodOnNode[];
}

const byCost = (a: Choice, b: Choice): number =>
  (a.victims.at(-1)?.priority ?? 0) - (b.victims.at(-1)?.priority ?? 0) || a.victims.length - b.victims.length;

const evicting = (wanted: Prioritised, victims: readonly PodOnNode[]): readonly RoomFinding[] => {
  if (victims.length === 0) return [];
  const names = firstOf(victims.map(({ name }) => name).sort());
  const what = `it would evict ${victims.length} ${victims.length === 1 ? 'pod' : 'pods'} of lower priority than its ${wanted.priority}: ${names}`;
  return [{ wanted, rule: 'preemption', what }];
};

const nodesOf = (nodes: readonly NodeRoom[]): string => `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}`;

const sayDemand = ({ pods: _, ...requests }: Amounts): string =>
  Object.entries(requests)
    .filter(([, amount]) => amount > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, amount]) => sayAmount(name, amount))
    .join(', ') || 'a pod';
