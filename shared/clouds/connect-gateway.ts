import { type ClusterEndpoint, ClusterUnresolved } from './cluster.ts';

const MEMBERSHIP = /^projects\/(\d+)\/locations\/([a-z0-9-]+)\/memberships\/([a-z0-9-]+)$/;

/**
 * Where a cluster on GKE answers by way of the Connect gateway, as `gcloud container fleet memberships get-credentials` writes it: one host for
 * memberships that are global, one for each region. Asks nobody; the certificate is public. The gateway impersonates whoever the Google
 * token is of, so the cluster knows them by their e-mail.
 * @throws ClusterUnresolved for what is no membership.
 */
export const gatewayEndpoint = (membership: string): ClusterEndpoint => {
  const [, project, location = '', name] = MEMBERSHIP.exec(membership) ?? [];
  if (project === undefined) {
    throw new ClusterUnresolved(
      `gke membership ${JSON.stringify(membership.slice(0, 200))}: expected projects/NUMBER/locations/LOCATION/memberships/NAME`,
    );
  }
  const host = `${location === 'global' ? '' : `${location}-`}connectgateway.googleapis.com`;
  return { server: `https://${host}/v1/projects/${project}/locations/${location}/gkeMemberships/${name}` };
};
