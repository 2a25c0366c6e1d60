import type { JsonObject } from '../object.ts';
import { isJsonObject, type Json, type KubeObject, listAt, objectAt, stringAt } from '../object.ts';

/** One condition of a label or field selector; `values` is empty for the two that ask for presence. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values: readonly string[];
}

/** The text of a selector does not parse. */
export class BadSelector extends Error {
  override readonly name = 'BadSelector';
}

const keyPattern = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const parts = /(?:[^,(]|\([^)]*\))+/g;

/** Reads `a=b,c!=d,e in (f,g),h notin (i),j,!k`. Throws BadSelector. */
export const parseLabelSelector = (text: string): readonly Requirement[] =>
  (text.match(parts) ?? []).map((part) => {
    const term = part.trim();
    const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term);
    const requirement: Requirement = set
      ? {
          key: set[1] ?? '',
          operator: set[2] === 'in' ? 'In' : 'NotIn',
          values: (set[3] ?? '').split(',').map((v) => v.trim()),
        }
      : parseEquality(term);
    const [, second] = requirement.key.split(' ');
    if (second !== undefined) {
      throw new BadSelector(`unable to parse requirement: found '${second}', expected: in, notin, =, ==, !=, gt, lt`);
    }
    if (!keyPattern.test(requirement.key))
      throw new BadSelector(`unable to parse requirement: <nil>: Invalid value: ${JSON.stringify(requirement.key)}`);
    return requirement;
  });

const parseEquality = (term: string): Requirement => {
  const equality = /^([^=!]+?)\s*(!=|==|=)\s*(.*)$/.exec(term);
  if (equality) {
    return {
      key: (equality[1] ?? '').trim(),
      operator: equality[2] === '!=' ? 'NotIn' : 'In',
      values: [equality[3] ?? ''],
    };
  }
  if (term.startsWith('!')) return { key: term.slice(1).trim(), operator: 'DoesNotExist', values: [] };
  return { key: term, operator: 'Exists', values: [] };
};

/** The requirements of a `LabelSelector` object as workloads carry it. No selector at all selects nothing: undefined. */
export const requirementsOf = (selector: JsonObject | undefined): readonly Requirement[] | undefined => {
  if (selector === undefined) return undefined;
  const labels = Object.entries(objectAt(selector, 'matchLabels') ?? {});
  const expressions = listAt(selector, 'matchExpressions').filter(isJsonObject);
  return [
    ...labels.map(([key, value]): Requirement => ({ key, operator: 'In', values: [String(value)] })),
    ...expressions.map(
      (expression): Requirement => ({
        key: stringAt(expression, 'key') ?? '',
        operator: operatorOf(stringAt(expression, 'operator')),
        values: listAt(expression, 'values').map(String),
      }),
    ),
  ];
};

const operatorOf = (text: string | undefined): Requirement['operator'] =>
  text === 'NotIn' || text === 'Exists' || text === 'DoesNotExist' ? text : 'In';

export const matches = (
  requirements: readonly Requirement[],
  labels: Readonly<Record<string, string>> | undefined,
): boolean =>
  requirements.every(({ key, operator, values }) => {
    const value = labels?.[key];
    if (operator === 'Exists') return value !== undefined;
    if (operator === 'DoesNotExist') return value === undefined;
    const found = value !== undefined && values.includes(value);
    return operator === 'In' ? found : !found;
  });

/** Reads `metadata.name=x,status.phase!=Running`. Throws BadSelector. */
export const parseFieldSelector = (text: string): readonly Requirement[] =>
  text
    .split(',')
    .filter((term) => term !== '')
    .map((term) => {
      const requirement = parseEquality(term);
      if (requirement.values.length === 0)
        throw new BadSelector(`invalid selector: '${text}'; can't understand '${term}'`);
      return requirement;
    });

const fieldsOfKind: Readonly<Record<string, readonly string[]>> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.phase',
    'status.podIP',
  ],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  secrets: ['type'],
  namespaces: ['status.phase'],
  nodes: ['spec.unschedulable'],
  'jobs.batch': ['status.successful'],
  'replicasets.apps': ['status.replicas'],
};

export const isSelectable = (resource: string, field: string): boolean =>
  field === 'metadata.name' || field === 'metadata.namespace' || (fieldsOfKind[resource] ?? []).includes(field);

/** Whether the object's fields are as asked; a field that is not there counts as the empty string. */
export const fieldsMatch = (requirements: readonly Requirement[], object: KubeObject): boolean =>
  requirements.every(({ key, operator, values }) => {
    const value = fieldText(object, key);
    return operator === 'In' ? values.includes(value) : !values.includes(value);
  });

const fieldText = (object: KubeObject, path: string): string => {
  let current: Json | undefined = object;
  for (const step of path.split('.')) current = isJsonObject(current) ? current[step] : undefined;
  return current === undefined || current === null || typeof current === 'object' ? '' : String(current);
};
