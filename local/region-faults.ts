import type { Clock } from '../shared/outside/clock.ts';
import type { Dial } from '../shared/outside/dial.ts';
import { type Http, Unreachable } from '../shared/outside/http.ts';

/**
 * What is wrong with a region that probes. `blind`: nothing answers there, or none of these hosts. `own-fault`: its own resolver does not, which
 * says nothing. Lambda and Step Functions are always reached.
 */
export type RegionFault =
  | { readonly kind: 'blind'; readonly hosts?: readonly string[] }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'own-fault' };

/** Regions as places that probes come from, each with its own faults. Nothing is kept: a restart heals them. */
export interface RegionFaults {
  /** From now on a region has this fault; none without it. */
  set(region: string, fault?: RegionFault): void;
  /** The network as it is from a region. */
  from(region: string): { readonly http: Http; readonly dial: Dial };
}

/** What a prober itself stands on, and not what it probes. */
const isService = /^(lambda|states)\.[a-z0-9-]+\.amazonaws\.com$/;

/** Faults of regions over one network that has none. */
export const createRegionFaults = (
  network: { readonly http: Http; readonly dial: Dial },
  clock: Pick<Clock, 'sleep'>,
): RegionFaults => {
  const faults = new Map<string, RegionFault>();
  const meet = async (
    region: string,
    host: string,
    subject: string,
    signal: AbortSignal | undefined,
  ): Promise<void> => {
    const fault = isService.test(host) ? undefined : faults.get(region);
    if (fault?.kind === 'slow') await clock.sleep(fault.ms, signal);
    if (fault?.kind === 'blind' && (fault.hosts?.includes(host) ?? true))
      throw new Unreachable(subject, 'connect_timeout', `nothing is reached from ${region} in the simulation`);
    if (fault?.kind === 'own-fault')
      throw new Unreachable(subject, 'resolver_failed', `the resolver of ${region} does not answer in the simulation`);
  };
  return {
    set: (region, fault) => {
      if (fault === undefined) faults.delete(region);
      else faults.set(region, fault);
    },
    from: (region) => ({
      http: async (url, init) => {
        const { origin, hostname } = new URL(url);
        await meet(region, hostname, `${init?.method ?? 'GET'} ${origin}`, init?.signal);
        return network.http(url, init);
      },
      dial: async (endpoint) => {
        await meet(region, endpoint.host, `tcp ${endpoint.host}:${endpoint.port}`, endpoint.signal);
        return network.dial(endpoint);
      },
    }),
  };
};
