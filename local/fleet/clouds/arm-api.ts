import { type Api, Refusal, SIMULATED_CA, type SimulatedCluster, type Simulation } from './api.ts';
import { unseal } from './sealed.ts';

const AUDIENCE = 'https://management.azure.com';

/** How Azure Resource Manager words a refusal. */
const refuse = ({ status, code, message }: Refusal): Response =>
  Response.json({ error: { code, message } }, { status });

/** What a cluster with Entra hands out: its user asks to run `kubelogin`. */
const kubeconfigOf = (name: string, { server, ca = SIMULATED_CA }: SimulatedCluster): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [
      {
        name: `clusterUser_${name}`,
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1beta1',
            command: 'kubelogin',
            args: ['get-token', '--server-id', '6dae42f8-4368-4678-94ff-3960e28e3630'],
          },
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: `clusterUser_${name}` } }],
    'current-context': name,
  });

const privateProfile = ({ server, isPublicName }: NonNullable<SimulatedCluster['privateLink']>): object => ({
  privateFQDN: new URL(server).hostname,
  apiServerAccessProfile: { enablePrivateCluster: true, enablePrivateClusterPublicFQDN: isPublicName },
});

const PATH =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.ContainerService\/managedClusters\/([^/]+)(\/listClusterUserCredential)?$/;

/** Azure Resource Manager: `managedClusters` get and listClusterUserCredential. */
export const armApi = ({ clock, clusters }: Simulation): Api => ({
  host: 'management.azure.com',
  service: 'arm',
  throttled: new Refusal(
    429,
    'TooManyRequests',
    'The request is being throttled as the limit has been reached for operation type.',
  ),
  unavailable: new Refusal(503, 'ServerTimeout', 'The request timed out. Please try again later.'),
  refuse,
  answer: async (request) => {
    const token = request.headers.get('authorization')?.replace(/^Bearer /, '') ?? '';
    const claims = unseal('entra-access', token);
    if (claims?.audience !== AUDIENCE)
      throw new Refusal(401, 'InvalidAuthenticationToken', 'The access token is invalid.');
    if (clock.now() >= claims.expiresAt)
      throw new Refusal(401, 'ExpiredAuthenticationToken', 'The access token expiry is in the past.');

    const path = decodeURIComponent(new URL(request.url).pathname);
    const [, subscription, resourceGroup, name = '', credentials] = PATH.exec(path) ?? [];
    const found = clusters.find(({ locator }) => {
      if (!('aks' in locator)) return false;
      const { aks } = locator;
      return aks.subscription === subscription && aks.resourceGroup === resourceGroup && aks.cluster === name;
    });
    if (!found) {
      throw new Refusal(
        404,
        'ResourceNotFound',
        `The Resource 'Microsoft.ContainerService/managedClusters/${name}' under resource group '${resourceGroup}' was not found.`,
      );
    }
    if (credentials) {
      const { privateLink } = found;
      const byPublicName = new URL(request.url).searchParams.get('server-fqdn') === 'public';
      const server = privateLink && !byPublicName ? privateLink.server : found.server;
      const value = Buffer.from(kubeconfigOf(name, { ...found, server })).toString('base64');
      return Response.json({ kubeconfigs: [{ name: 'clusterUser', value }] });
    }
    return Response.json({
      id: path,
      name,
      type: 'Microsoft.ContainerService/ManagedClusters',
      location: 'westeurope',
      properties: {
        provisioningState: 'Succeeded',
        powerState: { code: found.status ?? 'Running' },
        kubernetesVersion: '1.35.4',
        ...(found.privateLink?.isPublicName !== false && { fqdn: new URL(found.server).hostname }),
        ...(found.privateLink && privateProfile(found.privateLink)),
        disableLocalAccounts: true,
      },
    });
  },
});
