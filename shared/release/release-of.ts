import type { Blobs, Digest } from '../blobs/blobs.ts';
import { getJson } from '../blobs/json.ts';
import { InvalidInput } from '../rollout/failures.ts';
import type { Release } from '../rollout/release.ts';
import type { Wave } from '../rollout/wave.ts';

/** The release of that digest. Throws `BlobMissing` when it was never prepared or is past its retention. */
export const releaseOf = (blobs: Blobs, digest: Digest): Promise<Release> => getJson<Release>(blobs, digest);

/** One of a release's waves. Throws `InvalidInput` when it has none of that name. */
export const waveOf = (release: Release, name: string): Wave => {
  const wave = release.waves.find((each) => each.name === name);
  if (wave === undefined) {
    const known = release.waves.map((each) => each.name).join(', ');
    throw new InvalidInput(`wave ${name} is not in the release; its waves are ${known}`);
  }
  return wave;
};
