/**
 * Whether the filter of an event source mapping lets a record through, by the rules of the Lambda developer guide ("Filter rule syntax"): every
 * field that the pattern names is there, and holds one of the values that it lists. Of other rules than whole texts, numbers and null none is known
 * here, which throws.
 */
export const letsThrough = (pattern: unknown, record: unknown): boolean => {
  if (Array.isArray(pattern)) return pattern.some((rule) => isValue(rule) && rule === record);
  if (!isObject(pattern)) throw new Error(`filter pattern: ${JSON.stringify(pattern)}, expected an object or a list`);
  return isObject(record) && Object.entries(pattern).every(([name, inner]) => letsThrough(inner, record[name]));
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isValue = (rule: unknown): rule is string | number | null => {
  if (rule === null || typeof rule === 'string' || typeof rule === 'number') return true;
  throw new Error(`filter pattern: the rule ${JSON.stringify(rule)} is not known here`);
};
