import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { AddressRefused, assessAddress } from './address.ts';
import { Unreachable } from './http.ts';
import type { Lookup } from './lookup.ts';
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

/**
 * The system's resolver as the `lookup` of a socket, so the addresses judged are the ones connected to: nothing resolves a second
 * time in between. One refused address refuses the name, since which one is taken is not ours to say.
 */
export const guardedLookup =
  (allow: readonly string[]): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      const [first] = addresses;
      if (first === undefined) return callback(new AddressRefused(hostname, 'resolved to no address'), '');
      const refusal = addresses.map(({ address }) => refusalOf(address, allow)).find((found) => found !== undefined);
      if (refusal) return callback(refusal, '');
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };

/** The system's resolver, hosts file included: what a client on this machine would be told. Connects to nothing that is answered. */
export const systemLookup: Lookup = (name, { family, signal }) =>
  new Promise((resolve, reject) => {
    const subject = `dns ${name}`;
    const abort = () => reject(new Unreachable(subject, 'aborted', 'ended by the caller', signal?.reason));
    if (signal?.aborted) return abort();
    signal?.addEventListener('abort', abort, { once: true });
    lookup(name, { all: true, ...(family !== undefined && { family }) }, (error, found) => {
      signal?.removeEventListener('abort', abort);
      if (error) reject(new Unreachable(subject, unreachableCode(error), reasonOf(error), error));
      else resolve(found.map(({ address }) => address));
    });
  });
