import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Http, Unreachable, type UnreachableCode } from '../shared/outside/http.ts';
import { undiciHttp } from '../shared/outside/undici.ts';
import { findRoute, type Route } from './network.ts';

/** How a simulated host that is down says so over a loopback that is up. No handler may answer with this status itself. */
const DOWN_STATUS = 599;
const DOWN_HEADER = 'x-tidegate-unreachable';
/** The scheme of the URL that was asked for: the loopback itself is plain HTTP. */
const SCHEME_HEADER = 'x-tidegate-scheme';
const MAX_REQUEST_BYTES = 32 * 1024 * 1024;
const LOOPBACK = '127.0.0.1';

export interface Listening {
  readonly port: number;
  /** Ends open connections, too. Closing twice is safe. */
  close(): Promise<void>;
}

/**
 * Serves simulated hosts over one plain HTTP port on 127.0.0.1 (`port` 0: a free one), told apart by the Host header. A host that
 * is not in `routes` gets 421, so a page in a browser that was lured here reaches nothing.
 */
export const listen = async (routes: readonly Route[], port = 0): Promise<Listening> => {
  const server = createServer((incoming, outgoing) => {
    answer(routes, incoming, outgoing).catch((error: unknown) =>
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
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/**
 * The network of real mode: hosts of `routes` are asked at the loopback port another `listen` serves them on, under their own
 * names; all others by `fallback`.
 */
export const throughLoopback = (port: number, routes: readonly Pick<Route, 'host'>[], fallback: Http): Http => {
  const named = routes.map(({ host }) => ({ host, handle: notHere }));
  const loopback = undiciHttp({ resolve: () => ({ address: LOOPBACK, port, plain: true }) });
  return async (target, init = {}) => {
    const url = new URL(target);
    if (findRoute(named, url.hostname) === undefined) return fallback(target, init);
    const headers = { ...init.headers, [SCHEME_HEADER]: url.protocol.slice(0, -1) };
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

const notHere = async () => new Response(null, { status: 421 });

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

const answer = async (routes: readonly Route[], incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
  const host = incoming.headers.host ?? '';
  const scheme = incoming.headers[SCHEME_HEADER] === 'http' ? 'http' : 'https';
  const url = URL.parse(`${scheme}://${host}${incoming.url ?? '/'}`);
  const route = url && findRoute(routes, url.hostname);
  if (!url || !route) {
    outgoing.writeHead(421, { 'content-type': 'text/plain' }).end('this host is not simulated here\n');
    return;
  }
  const body = await readAll(incoming);
  if (body === undefined) {
    outgoing.writeHead(413, { connection: 'close' }).end();
    return;
  }
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  try {
    await send(await route.handle(requestOf(url, incoming, body, gone.signal)), outgoing);
  } catch (error) {
    if (!(error instanceof Unreachable) || outgoing.headersSent) throw error;
    outgoing.writeHead(DOWN_STATUS, { [DOWN_HEADER]: error.code }).end(error.message);
  }
};

const readAll = async (incoming: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > MAX_REQUEST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  SCHEME_HEADER,
]);

const requestOf = (url: URL, incoming: IncomingMessage, body: Buffer, signal: AbortSignal): Request => {
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    if (!HOP_BY_HOP.has(name)) for (const value of values ?? []) headers.append(name, value);
  }
  const method = incoming.method ?? 'GET';
  const bodiless = method === 'GET' || method === 'HEAD';
  return new Request(url, { method, headers, signal, ...(!bodiless && { body: new Uint8Array(body) }) });
};

const send = async (response: Response, outgoing: ServerResponse): Promise<void> => {
  outgoing.writeHead(response.status, [...response.headers].flat());
  outgoing.flushHeaders();
  const reader = response.body?.getReader();
  if (reader) {
    outgoing.once('close', () => {
      reader.cancel().catch(() => undefined);
    });
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (!outgoing.write(next.value))
        await new Promise((resolve) => outgoing.once('drain', resolve).once('close', resolve));
    }
  }
  outgoing.end();
};
