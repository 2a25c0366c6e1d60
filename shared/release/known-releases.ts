import { getJson } from '../blobs/json.ts';
import { listRollouts } from '../ledger/rollouts.ts';
import type { Outside } from '../outside/outside.ts';
import type { Release } from '../rollout/release.ts';

/** More rollouts than ever run at the same time. */
const looked = 50;

/**
 * The releases by whose names people and alerts speak of waves, services and targets: the newest that was prepared, then those of rollouts
 * that are under way. Empty before the first. Reads only.
 */
export const readKnownReleases = async ({
  ledger,
  blobs,
}: Pick<Outside, 'ledger' | 'blobs'>): Promise<readonly Release[]> => {
  const prepared = (await listRollouts(ledger, looked)).flatMap(({ release, end }) =>
    release === undefined ? [] : [{ release, isUnderWay: end === undefined }],
  );
  const known = prepared.filter(({ isUnderWay }, at) => at === 0 || isUnderWay).map(({ release }) => release);
  return Promise.all([...new Set(known)].map((digest) => getJson<Release>(blobs, digest)));
};
