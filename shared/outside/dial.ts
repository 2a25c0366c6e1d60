import type { Duplex } from 'node:stream';
import type { Connected, Tls } from './http.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Present: a TLS handshake follows the connection. */
  readonly tls?: Tls;
  /** As for `HttpInit.allow`. */
  readonly allow?: readonly string[];
  readonly signal?: AbortSignal;
  /** As for `HttpInit.family`. */
  readonly family?: 4 | 6;
  /** Protocols offered in the TLS handshake (ALPN, RFC 7301), in the order of preference. */
  readonly protocols?: readonly string[];
  /**
   * What is said over the open connection before it is closed. A rejection becomes the dial's. Not called in virtual mode, where
   * nothing is connected: who needs it must notice.
   */
  readonly talk?: (connection: Duplex) => Promise<void>;
}

/** What a connection that was opened, and closed again, showed. Milliseconds. */
export interface Dialled extends Connected {
  /** The version agreed on, as `TLSv1.3`. Present after a TLS handshake over a socket. */
  readonly protocol?: string;
  /** Of the server's own certificate; dates in epoch milliseconds. Present after a TLS handshake. */
  readonly certificate?: { readonly validFrom: number; readonly validTo: number; readonly names: readonly string[] };
}

/** Opens a TCP (and TLS) connection, talks over it where asked to, and closes it. Rejects with `Unreachable`; an untrusted chain is `tls_failed`. */
export type Dial = (endpoint: Endpoint) => Promise<Dialled>;
