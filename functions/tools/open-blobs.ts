import { S3Client } from '@aws-sdk/client-s3';
import type { Blobs } from '../../shared/blobs/blobs.ts';
import { s3Blobs } from '../../shared/blobs/s3.ts';
import type { AwsClientSettings } from '../../shared/outside/aws-client-settings.ts';

/** The deployed blobs. A module of its own, so that its client is loaded when the first blob is asked for. */
export const openBlobs = (settings: AwsClientSettings, bucket: string): Blobs =>
  s3Blobs({ client: new S3Client(settings), bucket });
