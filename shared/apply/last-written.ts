import type { LastWritten } from '../rollout/last-written.ts';
import type { LiveObject } from './live-object.ts';
import { fenceManager, fieldManager, handoverManager, inventoryManager, migrationManager } from './manager.ts';

const own: readonly (string | undefined)[] = [
  fieldManager,
  inventoryManager,
  handoverManager,
  fenceManager,
  migrationManager,
];

/**
 * Who of others than Tidegate wrote an object last, by its managedFields (Kubernetes, "Server-Side Apply"); what was written to a subresource,
 * as its status, is left out. `undefined` where nobody did, or the object does not tell. Whoever only took fields away leaves no entry. Pure.
 */
export const lastWritten = ({ metadata }: LiveObject): LastWritten | undefined => {
  const [entry] = (metadata.managedFields ?? [])
    .filter(({ manager, subresource = '' }) => !own.includes(manager) && subresource === '')
    .toSorted((a, b) => timeOf(b) - timeOf(a));
  const at = entry === undefined ? 0 : timeOf(entry);
  if (entry?.manager === undefined || entry.operation === undefined || at === 0) return undefined;
  return { manager: entry.manager, operation: entry.operation, at };
};

const timeOf = ({ time = '' }: { readonly time?: string }): number => Date.parse(time) || 0;
