import { canonicalJson } from '../rollout/digest.ts';
import type { Blobs, Digest } from './blobs.ts';

/** Stores a value as its canonical JSON, so that equal values have equal digests. */
export const putJson = (blobs: Blobs, value: unknown): Promise<Digest> => blobs.put(canonicalJson(value));

/** Reads a value that was stored by `putJson`; the digest vouches for its shape as well as for its bytes. */
export const getJson = async <Type>(blobs: Blobs, digest: Digest): Promise<Type> =>
  JSON.parse(new TextDecoder().decode(await blobs.get(digest)));
