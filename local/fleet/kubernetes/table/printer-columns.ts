import { isJsonObject, type Json, type JsonObject, type KubeObject, listAt, stringAt } from '../object.ts';
import { age, type Column, nameColumn, since, text } from './column.ts';

/**
 * The columns of a custom kind: its `additionalPrinterColumns`, or its age where it has none. Of JSONPath what printer columns use is
 * read: members, numbers of a list, `[*]`, and `[?(@.type=="Ready")]`.
 */
export const printerColumns = (declared: readonly Json[]): readonly Column[] => {
  const own = declared.filter(isJsonObject);
  return [nameColumn, ...(own.length === 0 ? [age] : own.map(columnOf))];
};

const typeOf = (type: string | undefined): Column['type'] =>
  type === 'integer' || type === 'number' || type === 'boolean' || type === 'date' ? type : 'string';

const columnOf = (declared: JsonObject): Column => {
  const type = typeOf(stringAt(declared, 'type'));
  const path = stringAt(declared, 'jsonPath') ?? '';
  const format = stringAt(declared, 'format');
  return {
    ...text(stringAt(declared, 'name') ?? '', (object, now) => cellOf(valuesAt(object, path), type, now)),
    type,
    priority: declared.priority === undefined || declared.priority === 0 ? 0 : 1,
    ...(format === undefined ? {} : { format }),
  };
};

const cellOf = (found: readonly Json[], type: Column['type'], now: number): Json => {
  const [first] = found;
  if (first === undefined) return null;
  switch (type) {
    case 'integer':
    case 'number':
      return typeof first === 'number' ? first : null;
    case 'boolean':
      return typeof first === 'boolean' ? first : null;
    case 'date':
      return typeof first === 'string' ? since(first, now) : '<invalid>';
    default:
      return typeof first === 'string' ? first : JSON.stringify(first);
  }
};

const step = /\.([\w-]+)|\['([^']+)'\]|\[(\d+|\*)\]|\[\?\(@\.([\w.]+)\s*==\s*["']([^"']*)["']\)\]/y;

const valuesAt = (object: KubeObject, path: string): readonly Json[] => {
  let found: readonly Json[] = [object];
  let at = 0;
  while (at < path.length) {
    step.lastIndex = at;
    const [all, member, quoted, index, field, value] = step.exec(path) ?? [];
    if (all === undefined) return [];
    at += all.length;
    found = found.flatMap((each) => stepFrom(each, { member: member ?? quoted, index, field, value }));
  }
  return found.filter((each) => each !== null);
};

interface Step {
  readonly member: string | undefined;
  readonly index: string | undefined;
  readonly field: string | undefined;
  readonly value: string | undefined;
}

const stepFrom = (from: Json, { member, index, field, value }: Step): readonly Json[] => {
  if (member !== undefined) {
    const found = isJsonObject(from) ? from[member] : undefined;
    return found === undefined ? [] : [found];
  }
  const items = Array.isArray(from) ? from : [];
  if (field !== undefined) return items.filter((item) => stringAt(item, ...field.split('.')) === value);
  if (index === '*') return items;
  const item = listAt({ items }, 'items')[Number(index)];
  return item === undefined ? [] : [item];
};
