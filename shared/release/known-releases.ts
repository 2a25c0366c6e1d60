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
  const [open, prepared] = await Promise.all([listOpenRollouts(ledger), listNewestPrepared(ledger)]);
  const known = [...prepared, ...open.filter(({ end }) => end === undefined)].flatMap(({ release }) => release ?? []);
  return Promise.all([...new Set(known)].map((digest) => getJson<Release>(blobs, digest)));
};
