import { connect, type Socket } from 'node:net';
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls';
import { checkRanges } from './address.ts';
import type { Clock } from './clock.ts';
import type { Dial, Dialled, Endpoint } from './dial.ts';
import { bareHost, guardedLookup, literalRefusal, refusalOf } from './dns.ts';
import { Unreachable } from './http.ts';
import { reasonOf, unreachableCode } from './unreachable-code.ts';

/**
 * Dials over sockets, under the egress rules of `undiciHttp`. The certificate chain and name are checked as for HTTPS. Nothing is
 * sent beyond the handshake. Phases are measured on `clock`, so their resolution is its millisecond.
 * Throws `RangeUnreadable` for a bad `allow`.
 */
export const socketDial =
  (clock: Pick<Clock, 'now'>): Dial =>
  async (endpoint) => {
    const subject = `${endpoint.tls ? 'tls' : 'tcp'} ${endpoint.host}:${endpoint.port}`;
    const { signal, allow = [] } = endpoint;
    checkRanges(allow);
    let open: Socket | undefined;
    const hangUp = () => open?.destroy(signal?.reason);
    try {
      signal?.throwIfAborted();
      signal?.addEventListener('abort', hangUp, { once: true });
      const refusal = literalRefusal(endpoint.host, allow);
      if (refusal) throw refusal;
      const started = clock.now();
      const tcp = openTcp(endpoint);
      open = tcp;
      const phases = await connectPhases(tcp, clock, started);
      const address = tcp.remoteAddress ?? '';
      const late = refusalOf(address, allow);
      if (late) throw late;
      if (!endpoint.tls) return { address, phases };
      const secured = clock.now();
      const tls = await handshake(tcp, endpoint);
      open = tls;
      const certificate = certificateOf(tls.getPeerCertificate());
      return { address, phases: { ...phases, tls: clock.now() - secured }, ...(certificate && { certificate }) };
    } catch (error) {
      if (signal?.aborted) throw new Unreachable(subject, 'aborted', 'ended by the caller', signal.reason);
      throw new Unreachable(subject, unreachableCode(error), reasonOf(error), error);
    } finally {
      signal?.removeEventListener('abort', hangUp);
      open?.destroy();
    }
  };

const openTcp = ({ host, port, allow }: Endpoint): Socket =>
  connect({ host: bareHost(host), port, lookup: guardedLookup(allow ?? []) });

const connectPhases = (socket: Socket, clock: Pick<Clock, 'now'>, started: number): Promise<Dialled['phases']> =>
  new Promise((resolve, reject) => {
    // Not emitted for a literal address: nothing was resolved then.
    let resolved = started;
    socket.once('lookup', () => {
      resolved = clock.now();
    });
    socket.once('error', reject);
    socket.once('connect', () => resolve({ resolve: resolved - started, connect: clock.now() - resolved }));
  });

const handshake = (socket: Socket, { host, tls = {} }: Endpoint): Promise<TLSSocket> =>
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
