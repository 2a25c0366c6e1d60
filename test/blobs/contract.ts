import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlobCorrupt, BlobMissing, type Blobs, type Digest } from '../../shared/blobs/blobs.ts';
import { DigestRefused } from '../../shared/blobs/digest-hex.ts';
import { digestOf } from '../../shared/rollout/digest.ts';

export interface OpenedBlobs {
  readonly blobs: Blobs;
  /** Changes what is stored under a digest, behind the back of `blobs`. */
  damage(digest: Digest, content: string): Promise<void>;
  close(): Promise<void> | void;
}

/** Everything a caller of `Blobs` may rely on. */
export const blobsContract = (open: () => Promise<OpenedBlobs>): void => {
  describe('as every blob store', () => {
    let opened: OpenedBlobs;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    it.each([
      ['text', 'kind: Service\n', new TextEncoder().encode('kind: Service\n')],
      ['text outside ASCII', 'ü\u{10000}', new TextEncoder().encode('ü\u{10000}')],
      ['bytes', new Uint8Array([0, 255, 10, 13]), new Uint8Array([0, 255, 10, 13])],
      ['nothing', '', new Uint8Array()],
    ])('gives %s back under its own digest', async (_, content, bytes) => {
      const digest = await opened.blobs.put(content);
      expect(digest).toBe(digestOf(content));
      expect(await opened.blobs.get(digest)).toEqual(bytes);
    });

    it('may be given the same content twice', async () => {
      const digests = [await opened.blobs.put('same'), await opened.blobs.put('same')];
      expect(digests).toEqual([digestOf('same'), digestOf('same')]);
      expect(Buffer.from(await opened.blobs.get(digestOf('same'))).toString()).toBe('same');
    });

    it('says so when nothing is stored', async () => {
      await expect(opened.blobs.get(digestOf('never stored'))).rejects.toThrow(BlobMissing);
    });

    it('never returns content that does not match its digest', async () => {
      const digest = await opened.blobs.put('sound');
      await opened.damage(digest, 'damaged');
      await expect(opened.blobs.get(digest)).rejects.toThrow(BlobCorrupt);
      await expect(opened.blobs.get(digest)).rejects.toThrow(digestOf('damaged'));
    });

    it.each([
      'sha256:../../../../etc/passwd',
      `sha256:${'A'.repeat(64)}`,
      `sha256:${'a'.repeat(63)}`,
      `sha256:${'a'.repeat(64)}/x`,
      `sha256:${'a'.repeat(64)}\n`,
    ] as const)('refuses %j as a digest', async (digest) => {
      await expect(opened.blobs.get(digest)).rejects.toThrow(DigestRefused);
    });
  });
};
