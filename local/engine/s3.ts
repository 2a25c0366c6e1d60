import type { ObjectStore } from './calls.ts';

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
    get: async (Bucket, Key) => {
      const { s3, client } = await connect();
      const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key }));
      if (!Body) throw new Error(`s3://${Bucket}/${Key}: the answer has no body`);
      return Body.transformToByteArray();
    },
    put: async (Bucket, Key, Body) => {
      const { s3, client } = await connect();
      await client.send(new s3.PutObjectCommand({ Bucket, Key, Body }));
    },
  };
};
