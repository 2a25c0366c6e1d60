import { createHash } from 'node:crypto';
import {
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type Anchor, headName, headNamed, headsAfter, headText } from './anchor.ts';
import { type Head, headOf } from './link.ts';

const prefix = 'heads/';

/**
 * Heads as objects of a bucket with Object Lock, whose default retention holds each (S3 user guide, "Object Lock"). All versions are listed: a
 * delete marker, which the lock lets be put, hides nothing; of several versions of one name the first counts. Times are those of S3.
 */
export const s3Anchor = ({ client, bucket }: { readonly client: S3Client; readonly bucket: string }): Anchor => ({
  put: async (link) => {
    const Body = Buffer.from(headText(link));
    try {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: prefix + headName(headOf(link)),
          Body,
          // A bucket with a retention takes no object without a checksum that is named (S3 API, "PutObject").
          ChecksumAlgorithm: 'SHA256',
          ChecksumSHA256: createHash('sha256').update(Body).digest('base64'),
          ContentType: 'application/json',
          IfNoneMatch: '*',
        }),
      );
    } catch (error) {
      // It is there: its name says what it is.
      if (!(error instanceof Error) || error.name !== 'PreconditionFailed') throw error;
    }
  },
  list: async (after, limit = Number.POSITIVE_INFINITY) => {
    const found = new Map<string, Head>();
    let from: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> | undefined =
      after === undefined ? {} : { KeyMarker: prefix + headName(after) };
    // One more than is asked for: of the last name that is found there may be older versions.
    while (from !== undefined && found.size <= limit) {
      const page: ListObjectVersionsCommandOutput = await client.send(
        new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...from }),
      );
      for (const { Key = '', LastModified } of page.Versions ?? []) {
        const head = headNamed(Key, LastModified?.getTime() ?? 0);
        const known = found.get(Key);
        if (head !== undefined && (known === undefined || head.at < known.at)) found.set(Key, head);
      }
      const { IsTruncated, NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
      from = IsTruncated === true ? { KeyMarker, VersionIdMarker } : undefined;
    }
    return headsAfter([...found.values()], after, limit);
  },
});
