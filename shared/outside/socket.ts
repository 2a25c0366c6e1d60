import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls';
import { checkRanges } from './address.ts';
import { type Clock, msSince, ticksOf } from './clock.ts';
import type { Dial, Dialled, Endpoint } from './dial.ts';
import { bareHost, guardedLookup, literalRefusal, type Resolve, refusalOf } from './dns.ts';
import { Unreachable } from './http.ts';
import { reasonOf, unreachableCode } from './unreachable-code.ts';

/** What phases are measured by. */
export type Ticking = Pick<Clock, 'now' | 'monotonic'>;

/**
 * Dials over sockets, under the egress rules of `socketHttp`. The certificate chain and name are checked as for HTTPS. Nothing is
 * sent beyond the handshake and what `talk` says. Phases are measured on `clock`, monotonic where it is.
 * Throws `RangeUnreadable` for a bad `allow`.
 */
export const socketDial =
  (clock: Ticking): Dial =>
  async (endpoint) => {
    const subject = `${endpoint.tls ? 'tls' : 'tcp'} ${endpoint.host}:${endpoint.port}`;
    const { signal, talk } = endpoint;
    checkRanges(endpoint.allow ?? []);
    let open: Socket | undefined;
    const hangUp = () => open?.destroy(signal?.reason);
    try {
      signal?.throwIfAborted();
      signal?.addEventListener('abort', hangUp, { once: true });
      const { socket, ...dialled } = await openConnection(endpoint, clock, (opened) => {
        open = opened;
      });
      await talk?.(socket);
      return dialled;
    } catch (error) {
      if (signal?.aborted) throw new Unreachable(subject, 'aborted', 'ended by the caller', signal.reason);
      throw new Unreachable(subject, unreachableCode(error), reasonOf(error), error);
    } finally {
      signal?.removeEventListener('abort', hangUp);
      open?.destroy();
    }
  };

/**
 * Opens a connection that the egress rules allow, and leaves it open. `onSocket` is told of each socket as soon as there is one, so
 * that the caller can hang up. Rejects with the platform's own error, or `AddressRefused`.
 */
export const openConnection = async (
  endpoint: Omit<Endpoint, 'signal' | 'talk'>,
  clock: Ticking,
  onSocket: (socket: Socket) => void,
  names?: Resolve,
): Promise<Dialled & { readonly socket: Socket }> => {
  const { host, allow = [], family } = endpoint;
  const refusal = literalRefusal(host, allow) ?? familyRefusal(host, family);
  if (refusal) throw refusal;
  const started = ticksOf(clock);
  const tcp = openTcp(endpoint, names);
  onSocket(tcp);
  const phases = await connectPhases(tcp, clock, started);
  // Whoever uses the socket hears of its end by reading; an error that comes later must not end the process.
  tcp.on('error', () => undefined);
  const address = tcp.remoteAddress ?? '';
  const late = refusalOf(address, allow);
  if (late) {
    tcp.destroy();
    throw late;
  }
  if (!endpoint.tls) return { socket: tcp, address, phases };
  const secured = ticksOf(clock);
  const tls = await handshake(tcp, endpoint);
  onSocket(tls);
  tls.on('error', () => undefined);
  const certificate = certificateOf(tls.getPeerCertificate());
  const all = { ...phases, tls: msSince(secured, clock) };
  const protocol = tls.getProtocol();
  return { socket: tls, address, phases: all, ...(protocol && { protocol }), ...(certificate && { certificate }) };
};

/** An address that is written as the host has one family; asked for the other, there is none. */
const familyRefusal = (host: string, family: Endpoint['family']): Error | undefined => {
  const written = isIP(bareHost(host));
  if (family === undefined || written === 0 || written === family) return undefined;
  return Object.assign(new Error(`${host} has no IPv${family} address`), { code: 'ENOTFOUND' });
};

const openTcp = ({ host, port, allow, family }: Endpoint, names: Resolve | undefined): Socket =>
  connect({
    host: bareHost(host),
    port,
    lookup: guardedLookup(allow ?? [], names),
    ...(family !== undefined && { family }),
  });

const connectPhases = (socket: Socket, clock: Ticking, started: number): Promise<Dialled['phases']> =>
  new Promise((resolve, reject) => {
    // Not emitted for a literal address: nothing was resolved then.
    let [resolved, resolvedMs] = [started, 0];
    socket.once('lookup', () => {
      [resolved, resolvedMs] = [ticksOf(clock), msSince(started, clock)];
    });
    socket.once('error', reject);
    socket.once('connect', () => resolve({ resolve: resolvedMs, connect: msSince(resolved, clock) }));
  });

const handshake = (socket: Socket, { host, tls = {}, protocols }: Endpoint): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const name = tls.serverName ?? bareHost(host);
    const secure = connectTls({
      socket,
      // Checked against the certificate; sent as SNI only where it is a name (RFC 6066, section 3).
      host: name,
      ...(/^[\d.]+$|:/.test(name) ? {} : { servername: name }),
      ...(tls.ca !== undefined && { ca: tls.ca }),
      ...(tls.cert !== undefined && { cert: tls.cert }),
      ...(tls.key !== undefined && { key: tls.key }),
      ...(protocols !== undefined && { ALPNProtocols: [...protocols] }),
    });
    secure.once('secureConnect', () => resolve(secure));
    secure.once('error', reject);
    socket.once('close', () => reject(new Error('the server hung up during the handshake')));
  });

const certificateOf = (peer: PeerCertificate): Dialled['certificate'] => {
  if (!peer.valid_from) return undefined;
  const names = (peer.subjectaltname ?? '')
    .split(', ')
    .filter((entry) => entry !== '')
    .map((entry) => entry.replace(/^(DNS|IP Address):/, ''));
  return { validFrom: Date.parse(peer.valid_from), validTo: Date.parse(peer.valid_to), names };
};
