import type { UnreachableCode } from './http.ts';

/** Codes of Node's resolver, sockets and TLS, and of undici, which is the client of some packages. What is not here and no certificate error is `connection_lost`. */
const CODES: Readonly<Record<string, UnreachableCode>> = {
  ENOTFOUND: 'dns_failed',
  ENODATA: 'dns_failed',
  ESERVFAIL: 'dns_failed',
  EAI_AGAIN: 'resolver_failed',
  EAI_FAIL: 'resolver_failed',
  EAI_MEMORY: 'own_fault',
  EAI_SYSTEM: 'own_fault',
  EAI_NODATA: 'dns_failed',
  EAI_NONAME: 'dns_failed',
  ECONNREFUSED: 'connect_refused',
  EHOSTUNREACH: 'connect_refused',
  ENETUNREACH: 'connect_refused',
  EADDRNOTAVAIL: 'own_fault',
  EACCES: 'own_fault',
  EPERM: 'own_fault',
  EMFILE: 'own_fault',
  ENFILE: 'own_fault',
  ENOMEM: 'own_fault',
  ENOBUFS: 'own_fault',
  EAFNOSUPPORT: 'no_ipv6',
  ETIMEDOUT: 'connect_timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  ERR_ADDRESS_REFUSED: 'address_refused',
  CERT_HAS_EXPIRED: 'tls_expired',
  CERT_NOT_YET_VALID: 'tls_expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls_name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls_failed',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls_failed',
  INVALID_CA: 'tls_failed',
  INVALID_PURPOSE: 'tls_failed',
  HOSTNAME_MISMATCH: 'tls_name',
  EPROTO: 'tls_failed',
  UND_ERR_ABORTED: 'aborted',
};
/** What only says that this machine could not: of several attempts, another one says more. */
const OF_THIS_MACHINE: ReadonlySet<UnreachableCode> = new Set(['no_ipv6', 'own_fault', 'resolver_failed']);
/** To an IPv6 address: a machine without IPv6, as Lambda outside a VPC, has no route or no address to send from. */
const NO_ROUTE: ReadonlySet<string> = new Set(['ENETUNREACH', 'EADDRNOTAVAIL']);
const TLS_CODE = /^(CERT_|UNABLE_TO_|ERR_SSL_|ERR_TLS_|ERR_OSSL_)/;

/** What a failed connection attempt is called, from whatever error the platform gave. */
export const unreachableCode = (error: unknown): UnreachableCode => {
  // Several addresses were tried and all failed: a time-out says more than a refusal, and any of them more than nothing.
  if (error instanceof AggregateError) {
    const codes = error.errors.map(unreachableCode);
    const told = codes.find((code) => code === 'connect_timeout') ?? codes.find((code) => !OF_THIS_MACHINE.has(code));
    return told ?? codes[0] ?? 'connection_lost';
  }
  if (!(error instanceof Error)) return 'connection_lost';
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'aborted';
  const code = 'code' in error ? String(error.code) : '';
  if (NO_ROUTE.has(code) && 'address' in error && String(error.address).includes(':')) return 'no_ipv6';
  return CODES[code] ?? (TLS_CODE.test(code) ? 'tls_failed' : 'connection_lost');
};

/** How OpenSSL says it: a thread, a number, library, function, reason, and a place in its sources. */
const OPENSSL = /^[0-9A-F]{8,}:error:[0-9A-F]+:([^:]*):[^:]*:([^:]*):.*$/s;

/** The platform's words for it, on one line of at most 300 characters: names, addresses and codes, never content. */
export const reasonOf = (error: unknown): string => {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const text = first instanceof Error ? first.message : String(first);
  return text.replace(OPENSSL, '$1: $2').replace(/\s+/g, ' ').slice(0, 300);
};
