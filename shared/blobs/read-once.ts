import type { Blobs, Digest } from './blobs.ts';
import { getJson } from './json.ts';

/** Reads values as `getJson` does, each once however often it is asked for: many targets are of one release. */
export const readOnce = <Type>(blobs: Blobs): ((digest: Digest) => Promise<Type>) => {
  const read = new Map<Digest, Promise<Type>>();
  return (digest) => {
    const known = read.get(digest) ?? getJson<Type>(blobs, digest);
    read.set(digest, known);
    return known;
  };
};
