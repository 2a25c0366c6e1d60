import { type LookupAddress, type LookupAllOptions, lookup, Resolver } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { DnsRcode } from '../rollout/gate.ts';
import { AddressRefused, assessAddress } from './address.ts';
import { Unreachable } from './http.ts';
import type { LookedUp, Lookup } from './lookup.ts';
import { reasonOf, unreachableCode } from './unreachable-code.ts';

/** Why the egress rules refuse to connect to `address`; `undefined` when they allow it. */
export const refusalOf = (address: string, allow: readonly string[]): AddressRefused | undefined => {
  const verdict = assessAddress(address, allow);
  return verdict.allowed ? undefined : new AddressRefused(address, verdict.because);
};

/** As `refusalOf`, of a host that is itself an address: sockets do not ask the resolver about those. Names pass. */
export const literalRefusal = (hostname: string, allow: readonly string[]): AddressRefused | undefined => {
  const bare = bareHost(hostname);
  return isIP(bare) === 0 ? undefined : refusalOf(bare, allow);
};

/** A host without the brackets that IPv6 addresses have in URLs. */
export const bareHost = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

/** Who turns names into addresses. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * The system's resolver as the `lookup` of a socket, so the addresses judged are the ones connected to: nothing resolves a second
 * time in between. One refused address refuses the name, since which one is taken is not ours to say.
 */
export const guardedLookup =
  (allow: readonly string[], resolve: Resolve = lookup): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      const [first] = addresses;
      if (first === undefined) return callback(new AddressRefused(hostname, 'resolved to no address'), '');
      const refusal = addresses.map(({ address }) => refusalOf(address, allow)).find((found) => found !== undefined);
      if (refusal) return callback(refusal, '');
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };

/**
 * Looks names up: by the system's resolver, hosts file included, as a client on this machine is told; by type in the DNS, at the system's
 * name servers or a named one. A name server that was named has to stand what the egress rules say of its address.
 */
export const systemLookup: Lookup = (name, init) =>
  init.type === undefined && init.server === undefined ? byResolver(name, init) : byRecords(name, init);

const byResolver: Lookup = (name, { family, signal }) =>
  orAborted(`dns ${name}`, signal, (resolve, reject) => {
    lookup(name, { all: true, ...(family !== undefined && { family }) }, (error, found) => {
      if (error === null) return resolve({ rcode: 'NOERROR', answers: found.map(({ address }) => address) });
      const code = unreachableCode(error);
      if (code === 'dns_failed') return resolve({ rcode: 'NXDOMAIN', answers: [] });
      reject(new Unreachable(`dns ${name}`, code, reasonOf(error), error));
    });
  });

/** Codes of c-ares for what a name server answered (RFC 1035, section 4.1.1). ENODATA: the name is there, without such a record. */
const RCODES: Readonly<Record<string, DnsRcode>> = {
  ENODATA: 'NOERROR',
  EFORMERR: 'FORMERR',
  ESERVFAIL: 'SERVFAIL',
  ENOTFOUND: 'NXDOMAIN',
  ENOTIMP: 'NOTIMP',
  EREFUSED: 'REFUSED',
};

/** One question by UDP, without a second try and without search domains. */
const byRecords: Lookup = (name, { type = 'A', family, server, allow = [], signal }) => {
  const subject = server === undefined ? `dns ${name}` : `dns ${name} at ${server}`;
  const asked = family === 6 && type === 'A' ? 'AAAA' : type;
  return orAborted(subject, signal, (resolve, reject) => {
    const resolver = new Resolver({ tries: 1, timeout: 600_000 });
    signal?.addEventListener('abort', () => resolver.cancel(), { once: true });
    if (server !== undefined) {
      const refusal = refusalOf(serverAddress(server), allow);
      if (refusal) return reject(new Unreachable(subject, 'address_refused', refusal.message, refusal));
      resolver.setServers([server]);
    }
    resolver.resolve(name, asked, (error, answers) => {
      if (error === null) return resolve({ rcode: 'NOERROR', answers: answers.map(String) });
      const rcode = RCODES[error.code ?? ''];
      if (rcode !== undefined) return resolve({ rcode, answers: [] });
      const code = server === undefined ? 'resolver_failed' : unreachableCode(error);
      reject(new Unreachable(subject, code, reasonOf(error), error));
    });
  });
};

/** The address of `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`. */
const serverAddress = (server: string): string => (isIP(server) === 0 ? bareHost(server.replace(/:\d+$/, '')) : server);

type Settle = (resolve: (found: LookedUp) => void, reject: (error: Unreachable) => void) => void;

/** Ended by the caller, whatever the platform does with a question that is under way. */
const orAborted = (subject: string, signal: AbortSignal | undefined, ask: Settle): Promise<LookedUp> =>
  new Promise((resolve, reject) => {
    const abort = () => reject(new Unreachable(subject, 'aborted', 'ended by the caller', signal?.reason));
    if (signal?.aborted) return abort();
    const done = () => signal?.removeEventListener('abort', abort);
    signal?.addEventListener('abort', abort, { once: true });
    ask(
      (found) => {
        done();
        resolve(found);
      },
      (error) => {
        done();
        reject(error);
      },
    );
  });
