import type { Json, JsonObject } from '../../../local/fleet/kubernetes/object.ts';

/** What differs between two servers, or two runs, by nature: identities, moments, and names made from hashes. */
const incidental = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'lastTransitionTime',
  'lastUpdateTime',
  'time',
  'generation',
  'observedGeneration',
  'clusterIP',
  'clusterIPs',
  'controller-uid',
  'batch.kubernetes.io/controller-uid',
  'deployment.kubernetes.io/revision',
]);

const byOwner = (a: Json, b: Json): number => {
  const text = (entry: Json) => {
    const { operation, manager, subresource } = entry as JsonObject;
    return JSON.stringify([operation, manager, subresource]);
  };
  return text(a) < text(b) ? -1 : 1;
};

const plainText = (text: string) =>
  text
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>')
    .replaceAll(/in record \(\d+\)/g, 'in record (<version>)')
    .replaceAll(/ReplicaSet "(\w+)-\w+"/g, 'ReplicaSet "$1-<hash>"')
    // The patched object in full, its members in the server's own order.
    .replaceAll(/Invalid value: "\{.*\}": strict/g, 'Invalid value: <object>: strict');

/** Without how old things are and where they were put, and without what columns are described with. */
const tableEssence = ({ columnDefinitions, rows, metadata }: JsonObject): Json => {
  const columns = Array.isArray(columnDefinitions) ? (columnDefinitions as JsonObject[]) : [];
  const isIncidental = columns.map(
    ({ name, type }) => type === 'date' || ['Age', 'Duration', 'Cluster-IP'].includes(String(name)),
  );
  return {
    kind: 'Table',
    metadata: essence(metadata) ?? null,
    columnDefinitions: columns.map(({ description, ...column }) => column),
    rows: (Array.isArray(rows) ? (rows as JsonObject[]) : []).map(({ cells, object }) => ({
      cells: (Array.isArray(cells) ? cells : []).map((cell, place) =>
        isIncidental[place] ? '<incidental>' : (essence(cell) ?? null),
      ),
      ...(object === undefined ? {} : { object: essence(object) ?? null }),
    })),
  };
};

/**
 * An answer without what is incidental. Entries of managedFields are put in one order: the server's own is by time, and two requests may
 * share a second or not.
 */
export const essence = (value: Json | undefined): Json | undefined => {
  if (typeof value === 'string') return plainText(value);
  if (Array.isArray(value)) return value.map((item) => essence(item) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  if (value.kind === 'Table') return tableEssence(value);
  const members = Object.entries(value).map(([name, member]): [string, Json | undefined] => {
    if (incidental.has(name)) return [name, '<incidental>'];
    if (name === 'managedFields' && Array.isArray(member)) return [name, essence(member.toSorted(byOwner))];
    return [name, essence(member)];
  });
  return Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
};
