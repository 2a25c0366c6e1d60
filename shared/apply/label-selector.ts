import { isObject, listAt, objectAt, textAt } from './fields.ts';

export type Labels = Readonly<Record<string, unknown>>;

/** One requirement of a label or node selector. */
export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** Whether labels have all that a map asks for: the selector of a Service, a nodeSelector. An empty map asks for nothing. */
export const hasLabels = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);

/**
 * Whether a `LabelSelector` (`matchLabels`, `matchExpressions`) selects these labels. An empty one selects everything, a missing one
 * nothing, an operator that is not known nothing.
 */
export const selectsLabels = (selector: unknown, labels: Labels): boolean =>
  isObject(selector) &&
  hasLabels(labels, objectAt(selector, 'matchLabels')) &&
  listAt(selector, 'matchExpressions').every((each) => meets(readRequirement(each), labels));

export const readRequirement = (value: unknown): Requirement => ({
  key: textAt(value, 'key') ?? '',
  operator: textAt(value, 'operator') ?? '',
  values: listAt(value, 'values').map(String),
});

/** Whether labels meet a requirement, as Kubernetes reads it; `NotIn` and `DoesNotExist` are met where the label is missing. */
export const meets = ({ key, operator, values }: Requirement, labels: Labels): boolean => {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(String(value));
    case 'NotIn':
      return value === undefined || !values.includes(String(value));
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
};
