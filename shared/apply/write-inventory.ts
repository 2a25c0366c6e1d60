import type { Cluster } from '../clouds/cluster.ts';
import type { Manifest } from '../rollout/release.ts';
import { getObject } from './api-requests.ts';
import { applyRequest } from './apply-request.ts';
import { type ApplySet, type Coverage, parentManifest, readParent, sameCoverage } from './apply-set.ts';
import { assessRefusal } from './assess-refusal.ts';
import { pathOf } from './discovery.ts';
import { failedObject } from './explain-refusal.ts';
import type { LiveObject } from './live-object.ts';
import { fenceOf, inventoryManager, targetAnnotation } from './manager.ts';
import { identityOf } from './object-id.ts';
import { preconditionsOf } from './preconditions.ts';
import { configMaps, type OwnSet } from './read-live.ts';
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
 * target is ours whole (as KEP-3659 says), but only over the parent that was read (its resourceVersion): of two that work on one
 * set at the same time the second is told to look again. Twice is safe.
 */
export const writeInventories = async (
  writing: Writing,
  wanted: readonly WantedInventory[],
  sets: readonly OwnSet[],
): Promise<InventoryWritten> => {
  for (const each of wanted) {
    const set = sets.find(({ service }) => service === each.service);
    if (set !== undefined && isAdopted(set) && sameCoverage(set, each.coverage)) continue;
    const written = await writeInventory(writing, each, set?.parent);
    if (written.status !== 'done') return written;
  }
  return { status: 'done' };
};

/** A parent that kubectl made gets our target on it, once. */
const isAdopted = ({ parent }: OwnSet): boolean => parent.metadata.annotations?.[targetAnnotation] !== undefined;

const writeInventory = async (
  writing: Writing,
  wanted: WantedInventory,
  before: LiveObject | undefined,
): Promise<InventoryWritten> => {
  const { service, target, namespace, coverage } = wanted;
  const parent = parentManifest(service, target, namespace, coverage);
  const id = identityOf(parent);
  const path = pathOf(configMaps, namespace, parent.metadata.name);
  const written = await write(writing, {
    id,
    ...applyRequest(path, fenced(parent, writing.fence, before), inventoryManager, true),
    ...(before === undefined ? {} : { preconditions: before.metadata }),
    readBack: async () => {
      const live = await readInventory(writing.cluster, path, wanted, writing.invocation.signal);
      return live !== undefined && sameCoverage(live, coverage) ? { ok: true, body: {} } : undefined;
    },
  });
  if (written.status !== 'answered') return written;
  if (written.answer.ok) return { status: 'done' };
  const { refused } = written.answer;
  if (assessRefusal(refused) === 'stale') {
    return { status: 'later', retryAfterSeconds: 1, because: `somebody else works on the set of ${service}` };
  }
  return { status: 'failed', failure: failedObject(id, refused) };
};

const readInventory = async (
  cluster: Cluster,
  path: string,
  { target, namespace, service }: WantedInventory,
  signal: AbortSignal,
): Promise<ApplySet | undefined> => {
  const live = await getObject(cluster, path, signal);
  const read = live && readParent(live, { target, namespace, services: [service] });
  return read === undefined || 'foreign' in read ? undefined : read;
};

const fenced = (parent: Manifest, fence: number | undefined, before: LiveObject | undefined): Manifest => ({
  ...parent,
  metadata: {
    ...parent.metadata,
    annotations: { ...parent.metadata.annotations, ...fenceOf(fence) },
    ...preconditionsOf(before),
  },
});
