import { withGlobal } from '@sinonjs/fake-timers';
import type { SimulatedCluster } from '../../local/fleet/clouds/api.ts';
import { simulatedIdentity } from '../../local/fleet/clouds/aws-caller.ts';
import { type Clouds, createClouds } from '../../local/fleet/clouds/clouds.ts';
import { simulatedNetwork } from '../../local/network.ts';
import type { CloudsOutside } from '../../shared/clouds/clouds-outside.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { SecretMissing } from '../../shared/secrets/secrets.ts';

/** The account Tidegate itself is in. */
export const HOME = '111111111111';
export const PRIVATE_ROLE = 'arn:aws:iam::222222222222:role/deployer';

/** One cluster on each cloud, and one of a customer's, behind a role of their account. */
export const fleet = {
  eks: {
    target: 'aws-staging',
    server: 'https://staging.eks.simulated',
    locator: { eks: { account: HOME, region: 'us-east-1', cluster: 'staging' } },
  },
  private: {
    target: 'aws-private',
    server: 'https://private.eks.simulated',
    locator: {
      eks: { account: '222222222222', region: 'eu-west-1', cluster: 'prod', role: PRIVATE_ROLE, externalId: 'acme-7' },
    },
  },
  gke: {
    target: 'gcp-prod',
    server: 'https://prod01.gke.simulated',
    locator: { gke: { project: 'acme', location: 'us-central1', cluster: 'prod01' } },
  },
  aks: {
    target: 'azure-prod',
    server: 'https://prod01.aks.simulated',
    locator: { aks: { subscription: 'sub-1', resourceGroup: 'prod', cluster: 'prod01' } },
  },
} satisfies Record<string, SimulatedCluster>;

export interface SimulatedFleet {
  readonly clouds: Clouds;
  readonly outside: CloudsOutside;
  /** What was asked for since it was last looked at: `METHOD host/path`, without queries. */
  asked(): readonly string[];
  /** Moves the clock of clients and clouds alike. */
  pass(ms: number): void;
  restore(): void;
}

/** The fleet, its clouds and API servers that answer 200 to whoever they know. Time stands still until it is moved. */
export const simulateFleet = (clusters: readonly SimulatedCluster[] = Object.values(fleet)): SimulatedFleet => {
  const time = withGlobal(globalThis).install({ now: Date.UTC(2026, 0, 2), toFake: ['Date'] });
  const clouds = createClouds({ clock: processClock, clusters, region: 'us-east-1' });
  const servers = clusters.map(({ target, server }) => ({
    host: new URL(server).hostname,
    handle: async (request: Request) => {
      const status = clouds.authorise(target, request) === 'ok' ? 200 : 401;
      return Response.json({ kind: 'Status', code: status }, { status });
    },
  }));
  const network = simulatedNetwork({ routes: [...clouds.routes, ...servers], fallback: 'refuse' });
  const asked: string[] = [];
  return {
    clouds,
    outside: {
      clock: processClock,
      http: (url, init) => {
        const { host, pathname } = new URL(url);
        asked.push(`${init?.method ?? 'GET'} ${host}${pathname}`);
        return network(url, init);
      },
      identity: simulatedIdentity(processClock, HOME),
      secrets: {
        get: async (name) => {
          throw new SecretMissing(name, 'the simulation');
        },
      },
      settings: {
        region: 'us-east-1',
        stateMachines: { rollout: '', wave: '', deployment: '' },
        configRepository: { api: '', git: '', name: '', branch: '', config: '' },
        console: '',
        federation: {
          google: {
            audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/tidegate/providers/aws',
          },
          azure: { tenant: 'contoso', client: 'app-1' },
        },
        simulated: true,
      },
    },
    asked: () => asked.splice(0),
    pass: (ms) => {
      time.setSystemTime(Date.now() + ms);
    },
    restore: () => time.uninstall(),
  };
};
