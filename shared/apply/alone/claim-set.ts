import { liveObject } from '../api-requests.ts';
import { applyRequest } from '../apply-request.ts';
import { parentManifest } from '../apply-set.ts';
import type { ComparedTarget } from '../compare-target.ts';
import { pathOf } from '../discovery.ts';
import { claimAnnotation, inventoryManager } from '../manager.ts';
import { identityOf } from '../object-id.ts';
import { preconditionsOf } from '../preconditions.ts';
import { configMaps } from '../read-live.ts';
import { type Writing, write } from '../writing.ts';
import type { Setting } from './setting.ts';

/**
 * Of several that apply one set at the same time one goes on: the first whose claim is written over the inventory as it was compared. Only
 * who found another at work claims, so that a set which one applies costs no write more. The claim says nothing of the set; the next
 * write of its inventory takes it off. `false`: another was faster, or the inventory has moved since for any other reason.
 * @throws as `write`.
 */
export const claimSet = async (
  { input, rendered, clock }: Setting,
  writing: Writing,
  { sets }: Pick<ComparedTarget, 'sets'>,
): Promise<boolean> => {
  const set = sets.find(({ service }) => service === input.set);
  if (set === undefined) return false;
  const { parent } = set;
  const { metadata, ...inventory } = parentManifest(input.set, rendered.target, input.namespace, set);
  // Another value each time: what changes nothing moves nothing, and would be everybody's claim.
  const annotations = { ...metadata.annotations, [claimAnnotation]: new Date(clock.now()).toISOString() };
  const claimed = { ...inventory, metadata: { ...metadata, annotations, ...preconditionsOf(parent) } };
  const written = await write(writing, {
    id: identityOf(claimed),
    ...applyRequest(pathOf(configMaps, input.namespace, metadata.name), claimed, inventoryManager, true),
    preconditions: parent.metadata,
    readBack: async () => undefined,
  });
  if (written.status !== 'answered' || !written.answer.ok) return false;
  return liveObject(written.answer.body).metadata.resourceVersion !== parent.metadata.resourceVersion;
};
