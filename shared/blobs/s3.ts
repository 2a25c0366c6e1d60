import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { digestOf } from '../rollout/digest.ts';
import { BlobCorrupt, BlobMissing, type Blobs } from './blobs.ts';
import { digestHex } from './digest-hex.ts';

/** The tag of an object that says whose it is; without it, it is the fleet's. */
const ownerTag = 'tidegate-owner';

export interface S3BlobsOptions {
  readonly client: S3Client;
  readonly bucket: string;
}

/**
 * Blobs as objects `sha256/ab/ab…` of one bucket. S3 checks the digest on arrival, `get` checks it again. Encryption and retention are
 * the bucket's. Without the right to list the bucket, S3 calls a missing object forbidden: then `get` rejects with its `AccessDenied`.
 */
export const s3Blobs = ({ client, bucket }: S3BlobsOptions): Blobs => ({
  put: async (content, owner) => {
    const digest = digestOf(content);
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: objectKey(digest),
        Body: typeof content === 'string' ? Buffer.from(content) : content,
        ChecksumSHA256: Buffer.from(digestHex(digest), 'hex').toString('base64'),
        ContentType: 'application/octet-stream',
        ...(owner !== undefined && { Tagging: `${ownerTag}=${owner}` }),
      }),
    );
    return digest;
  },
  get: async (digest) => {
    const content = await readObject(client, bucket, objectKey(digest));
    if (content === undefined) throw new BlobMissing(digest);
    const found = digestOf(content);
    if (found !== digest) throw new BlobCorrupt(digest, found);
    return content;
  },
});

const objectKey = (digest: string): string => {
  const hex = digestHex(digest);
  return `sha256/${hex.slice(0, 2)}/${hex}`;
};

const readObject = async (client: S3Client, bucket: string, key: string): Promise<Uint8Array | undefined> => {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return new Uint8Array((await Body?.transformToByteArray()) ?? []);
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
};
