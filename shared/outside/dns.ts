import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { AddressRefused, assessAddress } from './address.ts';

/** Throws `AddressRefused` unless the egress rules allow `address`. */
export const requireAllowed = (address: string, allow: readonly string[]): void => {
  const verdict = assessAddress(address, allow);
  if (!verdict.allowed) throw new AddressRefused(address, verdict.because);
};

/**
 * The system's resolver as the `lookup` of a socket, so the addresses judged are the ones connected to: nothing resolves a second
 * time in between. One refused address refuses the name, since which one is taken is not ours to say.
 */
export const guardedLookup =
  (allow: readonly string[]): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      try {
        for (const { address } of addresses) requireAllowed(address, allow);
      } catch (refused) {
        return callback(refused instanceof Error ? refused : new Error(String(refused)), '');
      }
      const [first] = addresses;
      if (first === undefined) return callback(new AddressRefused(hostname, 'resolved to no address'), '');
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };

/** Throws `AddressRefused` for a host that is a refused address itself: sockets do not ask the resolver about those. */
export const guardLiteral = (hostname: string, allow: readonly string[]): void => {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0) requireAllowed(bare, allow);
};
