import type { Cluster } from '../clouds/cluster.ts';
import type { Manifest } from '../rollout/release.ts';
import { getObject } from './api-requests.ts';
import { type ApplySet, type Coverage, parentManifest, readParent, sameCoverage } from './apply-set.ts';
import { pathOf } from './discovery.ts';
import { failedObject } from './explain-refusal.ts';
import { fenceAnnotation, inventoryManager } from './manager.ts';
import { identityOf } from './object-id.ts';
import { configMaps } from './read-live.ts';
import type { ObjectFailure } from './refusals.ts';
import { type Writing, write } from './writing.ts';

export type InventoryWritten =
  | { readonly status: 'done' }
  | { readonly status: 'later'; readonly retryAfterSeconds: number; readonly because: string }
  | { readonly status: 'stopped'; readonly because: string }
  | { readonly status: 'failed'; readonly failure: ObjectFailure };

/** The inventory a service's set should have. */
export interface WantedInventory {
  readonly service: string;
  readonly target: string;
  readonly namespace: string;
  readonly coverage: Coverage;
}

/**
 * Writes the parents of sets whose coverage is not as wanted, and no others. Forced, since a parent under our name, tool and
 * target is ours whole (as KEP-3659 says). Twice is safe.
 */
export const writeInventories = async (
  writing: Writing,
  wanted: readonly WantedInventory[],
  sets: readonly ApplySet[],
): Promise<InventoryWritten> => {
  const differing = wanted.filter(({ service, coverage }) => {
    const set = sets.find((each) => each.service === service);
    return set === undefined || !sameCoverage(set, coverage);
  });
  for (const each of differing) {
    const written = await writeInventory(writing, each);
    if (written.status !== 'done') return written;
  }
  return { status: 'done' };
};

const writeInventory = async (writing: Writing, wanted: WantedInventory): Promise<InventoryWritten> => {
  const { service, target, namespace, coverage } = wanted;
  const parent = parentManifest(service, target, namespace, coverage);
  const id = identityOf(parent);
  const path = pathOf(configMaps, namespace, parent.metadata.name);
  const written = await write(writing, {
    id,
    verb: 'apply',
    path: `${path}?fieldManager=${inventoryManager}&fieldValidation=Strict&force=true`,
    method: 'PATCH',
    contentType: 'application/apply-patch+yaml',
    body: JSON.stringify(fenced(parent, writing.fence)),
    readBack: async () => {
      const live = await readInventory(writing.cluster, path, wanted, writing.invocation.signal);
      return live !== undefined && sameCoverage(live, coverage) ? { ok: true, body: {} } : undefined;
    },
  });
  if (written.status !== 'answered') return written;
  if (written.answer.ok) return { status: 'done' };
  return { status: 'failed', failure: failedObject(id, written.answer.refused) };
};

const readInventory = async (
  cluster: Cluster,
  path: string,
  { target, namespace }: WantedInventory,
  signal: AbortSignal,
): Promise<ApplySet | undefined> => {
  const live = await getObject(cluster, path, signal);
  const read = live && readParent(live, target, namespace);
  return read === undefined || 'foreign' in read ? undefined : read;
};

const fenced = (parent: Manifest, fence: number): Manifest => ({
  ...parent,
  metadata: { ...parent.metadata, annotations: { ...parent.metadata.annotations, [fenceAnnotation]: String(fence) } },
});
