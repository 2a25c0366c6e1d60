import type { Clock } from '../../../shared/outside/clock.ts';
import type { Locator } from '../../../shared/rollout/target.ts';
import { findRoute, type Route } from '../../network.ts';
import { type FederatedCredential, routeOf, type SimulatedCluster, type Simulation } from './api.ts';
import { armApi } from './arm-api.ts';
import { type Identified, identify } from './authorise.ts';
import { awsStsApi } from './aws-sts-api.ts';
import { eksApi } from './eks-api.ts';
import { entraApi } from './entra-api.ts';
import { createFaults, type Faults } from './faults.ts';
import { gkeApi } from './gke-api.ts';
import { googleIamApi } from './google-iam-api.ts';
import { googleStsApi } from './google-sts-api.ts';
import { awsIssuer } from './web-identity.ts';

/** So many tokens are kept; then all are forgotten, and checked again. */
const mostIdentified = 1_000;

export interface Clouds {
  /** The hosts of all three clouds, for the simulated network. */
  readonly routes: readonly Route[];
  /** Answers a request to one of those hosts; undefined for any other host. */
  handle(request: Request): Promise<Response> | undefined;
  /**
   * What the API server of a target makes of the bearer token of a request: `ok`, or 401 for none, a malformed, foreign or expired
   * one. A target found by a kubeconfig takes any token.
   */
  authorise(target: string, request: Request): 'ok' | 401;
  /** Makes services fail, and tokens be refused before their time. */
  readonly faults: Faults;
}

/**
 * The control APIs of AWS, Google and Azure that resolving and opening a cluster needs, at their own hosts and wire formats. All time
 * is `clock`'s. Holds no state but the faults, and which tokens it has checked: they are sealed, so that a
 * new one takes them too.
 */
export const createClouds = (given: {
  readonly clock: Clock;
  readonly clusters: readonly SimulatedCluster[];
  /** Where Tidegate itself runs (`settings.region`). */
  readonly region: string;
  /** Of every application of Entra. Without it they take AWS at its word. */
  readonly federated?: readonly FederatedCredential[];
}): Clouds => {
  const faults = createFaults();
  const { federated = [{ issuer: awsIssuer }] } = given;
  const simulation: Simulation = { clock: given.clock, clusters: given.clusters, faults, federated };
  const regions = new Set([
    given.region,
    ...given.clusters.flatMap(({ locator }) => ('eks' in locator ? [locator.eks.region] : [])),
  ]);
  const apis = [
    ...[...regions].flatMap((region) => [awsStsApi(region, simulation), eksApi(region, simulation)]),
    ...[googleStsApi, googleIamApi, gkeApi, entraApi, armApi].map((api) => api(simulation)),
  ];
  const routes = apis.map((api) => routeOf(api, simulation));
  /** Tokens that were found good, by target: each is sent with hundreds of requests, and one of EKS takes seven keyed hashes to check. */
  const identified = new Map<string, Identified>();
  const isIdentified = (target: string, locator: Locator, token: string): boolean => {
    const place = `${target} ${token}`;
    const now = given.clock.now();
    const known = identified.get(place);
    if (known !== undefined && known.from <= now && now < known.until) return true;
    const found = identify(locator, token, given.clock);
    if (found === undefined) return false;
    if (identified.size >= mostIdentified) identified.clear();
    identified.set(place, found);
    return true;
  };
  return {
    routes,
    faults,
    handle: (request) => findRoute(routes, new URL(request.url).hostname)?.handle(request),
    authorise: (target, request) => {
      const locator = given.clusters.find((cluster) => cluster.target === target)?.locator;
      if (locator === undefined) return 401;
      if ('kubeconfig' in locator) return 'ok';
      const token = request.headers.get('authorization')?.replace(/^Bearer /, '') ?? '';
      return isIdentified(target, locator, token) && faults.takes(target, token) ? 'ok' : 401;
    },
  };
};
