import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Http, Unreachable, type UnreachableCode } from '../shared/outside/http.ts';
import { type Random, randomHex } from '../shared/outside/random.ts';
import { socketHttp } from '../shared/outside/socket-http.ts';
import { findRoute, type Route } from './network.ts';
import { readBody, requestOf, sendResponse } from './node-http.ts';

/** How a simulated host that is down says so over a loopback that is up. No handler may answer with this status itself. */
const DOWN_STATUS = 599;
const DOWN_HEADER = 'x-tidegate-unreachable';
/** The scheme of the URL that was asked for: the loopback itself is plain HTTP. */
const SCHEME_HEADER = 'x-tidegate-scheme';
/** What shows that a request was made by this process: every other user of the machine can reach the port, too. */
const SECRET_HEADER = 'x-tidegate-loopback';
/** None of a simulated host's business. */
const OWN_HEADERS = [SCHEME_HEADER, SECRET_HEADER];
const LOOPBACK = '127.0.0.1';

export interface Loopback {
  readonly port: number;
  /** Asks the simulated hosts at the port, under their own names; all others by `fallback`. */
  http(fallback: Http): Http;
  /** Ends open connections, too. Closing twice is safe. */
  close(): Promise<void>;
}

/**
 * The network of real mode: simulated hosts behind one plain HTTP port on 127.0.0.1 (`port` 0: a free one), told apart by the Host header.
 * Only `http` gets an answer: it sends a secret made for this start, and a request without it gets 401, whoever on this machine makes it.
 * A host that is not in `routes` gets 421.
 */
export const openLoopback = async (routes: readonly Route[], random: Random, port = 0): Promise<Loopback> => {
  const secret = randomHex(random, 32);
  const server = createServer((incoming, outgoing) => {
    answer(routes, secret, incoming, outgoing).catch((error: unknown) =>
      outgoing.destroy(error instanceof Error ? error : undefined),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error(`loopback server: no port, expected one on ${LOOPBACK}`);
  return {
    port: address.port,
    http: (fallback) => throughLoopback(address.port, secret, routes, fallback),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const throughLoopback = (port: number, secret: string, routes: readonly Route[], fallback: Http): Http => {
  const loopback = socketHttp({ resolve: () => ({ address: LOOPBACK, port, plain: true }) });
  return async (target, init = {}) => {
    const url = new URL(target);
    if (findRoute(routes, url.hostname) === undefined) return fallback(target, init);
    const headers = { ...init.headers, [SCHEME_HEADER]: url.protocol.slice(0, -1), [SECRET_HEADER]: secret };
    const response = await loopback(url, { ...init, headers });
    if (response.status !== DOWN_STATUS) return response;
    const because = await response.text();
    throw new Unreachable(
      `${init.method ?? 'GET'} ${url.origin}`,
      downCode(response.headers.get(DOWN_HEADER)),
      because,
    );
  };
};

/** Compares digests: they have one length, and the time taken tells nothing. */
const isSecret = (given: string | string[] | undefined, secret: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(secret));
};

const DOWN_CODES: readonly UnreachableCode[] = [
  'dns_failed',
  'connect_refused',
  'connect_timeout',
  'connection_lost',
  'tls_failed',
  'tls_expired',
  'tls_name',
  'address_refused',
  'aborted',
];
const downCode = (text: string | null): UnreachableCode =>
  DOWN_CODES.find((code) => code === text) ?? 'connection_lost';

const answer = async (
  routes: readonly Route[],
  secret: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> => {
  if (!isSecret(incoming.headers[SECRET_HEADER], secret)) {
    outgoing.writeHead(401, { 'content-type': 'text/plain', connection: 'close' }).end('only Tidegate asks here\n');
    return;
  }
  const host = incoming.headers.host ?? '';
  const scheme = incoming.headers[SCHEME_HEADER] === 'http' ? 'http' : 'https';
  const url = URL.parse(`${scheme}://${host}${incoming.url ?? '/'}`);
  const route = url && findRoute(routes, url.hostname);
  if (!url || !route) {
    outgoing.writeHead(421, { 'content-type': 'text/plain' }).end('this host is not simulated here\n');
    return;
  }
  const body = await readBody(incoming);
  if (body === undefined) {
    outgoing.writeHead(413, { connection: 'close' }).end();
    return;
  }
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  try {
    await sendResponse(await route.handle(requestOf(url, incoming, body, gone.signal, OWN_HEADERS)), outgoing);
  } catch (error) {
    if (!(error instanceof Unreachable) || outgoing.headersSent) throw error;
    outgoing.writeHead(DOWN_STATUS, { [DOWN_HEADER]: error.code }).end(error.message);
  }
};
