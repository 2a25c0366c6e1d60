import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { s3Blobs } from '../../shared/blobs/s3.ts';
import { describeWithMoto, type Moto, startMoto } from '../outside/moto.ts';
import { blobsContract } from './contract.ts';

describeWithMoto('blobs in S3', () => {
  let moto: Moto;
  let client: S3Client;
  beforeAll(async () => {
    moto = await startMoto();
    client = new S3Client({ ...moto.client, forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: 'blobs' }));
  });
  afterAll(() => moto.stop());

  blobsContract(async () => ({
    blobs: s3Blobs({ client, bucket: 'blobs' }),
    damage: async (digest, content) => {
      const hex = digest.slice('sha256:'.length);
      const Key = `sha256/${hex.slice(0, 2)}/${hex}`;
      await client.send(new PutObjectCommand({ Bucket: 'blobs', Key, Body: content }));
    },
    close: () => undefined,
  }));

  it('does not take a missing bucket for a missing blob', async () => {
    const digest = await s3Blobs({ client, bucket: 'blobs' }).put('content');
    await expect(s3Blobs({ client, bucket: 'none' }).get(digest)).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });
});
