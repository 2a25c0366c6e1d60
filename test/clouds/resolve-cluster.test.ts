import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SIMULATED_CA, type SimulatedCluster } from '../../local/fleet/clouds/api.ts';
import type { Service } from '../../local/fleet/clouds/faults.ts';
import { resolveCluster } from '../../shared/clouds/resolve-cluster.ts';
import type { Locator } from '../../shared/rollout/target.ts';
import { fleet, HOME, PRIVATE_ROLE, type SimulatedFleet, simulateFleet } from './simulated-fleet.ts';

const never = new AbortController().signal;
let simulated: SimulatedFleet;
beforeEach(() => {
  simulated = simulateFleet();
});
afterEach(() => simulated.restore());

const resolve = (locator: Locator) => resolveCluster(locator, simulated.outside, never);
const failure = (locator: Locator) =>
  resolve(locator).then(
    () => 'resolved',
    (error: Error) => ({ name: error.name, message: error.message }),
  );

describe('a cluster is resolved through its own control API', () => {
  it('on EKS with our own identity', async () => {
    expect(await resolve(fleet.eks.locator)).toEqual({ server: fleet.eks.server, ca: SIMULATED_CA });
    expect(simulated.asked()).toEqual(['GET eks.us-east-1.amazonaws.com/clusters/staging']);
  });

  it('on EKS in another account, in the role and with the external id of its locator', async () => {
    expect(await resolve(fleet.private.locator)).toEqual({ server: fleet.private.server, ca: SIMULATED_CA });
    expect(simulated.asked()).toEqual([
      'POST sts.eu-west-1.amazonaws.com/',
      'GET eks.eu-west-1.amazonaws.com/clusters/prod',
    ]);
  });

  it('on GKE at its DNS endpoint, which needs no CA', async () => {
    expect(await resolve(fleet.gke.locator)).toEqual({ server: fleet.gke.server });
    expect(simulated.asked()).toEqual([
      'POST sts.googleapis.com/v1/token',
      'GET container.googleapis.com/v1/projects/acme/locations/us-central1/clusters/prod01',
    ]);
  });

  it('on GKE at its address with its CA, where the DNS endpoint takes nothing from outside', async () => {
    simulated.restore();
    simulated = simulateFleet([{ ...fleet.gke, server: 'https://192.0.2.7', ca: 'PEM' }]);
    expect(await resolve(fleet.gke.locator)).toEqual({ server: 'https://192.0.2.7', ca: 'PEM' });
  });

  it('on GKE as the service account of the federation', async () => {
    const { settings } = simulated.outside;
    const google = {
      audience: settings.federation?.google?.audience ?? '',
      serviceAccount: 'tidegate@acme.iam.gserviceaccount.com',
    };
    const outside = { ...simulated.outside, settings: { ...settings, federation: { google } } };
    expect(await resolveCluster(fleet.gke.locator, outside, never)).toEqual({ server: fleet.gke.server });
    expect(simulated.asked()).toEqual([
      'POST sts.googleapis.com/v1/token',
      'POST iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/tidegate%40acme.iam.gserviceaccount.com:generateAccessToken',
      'GET container.googleapis.com/v1/projects/acme/locations/us-central1/clusters/prod01',
    ]);
  });

  it('on AKS by server and CA alone of the kubeconfig it hands out', async () => {
    expect(await resolve(fleet.aks.locator)).toEqual({ server: fleet.aks.server, ca: SIMULATED_CA });
    const cluster =
      'management.azure.com/subscriptions/sub-1/resourceGroups/prod/providers/Microsoft.ContainerService/managedClusters/prod01';
    expect(simulated.asked()).toEqual([
      'POST sts.us-east-1.amazonaws.com/',
      'POST login.microsoftonline.com/contoso/oauth2/v2.0/token',
      `GET ${cluster}`,
      `POST ${cluster}/listClusterUserCredential`,
    ]);
  });
});

describe('a cluster on AKS with private link', () => {
  const privateServer = 'https://prod01-1.privatelink.westeurope.azmk8s.io';
  it.each([
    ['by its name in public DNS, which leads to its private address', true, fleet.aks.server],
    ['by the name in its private zone where it has no other', false, privateServer],
  ])('is resolved %s', async (_, isPublicName, server) => {
    simulated.restore();
    simulated = simulateFleet([{ ...fleet.aks, privateLink: { server: privateServer, isPublicName } }]);
    expect(await resolve(fleet.aks.locator)).toEqual({ server, ca: SIMULATED_CA });
  });
});

const { eks } = fleet.eks.locator;
const { gke } = fleet.gke.locator;
const { aks } = fleet.aks.locator;

describe('a cluster that can not be resolved says why', () => {
  it.each<[string, Locator, string, string]>([
    [
      'eks: no such cluster',
      { eks: { ...eks, cluster: 'nope' } },
      'ClusterUnresolved',
      'No cluster found for name: nope.',
    ],
    [
      'eks: an account that is not the caller’s',
      { eks: { ...eks, account: '333333333333' } },
      'ClusterUnresolved',
      `found in account ${HOME}; expected 333333333333`,
    ],
    [
      'eks: a foreign role',
      { eks: { ...eks, role: 'arn:aws:iam::222222222222:role/other' } },
      'AccessRefused',
      'not authorized to perform: sts:AssumeRole',
    ],
    [
      'eks: no external id',
      { eks: { ...eks, role: PRIVATE_ROLE } },
      'AccessRefused',
      'not authorized to perform: sts:AssumeRole',
    ],
    [
      'gke: no such cluster',
      { gke: { ...gke, cluster: 'nope' } },
      'ClusterUnresolved',
      'Not found: projects/acme/locations/us-central1/clusters/nope',
    ],
    ['aks: no such cluster', { aks: { ...aks, cluster: 'nope' } }, 'ClusterUnresolved', 'was not found'],
    [
      'kubeconfig: no files',
      { kubeconfig: { path: 'config' } },
      'ClusterUnresolved',
      'kubeconfig config: there are no files where this runs',
    ],
  ])('%s', async (_, locator, name, part) => {
    expect(await failure(locator)).toEqual({ name, message: expect.stringContaining(part) });
  });

  it.each<[SimulatedCluster, string]>([
    [{ ...fleet.eks, status: 'CREATING' }, `eks ${HOME}/us-east-1/staging: is CREATING; expected ACTIVE`],
    [{ ...fleet.gke, status: 'PROVISIONING' }, 'gke acme/us-central1/prod01: is PROVISIONING; expected RUNNING'],
    [{ ...fleet.aks, status: 'Stopped' }, 'aks sub-1/prod/prod01: is Stopped; expected Running'],
  ])('when its provider says it does not serve', async (cluster, message) => {
    simulated.restore();
    simulated = simulateFleet([cluster]);
    expect(await failure(cluster.locator)).toEqual({ name: 'ClusterUnresolved', message });
  });
});

describe('a service that fails is asked once, and its failure named for the state machine', () => {
  const services: readonly [Service, Locator][] = [
    ['aws-sts', fleet.private.locator],
    ['eks', fleet.eks.locator],
    ['google-sts', fleet.gke.locator],
    ['gke', fleet.gke.locator],
    ['entra', fleet.aks.locator],
    ['arm', fleet.aks.locator],
  ];
  it.each(services)('%s: throttled, then unavailable, then sound', async (service, locator) => {
    simulated.clouds.faults.inject(service, 'throttled', 1);
    simulated.clouds.faults.inject(service, 'unavailable', 1);
    expect(await failure(locator)).toEqual({ name: 'Throttled', message: expect.any(String) });
    expect(await failure(locator)).toEqual({ name: 'ClusterUnreachable', message: expect.any(String) });
    expect(await failure(locator)).toBe('resolved');
  });

  it.each<[string, Locator]>([
    ['google', fleet.gke.locator],
    ['azure', fleet.aks.locator],
  ])('and a cloud that settings hold no federation for is not asked: %s', async (_, locator) => {
    const { federation: __, ...settings } = simulated.outside.settings;
    const refused = resolveCluster(locator, { ...simulated.outside, settings }, never);
    await expect(refused).rejects.toMatchObject({
      name: 'ClusterUnresolved',
      message: expect.stringContaining('federation'),
    });
    expect(simulated.asked()).toEqual([]);
  });

  it('and one that does not answer is unreachable', async () => {
    const outside = { ...simulated.outside, settings: { ...simulated.outside.settings, region: 'eu-north-1' } };
    // Nobody serves that region's STS in the simulation.
    const failed = resolveCluster(fleet.aks.locator, outside, never);
    await expect(failed).rejects.toMatchObject({
      name: 'ClusterUnreachable',
      message: expect.stringContaining('sts.eu-north-1.amazonaws.com: no such host'),
    });
  });
});

it('resolving twice reads twice and changes nothing', async () => {
  const first = await resolve(fleet.eks.locator);
  expect(await resolve(fleet.eks.locator)).toEqual(first);
});
