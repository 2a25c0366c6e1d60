import { expect, it } from 'vitest';
import { eksToken } from '../../shared/clouds/eks-token.ts';
import { simulateFleet } from './simulated-fleet.ts';

const { outside: simulated, restore } = simulateFleet([]);
restore();
const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const outside = (expiration?: Date) => ({
  ...simulated,
  clock: { ...simulated.clock, now: () => now },
  identity: async () => ({
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: 'secret',
    sessionToken: 'session/+=',
    ...(expiration ? { expiration } : {}),
  }),
});
const never = new AbortController().signal;
const staging = { account: '1', region: 'us-east-1', cluster: 'staging' };

it('is a presigned GetCallerIdentity of the region, over the name of the cluster', async () => {
  const { token = '', expiresAt } = await eksToken(staging, outside(), never);
  expect(token).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
  const url = new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());
  expect(url.origin).toBe('https://sts.us-east-1.amazonaws.com');
  expect(Object.fromEntries(url.searchParams)).toEqual({
    Action: 'GetCallerIdentity',
    Version: '2011-06-15',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'ASIAEXAMPLE/20260102/us-east-1/sts/aws4_request',
    'X-Amz-Date': '20260102T030405Z',
    'X-Amz-Expires': '60',
    'X-Amz-Security-Token': 'session/+=',
    'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
  });
  expect(expiresAt).toBe(now + 14 * 60_000);
});

it('ends with the credentials that signed it', async () => {
  expect((await eksToken(staging, outside(new Date(now + 5000)), never)).expiresAt).toBe(now + 5000);
});

it.each(['', 'us-east-1.evil.example/', 'US-EAST-1', 'us-east-1@x'])(
  'is signed for no host of region %j',
  async (region) => {
    await expect(eksToken({ ...staging, region }, outside(), never)).rejects.toMatchObject({
      name: 'ClusterUnresolved',
      message: `eks region ${JSON.stringify(region)}: expected one like us-east-1`,
    });
  },
);
