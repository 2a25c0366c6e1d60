import { CreateBucketCommand, GetObjectTaggingCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownedBlobs } from '../../shared/blobs/blobs.ts';
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

  it("says by a tag whose a blob is that is a private target's, and reads it as any other", async () => {
    const blobs = s3Blobs({ client, bucket: 'blobs' });
    const [own, fleets] = [
      await ownedBlobs(blobs, '0a1b2c3d').put('own'),
      await ownedBlobs(blobs, undefined).put('any'),
    ];
    const tagsOf = async (digest: string) => {
      const hex = digest.slice('sha256:'.length);
      const Key = `sha256/${hex.slice(0, 2)}/${hex}`;
      return (await client.send(new GetObjectTaggingCommand({ Bucket: 'blobs', Key }))).TagSet;
    };
    expect([await tagsOf(own), await tagsOf(fleets)]).toEqual([[{ Key: 'tidegate-owner', Value: '0a1b2c3d' }], []]);
    expect(Buffer.from(await blobs.get(own)).toString()).toBe('own');
  });

  it('does not take a missing bucket for a missing blob', async () => {
    const digest = await s3Blobs({ client, bucket: 'blobs' }).put('content');
    await expect(s3Blobs({ client, bucket: 'none' }).get(digest)).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });
});
