import type { Clock } from '../shared/outside/clock.ts';
import type { Dial } from '../shared/outside/dial.ts';
import { type Http, Unreachable } from '../shared/outside/http.ts';

/** What is wrong with a region that probes. `blind`: nothing answers there. `own-fault`: its own resolver does not, which says nothing. */
export type RegionFault =
  | { readonly kind: 'blind' }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'own-fault' };

/** Regions as places that probes come from, each with its own faults. Nothing is kept: a restart heals them. */
export interface RegionFaults {
  /** From now on a region has this fault; none without it. */
  set(region: string, fault?: RegionFault): void;
  /** The network as it is from a region. */
  from(region: string): { readonly http: Http; readonly dial: Dial };
}

/** Faults of regions over one network that has none. */
export const createRegionFaults = (
  network: { readonly http: Http; readonly dial: Dial },
  clock: Pick<Clock, 'sleep'>,
): RegionFaults => {
  const faults = new Map<string, RegionFault>();
  const meet = async (region: string, subject: string, signal: AbortSignal | undefined): Promise<void> => {
    const fault = faults.get(region);
    if (fault?.kind === 'slow') await clock.sleep(fault.ms, signal);
    if (fault?.kind === 'blind')
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
        await meet(region, `${init?.method ?? 'GET'} ${new URL(url).origin}`, init?.signal);
        return network.http(url, init);
      },
      dial: async (endpoint) => {
        await meet(region, `tcp ${endpoint.host}:${endpoint.port}`, endpoint.signal);
        return network.dial(endpoint);
      },
    }),
  };
};
