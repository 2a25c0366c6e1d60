import type { JsonObject, KubeObject } from '../object.ts';
import { groupResourceOf, type Resource } from '../schema/resource.ts';
import { type Column, plainColumns } from './column.ts';
import { coreColumns } from './core-columns.ts';
import { policyColumns } from './policy-columns.ts';
import { printerColumns } from './printer-columns.ts';
import { workloadColumns } from './workload-columns.ts';

/** How the objects of an answer are to be shown, by the `Accept` of the request. */
export type Shape = 'object' | 'table' | 'metadata';

/** What of the objects stands in the rows of a table: `includeObject`. */
export type Included = 'Metadata' | 'Object' | 'None';

/** The first form that is asked for and that this server has. */
export const shapeOf = (accept: string): Shape => {
  for (const part of accept.split(',')) {
    if (/as=Table\b/.test(part) && /v=v1(;|$|\s)/.test(part)) return 'table';
    if (/as=PartialObjectMetadata(List)?\b/.test(part) && /v=v1(;|$|\s)/.test(part)) return 'metadata';
    if (/application\/json\s*$|\*\/\*/.test(part)) return 'object';
  }
  return 'object';
};

const columnsOf = (resource: Resource): readonly Column[] => {
  if (resource.custom !== undefined) return printerColumns(resource.custom.columns);
  const name = groupResourceOf(resource);
  return workloadColumns[name] ?? coreColumns[name] ?? policyColumns[name] ?? plainColumns;
};

/** Only what metadata has: for clients that count, prune or collect. */
export const partial = ({ metadata }: Pick<KubeObject, 'metadata'>): JsonObject => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});

/** Objects as a table, for people: `kubectl get`. Descriptions of columns are left out. */
export const tableOf = (
  resource: Resource,
  objects: readonly KubeObject[],
  metadata: JsonObject,
  included: Included,
  now: number,
): JsonObject => {
  const columns = columnsOf(resource);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, type, format = '', priority }) => ({
      name,
      type,
      format,
      description: '',
      priority,
    })),
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object, now)),
      object: included === 'None' ? null : included === 'Object' ? object : partial(object),
    })),
  };
};
