import type { Clock } from '../../../shared/outside/clock.ts';
import type { Locator } from '../../../shared/rollout/target.ts';
import type { Route } from '../../network.ts';
import type { Faults, Service } from './faults.ts';

/** A simulated cluster, known to the control API of its provider. */
export interface SimulatedCluster {
  readonly target: string;
  readonly locator: Locator;
  /** `https://host[:port]` of its API server. */
  readonly server: string;
  /** PEM of its CA, where its API server speaks TLS. */
  readonly ca?: string;
  /** Of a private cluster on AKS: `https://host[:port]` of its name in the private zone. `server` is then its name in public DNS, if it has one. */
  readonly privateLink?: { readonly server: string; readonly isPublicName: boolean };
  /** As its provider says it; running when absent. */
  readonly status?: string;
}

/** Clocks of two parties may be so far apart. */
export const LEEWAY_MS = 5 * 60_000;

/** Whose statements an application of Entra takes in place of a secret; without a subject, of whomever the issuer knows. */
export interface FederatedCredential {
  readonly issuer: string;
  readonly subject?: string;
  /** `api://AzureADTokenExchange` without it. */
  readonly audience?: string;
}

export interface Simulation {
  readonly clock: Clock;
  readonly clusters: readonly SimulatedCluster[];
  readonly faults: Faults;
  readonly federated: readonly FederatedCredential[];
}

/** An answer other than success, before it is put in the words of one API. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** One API of a cloud: what it answers, and how it words a refusal. */
export interface Api {
  readonly host: string;
  readonly service: Service;
  readonly throttled: Refusal;
  readonly unavailable: Refusal;
  answer(request: Request): Promise<Response>;
  refuse(refusal: Refusal): Response;
}

/** A response that says what time it is there (RFC 9110, 6.6.1), as every server of a cloud does. */
export const dated = (response: Response, clock: Pick<Clock, 'now'>): Response => {
  response.headers.set('date', new Date(clock.now()).toUTCString());
  return response;
};

/** The API as a host of the simulated network, with the faults that are injected into it. */
export const routeOf = (api: Api, { clock, faults }: Pick<Simulation, 'clock' | 'faults'>): Route => ({
  host: api.host,
  handle: async (request) => {
    try {
      const fault = faults.next(api.service);
      if (fault) throw api[fault];
      return dated(await api.answer(request), clock);
    } catch (error) {
      if (error instanceof Refusal) return dated(api.refuse(error), clock);
      throw error;
    }
  },
});

/** A CA in form only: connections of the simulation carry no TLS, and a real one refuses it. Base64 of `SIMULATED`. */
export const SIMULATED_CA = '-----BEGIN CERTIFICATE-----\nU0lNVUxBVEVE\n-----END CERTIFICATE-----\n';
