import { brief } from '../../rollout/outcome.ts';
import type { ObjectId } from '../../rollout/plan.ts';
import type { ServicePolicy } from '../../rollout/release.ts';
import { parseWorkloadReference, type WorkloadReference } from '../../rollout/workload-reference.ts';
import { explicitNeeds } from '../needs.ts';
import { parseObjectId, spoken } from '../object-id.ts';
import type { Workload } from './workload.ts';

/** What the config says of who needs whom, by service. */
export type Dependencies = Readonly<Record<string, Pick<ServicePolicy, 'dependsOn' | 'workloads'>>>;

/** A dependency that leads nowhere or in a circle. */
export interface DependencyMistake {
  readonly code: 'DEPENDENCY_UNKNOWN' | 'DEPENDENCY_CYCLE';
  readonly object?: ObjectId;
  /** What is wrong and what was expected. */
  readonly because: string;
}

export interface Providers {
  /** Of each workload all others that it depends on, directly or through others. */
  readonly of: ReadonlyMap<ObjectId, ReadonlySet<ObjectId>>;
  readonly mistakes: readonly DependencyMistake[];
}

/**
 * Who depends on whom among the workloads of one target: by `dependsOn` of their services, by `workloads` in the config, and by
 * `config.kubernetes.io/depends-on`. `services`: those the target has; what names another is passed over; a workload that its service does not have
 * there is a mistake, as is a circle.
 */
export const findProviders = (
  workloads: readonly Workload[],
  services: ReadonlySet<string>,
  dependencies: Dependencies,
): Providers => {
  const unknown: DependencyMistake[] = [];
  const find = (reference: string, service: string): readonly ObjectId[] => {
    const parsed = parseWorkloadReference(reference, service);
    const found = workloads.filter((workload) => parsed !== undefined && isNamed(workload, parsed)).map(({ id }) => id);
    const isAbsent = parsed !== undefined && !services.has(parsed.service);
    if (found.length === 0 && !isAbsent) unknown.push(unknownWorkload(reference, service, workloads));
    return found;
  };
  const edges = new Map<Node, Node[]>();
  const add = (from: Node, to: readonly Node[]) => edges.set(from, [...(edges.get(from) ?? []), ...to]);
  const present = new Set(workloads.map(({ id }) => id));
  for (const { id, service, manifest } of workloads) {
    add(serviceNode(service), [id]);
    const explicit = explicitNeeds(manifest).flatMap((need) => (need.id === undefined ? [] : need.id));
    add(
      id,
      explicit.filter((need) => present.has(need)),
    );
  }
  for (const service of services) {
    const { dependsOn = [], workloads: named = {} } = dependencies[service] ?? {};
    const needed = dependsOn.filter((each) => services.has(each)).map(serviceNode);
    add(serviceNode(service), needed);
    for (const { id } of workloads.filter((each) => each.service === service)) add(id, needed);
    for (const [reference, { dependsOn: providing }] of Object.entries(named)) {
      const providers = providing.flatMap((need) => find(need, service));
      for (const consumer of find(reference, service)) add(consumer, providers);
    }
  }
  const of = new Map(workloads.map(({ id }) => [id, reachable(id, edges, present)]));
  return { of, mistakes: [...unknown, ...circles(workloads, edges, of)] };
};

/** A workload, or a service as a whole: `service:storage`, which can be no identity. */
type Node = string;

const serviceNode = (service: string): Node => `service:${service}`;

const isNamed = ({ id, service }: Workload, reference: WorkloadReference): boolean => {
  const { kind, name } = parseObjectId(id);
  return (
    service === reference.service &&
    name === reference.name &&
    (reference.kind === undefined || kind === reference.kind)
  );
};

const unknownWorkload = (reference: string, service: string, workloads: readonly Workload[]): DependencyMistake => {
  const parsed = parseWorkloadReference(reference, service);
  const known = workloads
    .filter((workload) => workload.service === (parsed?.service ?? service))
    .map(({ id }) => `${parseObjectId(id).kind}/${parseObjectId(id).name}`)
    .sort();
  const has = known.length === 0 ? 'it has no workload' : `it has ${known.join(', ')}`;
  return {
    code: 'DEPENDENCY_UNKNOWN',
    because: brief(
      `services.${service}.workloads names ${reference}, which service ${parsed?.service ?? service} does not have; ${has}`,
    ),
  };
};

/** The workloads that can be reached, `from` itself only over a circle. */
const reachable = (
  from: ObjectId,
  edges: ReadonlyMap<Node, readonly Node[]>,
  present: ReadonlySet<Node>,
): ReadonlySet<ObjectId> => {
  const seen = new Set<Node>();
  const open: Node[] = [...(edges.get(from) ?? [])];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    open.push(...(edges.get(node) ?? []));
  }
  return new Set([...seen].filter((node): node is ObjectId => present.has(node as ObjectId)));
};

/** Each circle once, told from its first workload by identity. */
const circles = (
  workloads: readonly Workload[],
  edges: ReadonlyMap<Node, readonly Node[]>,
  of: Providers['of'],
): readonly DependencyMistake[] => {
  const told = new Set<ObjectId>();
  return workloads
    .map(({ id }) => id)
    .sort()
    .flatMap((id) => {
      if (told.has(id) || of.get(id)?.has(id) !== true) return [];
      const way = shortestWay(id, edges);
      for (const each of of.get(id) ?? []) if (of.get(each)?.has(id) === true) told.add(each);
      const circle = way.map((node) =>
        node.startsWith('service:') ? `service ${node.slice(8)}` : spoken(node as ObjectId),
      );
      return [
        {
          code: 'DEPENDENCY_CYCLE' as const,
          object: id,
          because: brief(`workloads depend on each other: ${circle.join(' -> ')}; take one of these dependencies away`),
        },
      ];
    });
};

/** From a node back to itself. */
const shortestWay = (start: Node, edges: ReadonlyMap<Node, readonly Node[]>): readonly Node[] => {
  const before = new Map<Node, Node>();
  const open: Node[] = [start];
  for (let node = open.shift(); node !== undefined; node = open.shift()) {
    for (const next of edges.get(node) ?? []) {
      if (next === start) {
        const way = [start];
        for (let at: Node | undefined = node; at !== undefined && at !== start; at = before.get(at)) way.unshift(at);
        return [start, ...way];
      }
      if (before.has(next)) continue;
      before.set(next, node);
      open.push(next);
    }
  }
  return [start];
};
