import type { ObjectStore, StoredObject } from '../object-store.ts';

/**
 * Objects in S3 by the real client, made at the first use: credentials and endpoint as every AWS tool takes them from the
 * environment (`AWS_ENDPOINT_URL_S3` for a stand-in, then with path-style addresses).
 */
export const s3Objects = (env: Readonly<Record<string, string | undefined>>): ObjectStore => {
  const open = async () => {
    const s3 = await import('@aws-sdk/client-s3');
    const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
    const client = new s3.S3Client({
      region: env.AWS_REGION ?? 'us-east-1',
      maxAttempts: 3,
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    });
    return { s3, client };
  };
  let opened: ReturnType<typeof open> | undefined;
  const connect = () => {
    opened ??= open();
    return opened;
  };
  return {
    get: async (Bucket, Key, version) => {
      const { s3, client } = await connect();
      const command = { Bucket, Key, ...(version !== undefined && { VersionId: version }) };
      const { Body } = await client.send(new s3.GetObjectCommand(command));
      if (!Body) throw new Error(`s3://${Bucket}/${Key}: the answer has no body`);
      return Body.transformToByteArray();
    },
    put: async (Bucket, Key, Body) => {
      const { s3, client } = await connect();
      await client.send(new s3.PutObjectCommand({ Bucket, Key, Body }));
    },
    list: async (Bucket, Prefix) => {
      const { s3, client } = await connect();
      const found: StoredObject[] = [];
      for await (const { Contents = [] } of s3.paginateListObjectsV2({ client }, { Bucket, Prefix })) {
        for (const { Key = '', ETag, LastModified, Size, StorageClass } of Contents) {
          found.push({
            ...(ETag !== undefined && { Etag: ETag }),
            Key,
            ...(LastModified && { LastModified: LastModified.getTime() / 1000 }),
            ...(Size !== undefined && { Size }),
            ...(StorageClass !== undefined && { StorageClass }),
          });
        }
      }
      return found;
    },
  };
};
