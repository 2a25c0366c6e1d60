import { type JsonObject, type KubeObject, listAt, objectAt, stringAt } from '../object.ts';
import { canonicalQuantity, milliOf } from '../schema/quantity.ts';
import { matches, type Requirement } from '../storage/selector.ts';
import { objectsIn } from './pod-defaults.ts';
import { qosClassOf } from './quality-of-service.ts';

/** How much of each resource of a quota something uses, in thousandths. */
export type Usage = ReadonlyMap<string, number>;

const counted = [
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
];

/** What one object of `plural.group` counts for. A pod that has ended uses nothing. */
export const usageOf = (resource: string, object: KubeObject): Usage => {
  const count: (readonly [string, number])[] = [[`count/${resource}`, 1000]];
  if (resource === 'pods') {
    const phase = stringAt(object.status, 'phase');
    return phase === 'Succeeded' || phase === 'Failed'
      ? new Map(count)
      : new Map([...count, ['pods', 1000], ...podAmounts(object)]);
  }
  if (counted.includes(resource)) count.push([resource, 1000]);
  if (resource === 'services') count.push(...serviceAmounts(object));
  if (resource === 'persistentvolumeclaims') count.push(...claimAmounts(object));
  return new Map(count);
};

const podAmounts = (pod: KubeObject): readonly (readonly [string, number])[] => {
  const main = objectsIn(pod.spec?.containers);
  const initial = objectsIn(pod.spec?.initContainers);
  const amounts = (container: JsonObject, field: string) =>
    Object.entries(objectAt(container, 'resources', field) ?? {}).map(
      ([name, amount]) => [name, milliOf(String(amount))] as const,
    );
  const total = (field: string): Map<string, number> => {
    const sums = new Map<string, number>();
    for (const [name, milli] of main.flatMap((container) => amounts(container, field)))
      sums.set(name, (sums.get(name) ?? 0) + milli);
    // Init containers run before the others, one at a time: the largest counts.
    for (const [name, milli] of initial.flatMap((container) => amounts(container, field))) {
      sums.set(name, Math.max(sums.get(name) ?? 0, milli));
    }
    return sums;
  };
  const requests = [...total('requests')];
  return [
    ...requests.filter(([name]) => ['cpu', 'memory', 'ephemeral-storage'].includes(name)),
    ...requests.map(([name, milli]) => [`requests.${name}`, milli] as const),
    ...[...total('limits')].map(([name, milli]) => [`limits.${name}`, milli] as const),
  ];
};

const serviceAmounts = ({ spec }: KubeObject): readonly (readonly [string, number])[] => {
  const ports = listAt(spec, 'ports').length * 1000;
  if (spec?.type === 'NodePort') return [['services.nodeports', ports]];
  if (spec?.type !== 'LoadBalancer') return [];
  const nodePorts = spec.allocateLoadBalancerNodePorts === false ? 0 : ports;
  return [
    ['services.nodeports', nodePorts],
    ['services.loadbalancers', 1000],
  ];
};

const claimAmounts = (claim: KubeObject): readonly (readonly [string, number])[] => {
  const storage = milliOf(stringAt(claim.spec, 'resources', 'requests', 'storage') ?? '0');
  const storageClass = stringAt(claim.spec, 'storageClassName');
  const prefix = `${storageClass}.storageclass.storage.k8s.io`;
  return [
    ['requests.storage', storage],
    ...(storageClass === undefined
      ? []
      : ([
          [`${prefix}/requests.storage`, storage],
          [`${prefix}/persistentvolumeclaims`, 1000],
        ] as const)),
  ];
};

/** The text of an amount, in the form that the limit beside it is written in. */
export const amountText = (milli: number, like: string): string =>
  /[KMGTPE]i$/.test(canonicalQuantity(like)) ? binaryText(milli / 1000) : canonicalQuantity(`${milli}m`);

const binaryText = (bytes: number): string => {
  for (const [power, unit] of [
    [4, 'Ti'],
    [3, 'Gi'],
    [2, 'Mi'],
    [1, 'Ki'],
  ] as const) {
    const size = 1024 ** power;
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return String(bytes);
};

/** Whether an object falls under a quota: all of its scopes must hold. Only pods have any. */
export const isInScope = (quota: KubeObject, resource: string, object: KubeObject): boolean => {
  const scopes = listAt(quota.spec, 'scopes').map((scope) => ({
    scope: String(scope),
    operator: 'Exists',
    values: [] as string[],
  }));
  const selected = listAt(quota.spec, 'scopeSelector', 'matchExpressions').map((expression) => ({
    scope: stringAt(expression, 'scopeName') ?? '',
    operator: stringAt(expression, 'operator') ?? 'Exists',
    values: listAt(expression, 'values').map(String),
  }));
  const all = [...scopes, ...selected];
  if (all.length === 0) return true;
  return resource === 'pods' && all.every(({ scope, operator, values }) => holdsScope(scope, operator, values, object));
};

const holdsScope = (scope: string, operator: string, values: readonly string[], pod: KubeObject): boolean => {
  const isTerminating = pod.spec?.activeDeadlineSeconds !== undefined;
  switch (scope) {
    case 'Terminating':
      return isTerminating;
    case 'NotTerminating':
      return !isTerminating;
    case 'BestEffort':
      return qosClassOf(pod) === 'BestEffort';
    case 'NotBestEffort':
      return qosClassOf(pod) !== 'BestEffort';
    case 'PriorityClass': {
      const priority = stringAt(pod.spec, 'priorityClassName');
      const requirement: Requirement = { key: 'class', operator: operator as Requirement['operator'], values };
      return matches([requirement], priority === undefined ? {} : { class: priority });
    }
    default:
      return false;
  }
};
