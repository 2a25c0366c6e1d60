import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { awsClientSettings } from '../outside/aws-client-settings.ts';
import type { EksLocator } from '../rollout/target.ts';
import type { CloudsOutside } from './clouds-outside.ts';
import { type ClusterEndpoint, ClusterUnresolved } from './cluster.ts';
import { controlApiFailure } from './control-api-failure.ts';
import { roleIdentity } from './sts.ts';

/** A cluster that is being updated, or could not be, serves all the same. */
const SERVING = new Set(['ACTIVE', 'UPDATING']);

/** Where a cluster on EKS answers (DescribeCluster). */
export const resolveEks = async (
  eks: EksLocator,
  outside: CloudsOutside,
  signal: AbortSignal,
): Promise<ClusterEndpoint> => {
  const subject = `eks ${eks.account}/${eks.region}/${eks.cluster}`;
  const identity = await roleIdentity(eks, outside, signal);
  const client = new EKSClient(awsClientSettings(outside.http, identity, eks.region));
  const { cluster } = await client
    .send(new DescribeClusterCommand({ name: eks.cluster }), { abortSignal: signal })
    .catch((error: unknown) => {
      throw controlApiFailure(subject, 'cluster', error);
    });
  const account = cluster?.arn?.split(':')[4];
  if (account !== eks.account) {
    throw new ClusterUnresolved(
      `${subject}: found in account ${account ?? 'unknown'}; expected ${eks.account}: check role and account`,
    );
  }
  if (!SERVING.has(cluster?.status ?? '')) {
    throw new ClusterUnresolved(`${subject}: is ${cluster?.status ?? 'in no state'}; expected ACTIVE`);
  }
  const ca = cluster?.certificateAuthority?.data;
  if (!cluster?.endpoint || !ca)
    throw new ClusterUnresolved(`${subject}: has no endpoint yet; expected one with its CA`);
  return { server: cluster.endpoint, ca: Buffer.from(ca, 'base64').toString('utf8') };
};
