import { at, isObject, listAt, textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';
import type { Amounts } from './amounts.ts';
import type { WantedPods } from './wanted-pods.ts';

type Scoped = Pick<WantedPods, 'spec' | 'demand'>;

/** Whether a quota counts the pods of a workload: all of its scopes must hold of them. */
export const countsPods = (quota: LiveObject, wanted: Scoped): boolean => {
  const expressions = listAt(quota, 'spec', 'scopeSelector', 'matchExpressions').map((each) => ({
    scope: textAt(each, 'scopeName') ?? '',
    operator: textAt(each, 'operator') ?? 'Exists',
    values: listAt(each, 'values').map(String),
  }));
  const scopes = listAt(quota, 'spec', 'scopes').map((scope) => ({
    scope: String(scope),
    operator: 'Exists',
    values: [],
  }));
  return [...scopes, ...expressions].every((each) => isInScope(each, wanted));
};

const isInScope = (
  {
    scope,
    operator,
    values,
  }: { readonly scope: string; readonly operator: string; readonly values: readonly string[] },
  { spec, demand }: Scoped,
): boolean => {
  const isTerminating = at(spec, 'activeDeadlineSeconds') !== undefined;
  const states = (amounts: Amounts) => (amounts.cpu ?? 0) > 0 || (amounts.memory ?? 0) > 0;
  const isBestEffort = !states(demand.requests) && !states(demand.limits);
  const priorityClass = textAt(spec, 'priorityClassName') ?? '';
  switch (scope) {
    case 'Terminating':
      return isTerminating;
    case 'NotTerminating':
      return !isTerminating;
    case 'BestEffort':
      return isBestEffort;
    case 'NotBestEffort':
      return !isBestEffort;
    case 'PriorityClass': {
      const isNamed = values.includes(priorityClass);
      if (operator === 'In') return isNamed;
      if (operator === 'NotIn') return !isNamed;
      return operator === 'DoesNotExist' ? priorityClass === '' : priorityClass !== '';
    }
    case 'CrossNamespacePodAffinity':
      return namesNamespaces(at(spec, 'affinity'));
    default:
      return false;
  }
};

const namesNamespaces = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.some(namesNamespaces);
  if (!isObject(value)) return false;
  return 'namespaces' in value || 'namespaceSelector' in value || Object.values(value).some(namesNamespaces);
};
