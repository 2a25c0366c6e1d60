import { ContainerServiceClient } from '@azure/arm-containerservice';
import type { AksLocator } from '../rollout/target.ts';
import { azureClientSettings } from './azure-http-client.ts';
import type { CloudsOutside } from './clouds-outside.ts';
import { type ClusterEndpoint, ClusterUnresolved } from './cluster.ts';
import { controlApiFailure } from './control-api-failure.ts';
import { ARM_SCOPE, entraToken } from './entra.ts';
import { readClusterOf } from './kubeconfig.ts';

/**
 * Where a cluster on AKS answers: server and CA of its user kubeconfig (managedClusters.listClusterUserCredentials), which on clusters
 * with Entra asks to run `kubelogin`; that part is not even read. A stopped cluster is said to be stopped. Of a private cluster it is its name
 * in public DNS, where it has one: that leads to the private address too, and is known where its private zone is not ("Create a private AKS
 * cluster": it has both unless the public one was switched off).
 */
export const resolveAks = async (
  aks: AksLocator,
  outside: CloudsOutside,
  signal: AbortSignal,
): Promise<ClusterEndpoint> => {
  const subject = `aks ${aks.subscription}/${aks.resourceGroup}/${aks.cluster}`;
  const { token, expiresAt } = await entraToken(aks, ARM_SCOPE, outside, signal);
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: expiresAt }) };
  const arm = new ContainerServiceClient(credential, aks.subscription, azureClientSettings(outside.http, signal));
  const failed = (error: unknown): never => {
    throw controlApiFailure(subject, 'cluster', error);
  };
  const options = { abortSignal: signal };
  const cluster = await arm.managedClusters.get(aks.resourceGroup, aks.cluster, options).catch(failed);
  const power = cluster.powerState?.code;
  if (power !== undefined && power !== 'Running') {
    throw new ClusterUnresolved(`${subject}: is ${power}; expected Running`);
  }
  const { enablePrivateCluster, enablePrivateClusterPublicFqdn } = cluster.apiServerAccessProfile ?? {};
  const byPublicName = enablePrivateCluster && enablePrivateClusterPublicFqdn !== false && cluster.fqdn;
  const asked = { ...options, format: 'exec', ...(byPublicName && { serverFqdn: 'public' }) };
  const { kubeconfigs } = await arm.managedClusters
    .listClusterUserCredentials(aks.resourceGroup, aks.cluster, asked)
    .catch(failed);
  const kubeconfig = kubeconfigs?.[0]?.value;
  if (!kubeconfig) throw new ClusterUnresolved(`${subject}: hands out no kubeconfig; expected one`);
  return readClusterOf(subject, Buffer.from(kubeconfig).toString('utf8'));
};
