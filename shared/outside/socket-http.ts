import { createHash } from 'node:crypto';
import { Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Socket } from 'node:net';
import { checkRanges } from './address.ts';
import { type Clock, processClock } from './clock.ts';
import type { Resolve } from './dns.ts';
import { type Http, type HttpInit, Unreachable } from './http.ts';
import { openConnection, type Ticking } from './socket.ts';
import { reasonOf, unreachableCode } from './unreachable-code.ts';

/** Where a host is really found: its name stays in the Host header and in TLS; the egress rules do not apply to it. */
export interface Elsewhere {
  readonly address: string;
  readonly port: number;
  /** Plain HTTP, whatever the URL says. */
  readonly plain?: true;
}

export interface SocketHttpOptions {
  /** Asked for each request by host name, without port. */
  readonly resolve?: (host: string) => Elsewhere | undefined;
  /** Measures the phases of connections that are asked about (`onConnected`); that of the process. */
  readonly clock?: Ticking & Pick<Clock, 'after'>;
  /** Turns names into addresses; the system's. What it answers is judged before it is connected to. */
  readonly names?: Resolve;
}

/** One pool of connections per combination of TLS material and allowed ranges; the least recently used go first. */
const MAX_AGENTS = 256;
/** A connection that nobody uses is closed after this, or a second before the server says that it does. */
const IDLE_MS = 4_000;
/** A connection, TLS included, takes so long or is given up. */
const CONNECT_MS = 10_000;
/** Statuses a `Response` may not carry a body with (Fetch standard, "null body status"). */
const BODILESS = new Set([101, 204, 205, 304]);
/** What Node calls a request that can not be sent as it was given. */
const UNSENDABLE = new Set(['ERR_INVALID_CHAR', 'ERR_INVALID_HTTP_TOKEN', 'ERR_HTTP_INVALID_HEADER_VALUE']);

/**
 * Egress over sockets: HTTP/1.1 with kept-alive connections, no redirects, no decompression (what is not asked for is not sent,
 * and no small answer grows), the body streamed as it arrives. Node's own client, over connections that `openConnection` opened: every
 * address is judged before it is connected to and once more on the open socket. An error while the body is read is `Unreachable` too.
 * Throws `RangeUnreadable` for a bad `allow` and `TypeError` for headers or a method that can not be sent.
 */
export const socketHttp = (options: SocketHttpOptions = {}): Http => {
  const agents = new Map<string, Agent>();
  const agentFor = (place: Place): Agent => {
    const identity = agentIdentity(place);
    const agent = agents.get(identity) ?? openAgent(place, options);
    agents.delete(identity);
    agents.set(identity, agent);
    const [oldest] = agents;
    // Connections in use go on; without an agent they are not kept afterwards.
    if (agents.size > MAX_AGENTS && oldest) agents.delete(oldest[0]);
    return agent;
  };
  return async (target, init = {}) => {
    const url = new URL(target);
    const method = init.method ?? 'GET';
    // Only method and origin: paths and queries of webhooks hold credentials.
    const subject = `${method} ${url.origin}`;
    requireHttp(url, method);
    checkRanges(init.allow ?? []);
    const elsewhere = options.resolve?.(url.hostname);
    const place = elsewhere ? redirected(url, init, elsewhere) : { ...placeOf(url), init };
    const failed = (error: unknown) =>
      init.signal?.aborted
        ? new Unreachable(subject, 'aborted', 'ended by the caller', init.signal.reason)
        : new Unreachable(subject, unreachableCode(error), reasonOf(error), error);
    const own = init.onConnected === undefined ? undefined : openAgent(place, options);
    try {
      const answer = await send(url, method, place, own ?? agentFor(place));
      if (own) answer.once('close', () => own.destroy());
      return responseOf(answer, failed);
    } catch (error) {
      own?.destroy();
      // The caller's mistake, such as a line break in a header, says nothing about the server.
      if (error instanceof TypeError && 'code' in error && UNSENDABLE.has(String(error.code))) {
        throw new TypeError(`${subject}: ${error.message}`);
      }
      throw failed(error);
    }
  };
};

/** Where a request goes over, and what it is. */
interface Place {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  readonly init: HttpInit;
}

const requireHttp = (url: URL, method: string): void => {
  const subject = `${method} ${url.protocol}//${url.host}`;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new Unreachable(subject, 'address_refused', `scheme ${url.protocol} is refused; expected https: or http:`);
  }
  if (url.username || url.password) {
    throw new Unreachable(subject, 'address_refused', 'the URL holds credentials; expected them in a header');
  }
  // Node's client would take it for none, and ask the port of the scheme.
  if (url.port === '0') throw new Unreachable(subject, 'address_refused', 'port 0 is none; expected 1 to 65535');
};

const placeOf = (url: URL): Omit<Place, 'init'> => {
  const isSecure = url.protocol === 'https:';
  return { host: url.hostname, port: Number(url.port || (isSecure ? 443 : 80)), isSecure };
};

/** Material that must not be shared between connections. Hashed: a private key is not kept as a map key. */
const agentIdentity = ({ isSecure, init: { tls = {}, allow = [], family, connections } }: Place): string =>
  createHash('sha256')
    .update(
      JSON.stringify([isSecure, tls.ca, tls.cert, tls.key, tls.serverName, [...allow].sort(), family, connections]),
    )
    .digest('base64');

/** A pool whose connections the egress rules have let through, with TLS where the place has it; Node's client need not know. */
const openAgent = (
  { isSecure, init }: Place,
  { clock = processClock, names }: Pick<SocketHttpOptions, 'clock' | 'names'>,
): Agent => {
  const { tls = {}, allow = [], family, connections, signal, onConnected } = init;
  const agent = new Agent({
    ...{ keepAlive: true, timeout: IDLE_MS },
    ...(connections !== undefined && { maxSockets: connections }),
  });
  agent.createConnection = ({ host, port }, created) => {
    const place = { host: host ?? '', port: Number(port), allow, ...(family !== undefined && { family }) };
    let open: Socket | undefined;
    const keep = (socket: Socket): void => {
      open = socket;
    };
    const endpoint = { ...place, ...(isSecure && { tls, protocols: ['http/1.1'] }) };
    const opening = openConnection(endpoint, clock, keep, names);
    // Only a connection for one request ends with it; one of a pool may serve the next.
    if (onConnected) signal?.addEventListener('abort', () => open?.destroy(), { once: true });
    // One that a peer took and never finished would be held for ever.
    const giveUp = (): void => {
      open?.destroy(Object.assign(new Error(`no connection within ${CONNECT_MS / 1000} s`), { code: 'ETIMEDOUT' }));
    };
    const settled = clock.after(CONNECT_MS, giveUp);
    opening.then(settled, settled);
    opening.then(
      ({ socket, address, phases }) => {
        onConnected?.({ address, phases });
        created?.(null, socket);
      },
      (error: unknown) => {
        open?.destroy();
        // Its type asks for a socket beside an error, at which nobody looks.
        created?.(error instanceof Error ? error : new Error(String(error)), open ?? new Socket());
      },
    );
    return undefined;
  };
  return agent;
};

/** Hosts that are redirected to one address are still hosts of their own: none has its connections counted with another's. */
const redirected = (url: URL, { connections: _, ...init }: HttpInit, { address, port, plain }: Elsewhere): Place => ({
  host: address,
  port,
  isSecure: url.protocol === 'https:' && !plain,
  init: {
    ...init,
    tls: plain ? {} : { serverName: url.hostname, ...init.tls },
    allow: [`${address}/${address.includes(':') ? 128 : 32}`],
  },
});

/** Resolves with the head of the answer, whose body is still to be read; rejects as soon as the signal says so, also while connecting. */
const send = (url: URL, method: string, place: Place, agent: Agent): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { host, port, init } = place;
    const { signal, body } = init;
    signal?.throwIfAborted();
    const headers = { host: url.host, ...init.headers };
    const request = requestHttp({ agent, host, port, path: url.pathname + url.search, method, headers });
    let answer: IncomingMessage | undefined;
    const abort = (): void => {
      reject(signal?.reason);
      (answer ?? request).destroy();
    };
    signal?.addEventListener('abort', abort, { once: true });
    const forget = (): void => signal?.removeEventListener('abort', abort);
    request.once('response', (response) => {
      answer = response;
      response.once('close', forget);
      resolve(response);
    });
    // Stays: an error that comes later must not end the process.
    request.on('error', (error) => {
      forget();
      reject(error);
    });
    // Said, since Node would close the connection after a DELETE that has a body and no length.
    if (body !== undefined) request.setHeader('content-length', Buffer.byteLength(body));
    request.end(body);
  });

const responseOf = (answer: IncomingMessage, failed: (error: unknown) => Unreachable): Response => {
  const headers = new Headers();
  const { rawHeaders, statusCode = 0, statusMessage = '' } = answer;
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  const init = { status: statusCode, statusText: statusMessage, headers };
  if (BODILESS.has(statusCode)) {
    answer.resume();
    return new Response(null, init);
  }
  return new Response(streamOf(answer, failed), init);
};

/** By hand, since a generator would answer a cancel only when its next chunk arrives, and that of a quiet watch never does. */
const streamOf = (body: IncomingMessage, failed: (error: unknown) => Unreachable): ReadableStream<Uint8Array> => {
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  body.on('error', () => undefined); // reported by the iterator; without a listener it would end the process
  const source: UnderlyingDefaultSource<Uint8Array> = {
    pull: async (controller) => {
      try {
        const next = await chunks.next();
        if (next.done) controller.close();
        else controller.enqueue(new Uint8Array(next.value));
      } catch (error) {
        controller.error(failed(error));
      }
    },
    cancel: () => {
      body.destroy();
    },
  };
  return new ReadableStream(source, { highWaterMark: 0 });
};
