/** What a connection needs beyond the system's own trust: PEM text. `ca` replaces the public roots. */
export interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name to ask for and to check in the certificate, where it is not the URL's host. */
  readonly serverName?: string;
}

export interface HttpInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Ends the request, and the reading of its body. There is no other time-out: deadlines are the caller's. */
  readonly signal?: AbortSignal;
  readonly tls?: Tls;
  /**
   * Address ranges (CIDR) this request may connect to although they are private. Without it only public addresses are
   * connected to, whatever the name resolves to.
   */
  readonly allow?: readonly string[];
  /** Only addresses of this family are connected to; the other is no way out. */
  readonly family?: 4 | 6;
  /** The most connections that are kept open to the host for requests like this one; more requests wait for one to be free. */
  readonly connections?: number;
  /**
   * Told of the connection the request goes over. With it the request has a connection of its own, opened for it and closed after
   * it. Not called in virtual mode, where nothing is connected.
   */
  readonly onConnected?: (connection: Connected) => void;
}

/** A connection that was opened: where to, and milliseconds by phase. */
export interface Connected {
  readonly address: string;
  readonly phases: { readonly resolve: number; readonly connect: number; readonly tls?: number };
}

/**
 * The one egress client. Redirects are never followed. Rejects with `Unreachable` when no response arrived; every HTTP
 * status is a response. In virtual mode it answers in process; code that takes it can not tell.
 */
export type Http = (url: string | URL, init?: HttpInit) => Promise<Response>;

/** No response: the name did not resolve, the connection failed or was refused by the egress rules, or the server hung up. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  /** A closed list; a probe reports it as its failure code. */
  readonly code: UnreachableCode;
  constructor(subject: string, code: UnreachableCode, because: string, cause?: unknown) {
    super(`${subject}: ${because}`, { cause });
    this.code = code;
  }
}

export type UnreachableCode =
  | 'dns_failed'
  | 'connect_refused'
  | 'connect_timeout'
  | 'connection_lost'
  | 'tls_failed'
  | 'tls_expired'
  | 'tls_name'
  | 'address_refused'
  /** The resolver itself gave no answer, so nothing is known of the name. */
  | 'resolver_failed'
  /** This machine has no route over IPv6. */
  | 'no_ipv6'
  /** This machine ran out of something, or forbids the connection itself. */
  | 'own_fault'
  | 'aborted';
