/** `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = `sha256:${string}`;

/**
 * Content under its own digest: written once, never changed, so writing twice is safe and a read that does not match its
 * digest is an error. For manifests, plans, diffs and samples; state machines carry only the digests.
 */
export interface Blobs {
  /** `owner`, the mark of a private target, says whose it is: where deployed, readers of that target may read it (resources/blobs.yml). */
  put(content: string | Uint8Array, owner?: string): Promise<Digest>;
  /** Throws `BlobMissing` when nothing is stored under `digest`, `BlobCorrupt` when what is stored does not match it. */
  get(digest: Digest): Promise<Uint8Array>;
}

/** Blobs whose every content is put as that owner's; read they are as all others. */
export const ownedBlobs = (blobs: Blobs, owner: string | undefined): Blobs =>
  owner === undefined ? blobs : { get: (digest) => blobs.get(digest), put: (content) => blobs.put(content, owner) };

export class BlobMissing extends Error {
  override readonly name = 'BlobMissing';
  constructor(digest: string) {
    super(`blob ${digest} is not stored; it may have been removed by retention or by hand`);
  }
}

export class BlobCorrupt extends Error {
  override readonly name = 'BlobCorrupt';
  constructor(digest: string, found: string) {
    super(`blob ${digest} holds content with digest ${found}; restore it from a backup`);
  }
}

/** Whether what was thrown says that a blob is not stored any more, or damaged: reading it again would not help. */
export const isLost = (error: unknown): error is Error => error instanceof BlobMissing || error instanceof BlobCorrupt;
