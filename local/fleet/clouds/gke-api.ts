import { type Api, Refusal, type SimulatedCluster, type Simulation } from './api.ts';
import { GOOGLE_THROTTLED, GOOGLE_UNAVAILABLE, googleCaller, refuseGoogle } from './google-error.ts';

/** `Cluster.Status` of google.container.v1, in the order of its numbers. */
const STATUSES = ['STATUS_UNSPECIFIED', 'PROVISIONING', 'RUNNING', 'RECONCILING', 'STOPPING', 'ERROR', 'DEGRADED'];

/** With a CA a cluster is reached by its address; without, by its DNS endpoint, whose certificate is public. */
const describe = (name: string, { server, ca, status = 'RUNNING' }: SimulatedCluster, asNumbers: boolean): object => {
  const { host } = new URL(server);
  return {
    name: name.split('/').at(-1),
    location: name.split('/')[3],
    selfLink: `https://container.googleapis.com/v1/${name}`,
    status: asNumbers ? STATUSES.indexOf(status) : status,
    currentMasterVersion: '1.35.4-gke.100',
    endpoint: host,
    masterAuth: ca === undefined ? {} : { clusterCaCertificate: Buffer.from(ca).toString('base64') },
    controlPlaneEndpointsConfig: {
      dnsEndpointConfig:
        ca === undefined ? { endpoint: host, allowExternalTraffic: true } : { allowExternalTraffic: false },
    },
  };
};

/** Kubernetes Engine: `GET /v1/projects/P/locations/L/clusters/C` (REST). */
export const gkeApi = ({ clock, clusters }: Simulation): Api => ({
  host: 'container.googleapis.com',
  service: 'gke',
  throttled: GOOGLE_THROTTLED,
  unavailable: GOOGLE_UNAVAILABLE,
  refuse: refuseGoogle,
  answer: async (request) => {
    googleCaller(request, clock.now());
    const url = new URL(request.url);
    const path = decodeURIComponent(url.pathname).replace('/v1/', '');
    // The client asks for enums as numbers (system parameter `$alt`).
    const asNumbers = url.searchParams.get('$alt')?.includes('enum-encoding=int') ?? false;
    for (const cluster of clusters) {
      if (!('gke' in cluster.locator)) continue;
      const { project, location, cluster: id } = cluster.locator.gke;
      const name = `projects/${project}/locations/${location}/clusters/${id}`;
      if (name === path) return Response.json(describe(name, cluster, asNumbers));
    }
    throw new Refusal(404, 'NOT_FOUND', `Not found: ${path}.`);
  },
});
