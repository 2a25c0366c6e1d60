import { v1 } from '@google-cloud/container';
import type { GkeLocator } from '../rollout/target.ts';
import type { CloudsOutside } from './clouds-outside.ts';
import { type ClusterEndpoint, ClusterUnresolved } from './cluster.ts';
import { controlApiFailure } from './control-api-failure.ts';
import { googleAccess } from './google-auth.ts';

/** States in which a cluster's API server answers; RECONCILING is an upgrade under way, DEGRADED some broken nodes. */
const SERVING = new Set(['RUNNING', 'RECONCILING', 'DEGRADED']);

/**
 * Where a cluster on GKE answers (projects.locations.clusters.get): its DNS endpoint where that takes traffic from outside (it reaches
 * private clusters and its certificate is public), else its address with its own CA. The only importer of a 4 MB client: of use
 * where clusters are resolved, never where they are opened.
 */
export const resolveGke = async (
  gke: GkeLocator,
  outside: CloudsOutside,
  signal: AbortSignal,
): Promise<ClusterEndpoint> => {
  const subject = `gke ${gke.project}/${gke.location}/${gke.cluster}`;
  const { client: authClient } = await googleAccess(outside, signal, gke.serviceAccount);
  const container = new v1.ClusterManagerClient({ authClient, fallback: true, projectId: gke.project });
  const name = `projects/${gke.project}/locations/${gke.location}/clusters/${gke.cluster}`;
  const [cluster] = await container.getCluster({ name }, { retry: null }).catch((error: unknown) => {
    throw controlApiFailure(subject, 'cluster', error);
  });
  if (!SERVING.has(String(cluster.status))) {
    throw new ClusterUnresolved(`${subject}: is ${cluster.status}; expected RUNNING`);
  }
  const dns = cluster.controlPlaneEndpointsConfig?.dnsEndpointConfig;
  if (dns?.endpoint && dns.allowExternalTraffic) return { server: `https://${dns.endpoint}` };
  const ca = cluster.masterAuth?.clusterCaCertificate;
  if (!cluster.endpoint || !ca)
    throw new ClusterUnresolved(`${subject}: has no endpoint yet; expected one with its CA`);
  return { server: `https://${cluster.endpoint}`, ca: Buffer.from(ca, 'base64').toString('utf8') };
};
