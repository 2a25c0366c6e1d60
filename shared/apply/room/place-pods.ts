import { type Amounts, addAmounts, scaleAmounts, shortOf, subtractAmounts } from './amounts.ts';
import type { NodeRoom, PodOnNode } from './takes-pod.ts';

/** What each node has left, by its name. */
export type Free = ReadonlyMap<string, Amounts>;

/** What nodes have left beside the pods that run there. */
export const freeOf = (nodes: readonly NodeRoom[], pods: readonly PodOnNode[]): Free => {
  const used = new Map<string, Amounts>();
  for (const { node, requests } of pods) used.set(node, addAmounts(used.get(node) ?? {}, requests));
  return new Map(nodes.map(({ name, allocatable }) => [name, subtractAmounts(allocatable, used.get(name) ?? {})]));
};

/** Pods by the node they run on. */
export const byNode = (pods: readonly PodOnNode[]): ReadonlyMap<string, readonly PodOnNode[]> => {
  const found = new Map<string, PodOnNode[]>();
  for (const pod of pods) {
    const here = found.get(pod.node);
    if (here === undefined) found.set(pod.node, [pod]);
    else here.push(pod);
  }
  return found;
};

/** What nodes have left when these pods are gone. */
export const without = (free: Free, pods: readonly PodOnNode[]): Free => {
  const left = new Map(free);
  for (const { node, requests } of pods) left.set(node, addAmounts(left.get(node) ?? {}, requests));
  return left;
};

export interface Placed {
  readonly placed: number;
  readonly free: Free;
  /** Of what there was too little, where not all were placed. */
  readonly short?: string;
}

/** Places as many of `count` equal pods as fit, node by node: how many fit does not hang on the order. Pure. */
export const placePods = (demand: Amounts, count: number, nodes: readonly NodeRoom[], free: Free): Placed => {
  const left = new Map(free);
  let placed = 0;
  for (const { name } of nodes) {
    const here = left.get(name) ?? {};
    const fit = Math.min(fitting(demand, here), count - placed);
    if (fit <= 0) continue;
    left.set(name, subtractAmounts(here, scaleAmounts(demand, fit)));
    placed += fit;
  }
  if (placed === count) return { placed, free: left };
  // Where it is closest: the node with the most left of what is short elsewhere tells most.
  const short = nodes.map(({ name }) => shortOf(demand, left.get(name) ?? {})).find((name) => name !== undefined);
  return { placed, free: left, ...(short === undefined ? {} : { short }) };
};

const fitting = (demand: Amounts, free: Amounts): number =>
  Math.min(
    ...Object.entries(demand)
      .filter(([, amount]) => amount > 0)
      .map(([name, amount]) => Math.floor(Math.max(0, free[name] ?? 0) / amount)),
  );

/**
 * Which of the pods of a node would be evicted so that one of this demand fits: of lower priority, the lowest first, and no more than
 * it takes. `undefined` where that would not help. The scheduler minds disruption budgets when it chooses, as far as it can; here they
 * are not looked at.
 */
export const victimsOf = (
  demand: Amounts,
  priority: number,
  pods: readonly PodOnNode[],
  free: Amounts,
): readonly PodOnNode[] | undefined => {
  const lower = pods
    .filter((pod) => pod.priority < priority)
    .toSorted((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1));
  let left = free;
  const victims: PodOnNode[] = [];
  for (const pod of lower) {
    if (shortOf(demand, left) === undefined) break;
    left = addAmounts(left, pod.requests);
    victims.push(pod);
  }
  return shortOf(demand, left) === undefined ? victims : undefined;
};
