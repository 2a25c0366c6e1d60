import type { Tls } from './http.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Present: a TLS handshake follows the connection. */
  readonly tls?: Tls;
  /** As for `HttpInit.allow`. */
  readonly allow?: readonly string[];
  readonly signal?: AbortSignal;
}

/** What a connection that was opened, and closed again at once, showed. Milliseconds. */
export interface Dialled {
  readonly address: string;
  readonly phases: { readonly resolve: number; readonly connect: number; readonly tls?: number };
  /** Of the server's own certificate; dates in epoch milliseconds. Present after a TLS handshake. */
  readonly certificate?: { readonly validFrom: number; readonly validTo: number; readonly names: readonly string[] };
}

/** Opens a TCP (and TLS) connection and closes it. Rejects with `Unreachable`; an untrusted chain is `tls_failed`. */
export type Dial = (endpoint: Endpoint) => Promise<Dialled>;
