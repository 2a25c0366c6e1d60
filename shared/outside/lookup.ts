import type { DnsRcode, DnsType } from '../rollout/gate.ts';

/** How a name is looked up, for its own sake. */
export interface LookupInit {
  readonly family?: 4 | 6;
  /** The records that are asked for in the DNS. Absent, and no `server`: addresses, by the resolver of the system, hosts file included. */
  readonly type?: DnsType;
  /** The name server to ask, an address and maybe a port: judged by the egress rules. */
  readonly server?: string;
  /** As for `HttpInit.allow`, of the server. */
  readonly allow?: readonly string[];
  readonly signal?: AbortSignal;
}

/** What was answered. The system's resolver tells no name without addresses from no name: both are NXDOMAIN. */
export interface LookedUp {
  readonly rcode: DnsRcode;
  /** In the order they were answered; none with NOERROR: the name is there, with other records. */
  readonly answers: readonly string[];
}

/** Looks a name up. Rejects with `Unreachable` where no answer came; connects to nothing that is answered. */
export type Lookup = (name: string, init: LookupInit) => Promise<LookedUp>;
