import { isJsonObject, type Json, type JsonObject, type KubeObject, listAt, objectAt, stringAt } from '../object.ts';
import { humanDuration } from './human-duration.ts';

/** One column of a table: how it is headed, and what it shows of an object. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date' | 'number';
  /** `name` for the column that names the object. */
  readonly format?: string;
  /** 1 is shown with `-o wide` only. */
  readonly priority: 0 | 1;
  readonly cell: (object: KubeObject, now: number) => Json;
}

type Cell = Column['cell'];

export const text = (name: string, cell: Cell): Column => ({ name, type: 'string', priority: 0, cell });
export const wide = (name: string, cell: Cell): Column => ({ ...text(name, cell), priority: 1 });
export const number = (name: string, cell: Cell): Column => ({ ...text(name, cell), type: 'integer' });
export const flag = (name: string, cell: Cell): Column => ({ ...text(name, cell), type: 'boolean' });

export const nameColumn: Column = {
  ...text('Name', ({ metadata }) => metadata.name ?? ''),
  format: 'name',
};

/** Since a moment of the object's. `<unknown>` where there is none. */
export const since = (moment: Json | undefined, now: number): string =>
  typeof moment === 'string' ? humanDuration(now - Date.parse(moment)) : '<unknown>';

export const age: Column = text('Age', ({ metadata }, now) => since(metadata.creationTimestamp, now));

/** What kinds without columns of their own show. */
export const plainColumns: readonly Column[] = [
  nameColumn,
  { ...text('Created At', ({ metadata }) => metadata.creationTimestamp ?? ''), type: 'date' },
];

export const orNone = (value: Json | undefined): string =>
  value === undefined || value === null || value === '' ? '<none>' : String(value);

/** A label selector as text: `app=web,tier in (a,b)`. */
export const selectorText = (selector: JsonObject | undefined): string => {
  const labels = Object.entries(objectAt(selector, 'matchLabels') ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = listAt(selector, 'matchExpressions')
    .filter(isJsonObject)
    .map((expression) => expressionText(expression));
  const all = [...labels, ...expressions].toSorted();
  return all.length === 0 ? '<none>' : all.join(',');
};

const expressionText = (expression: JsonObject): string => {
  const key = stringAt(expression, 'key') ?? '';
  const values = `(${listAt(expression, 'values').map(String).toSorted().join(',')})`;
  switch (stringAt(expression, 'operator')) {
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'NotIn':
      return `${key} notin ${values}`;
    default:
      return `${key} in ${values}`;
  }
};

/** Plain labels as text, in order. */
export const labelsText = (labels: JsonObject | undefined): string =>
  orNone(
    Object.entries(labels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .toSorted()
      .join(','),
  );
