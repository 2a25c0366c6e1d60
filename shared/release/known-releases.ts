import { getJson } from '../blobs/json.ts';
import { listNewestPrepared, listOpenRollouts } from '../ledger/rollouts.ts';
import type { Outside } from '../outside/outside.ts';
import type { Release } from '../rollout/release.ts';

/**
 * The releases by whose names people and alerts speak of waves, services and targets: the newest that was prepared for the fleet, then that of
 * each private target, then those of rollouts that are under way. Empty before the first. Reads only.
 */
export const readKnownReleases = async ({
  ledger,
  blobs,
}: Pick<Outside, 'ledger' | 'blobs'>): Promise<readonly Release[]> => {
  const underWay = (await listOpenRollouts(ledger)).filter(({ end }) => end === undefined);
  const known = [...(await listNewestPrepared(ledger)), ...underWay].flatMap(({ release }) => release ?? []);
  return Promise.all([...new Set(known)].map((digest) => getJson<Release>(blobs, digest)));
};
