import { DatabaseSync } from 'node:sqlite';
import { targetTools } from '../../functions/tools/diagnosing.ts';
import { simulatedIdentity } from '../../local/fleet/clouds/aws-caller.ts';
import { createFleet, type Fleet } from '../../local/fleet/fleet.ts';
import { createImages } from '../../local/fleet/images.ts';
import { type Route, simulatedDial, simulatedNetwork } from '../../local/network.ts';
import type { Check } from '../../shared/doctor/check.ts';
import { diagnoseTarget } from '../../shared/doctor/diagnose-target.ts';
import type { Clock } from '../../shared/outside/clock.ts';
import { processClock } from '../../shared/outside/clock.ts';
import type { Dial } from '../../shared/outside/dial.ts';
import { Unreachable, type UnreachableCode } from '../../shared/outside/http.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { systemRandom } from '../../shared/outside/random.ts';
import type { RenderedTarget } from '../../shared/rollout/release.ts';
import type { Target } from '../../shared/rollout/target.ts';
import { openPlace } from '../intake/place.ts';

const plain = { labels: {}, namespace: 'shop', allow: [] };
const role = 'arn:aws:iam::222222222222:role/tidegate-target-acme';

export const targets = {
  eks: {
    ...{ name: 'eks-acme', ...plain },
    locator: { eks: { account: '222222222222', region: 'eu-west-1', cluster: 'prod', role, externalId: 'acme-7' } },
  },
  gke: { name: 'gke-prod', ...plain, locator: { gke: { project: 'acme', location: 'us-central1', cluster: 'prod' } } },
  /** A customer's, behind the Connect gateway, opened as a service account of its own. */
  gateway: {
    ...{ name: 'gke-acme', ...plain },
    locator: {
      gke: {
        ...{ project: 'acme', location: 'us-central1', cluster: 'prod' },
        serviceAccount: 'tidegate@acme.iam.gserviceaccount.com',
        membership: 'projects/1234/locations/global/memberships/prod',
      },
    },
  },
  aks: { name: 'aks-prod', ...plain, locator: { aks: { subscription: 's', resourceGroup: 'g', cluster: 'prod' } } },
} satisfies Record<string, Target>;

export const rendered: RenderedTarget = {
  target: 'eks-acme',
  services: [
    {
      service: 'api',
      objects: [
        { object: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'api' } }, source: 'api.yaml' },
        {
          object: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'api', namespace: 'edge' } },
          source: 'api.yaml',
        },
      ],
    },
  ],
};

/** What is made wrong on the way. */
export interface Planted {
  /** In place of the target as the fleet knows it. */
  readonly target?: Target;
  /** What the name of its API server leads to. */
  readonly addresses?: readonly string[];
  readonly dial?: Dial;
  /** Answers in place of whatever simulated host was asked; `undefined` lets that answer. */
  readonly answer?: (request: Request) => Promise<Response | undefined> | Response | undefined;
  /** How far the clocks of the clouds and clusters are ahead of ours. */
  readonly aheadMs?: number;
  readonly before?: (fleet: Fleet) => void;
}

const refuses = (code: UnreachableCode, because: string) => (): never => {
  throw new Unreachable('tcp prod', code, because);
};

/** A connection that is refused in some way, or only its handshake. */
export const dialRefused =
  (code: UnreachableCode, because: string, { onlyTls = false } = {}): Dial =>
  async (endpoint) => {
    if (!onlyTls || endpoint.tls) refuses(code, because)();
    return { address: '192.0.2.1', phases: { resolve: 0, connect: 1 } };
  };

/** A handshake whose certificate ends after so long. */
export const dialEnding =
  (ms: number): Dial =>
  async ({ tls }) => ({
    address: '192.0.2.1',
    phases: { resolve: 0, connect: 1, tls: 1 },
    ...(tls && {
      protocol: 'TLSv1.3',
      certificate: { validFrom: 0, validTo: processClock.now() + ms, names: ['prod'] },
    }),
  });

const place = await openPlace();
export const placeOutside = place.outside;
export const closePlace = place.close;

/** Goes the way to a target of the simulated fleet, in which something was made wrong. */
export const diagnosed = async (which: keyof typeof targets, planted: Planted = {}): Promise<readonly Check[]> => {
  const { aheadMs = 0, addresses = ['192.88.100.1'], answer } = planted;
  const clock: Clock = { ...processClock, now: () => processClock.now() + aheadMs };
  const fleet = createFleet({
    targets: [targets[which]],
    clock,
    random: systemRandom,
    database: new DatabaseSync(':memory:'),
    images: createImages({}, () => undefined),
    region: 'us-east-1',
    scrapeMs: 60_000,
  });
  planted.before?.(fleet);
  const routes: Route[] = fleet.routes.map((route) => ({
    ...route,
    handle: async (request) => (await answer?.(request.clone())) ?? route.handle(request),
  }));
  const outside: Outside = {
    ...place.outside,
    clock: processClock,
    http: simulatedNetwork({ routes, fallback: 'refuse' }),
    dial: planted.dial ?? simulatedDial({ routes, fallback: 'refuse', clock }),
    lookup: async () => ({ rcode: addresses.length === 0 ? 'NXDOMAIN' : 'NOERROR', answers: addresses }),
    // As our own machine signs: with our clock.
    identity: simulatedIdentity(processClock, '111111111111'),
    settings: {
      ...place.outside.settings,
      region: 'us-east-1',
      simulated: false,
      federation: {
        google: { audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/t/providers/aws' },
        azure: { tenant: 'contoso', client: 'app-1' },
      },
    },
  };
  const tools = targetTools(outside, async () => rendered);
  return diagnoseTarget(planted.target ?? targets[which], tools, outside, new AbortController().signal);
};
