import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { EksLocator } from '../rollout/target.ts';
import type { CloudsOutside } from './clouds-outside.ts';
import { ClusterUnresolved } from './cluster.ts';
import type { Credential } from './credential.ts';
import { roleIdentity } from './sts.ts';

// A cluster takes a token for 15 minutes from its date whatever X-Amz-Expires says (aws-iam-authenticator, README); one minute is
// left for clocks that differ.
const LIFE_MS = 14 * 60_000;
const EXPIRES_SECONDS = 60;
const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/;

/** The host of a region's STS. A region goes into a host name that is sent our signature, so anything else in it is refused. */
const stsHost = (region: string): string => {
  if (!REGION.test(region))
    throw new ClusterUnresolved(`eks region ${JSON.stringify(region)}: expected one like us-east-1`);
  return `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
};

/**
 * A bearer token for one cluster on EKS: a presigned GetCallerIdentity of the cluster's region that names the cluster, which the
 * cluster sends to STS itself. No request is made unless a role is to be assumed.
 * @throws AccessRefused, Throttled, ClusterUnreachable where a role is; ClusterUnresolved for a region that is none.
 */
export const eksToken = async (eks: EksLocator, outside: CloudsOutside, signal: AbortSignal): Promise<Credential> => {
  const hostname = stsHost(eks.region);
  const identity = await roleIdentity(eks, outside, signal);
  const credentials = await identity();
  const now = outside.clock.now();
  const signer = new SignatureV4({ service: 'sts', region: eks.region, credentials, sha256: Sha256 });
  const { query = {} } = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: hostname, 'x-k8s-aws-id': eks.cluster },
    },
    { expiresIn: EXPIRES_SECONDS, signingDate: new Date(now) },
  );
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  const url = `https://${hostname}/?${pairs.join('&')}`;
  return {
    token: `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`,
    expiresAt: Math.min(now + LIFE_MS, credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY),
  };
};
