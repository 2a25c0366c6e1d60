import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { Agent, buildConnector, errors } from 'undici';
import { checkRanges } from './address.ts';
import { processClock } from './clock.ts';
import { guardedLookup, literalRefusal, type Resolve, refusalOf } from './dns.ts';
import { type Http, type HttpInit, Unreachable } from './http.ts';
import { familyRefusal, openConnection, type Ticking } from './socket.ts';
import { reasonOf, unreachableCode } from './unreachable-code.ts';

/** Where a host is really found: its name stays in the Host header and in TLS; the egress rules do not apply to it. */
export interface Elsewhere {
  readonly address: string;
  readonly port: number;
  /** Plain HTTP, whatever the URL says. */
  readonly plain?: true;
}

export interface UndiciOptions {
  /** Asked for each request by host name, without port. */
  readonly resolve?: (host: string) => Elsewhere | undefined;
  /** Measures the phases of connections that are asked about (`onConnected`); that of the process. */
  readonly clock?: Ticking;
  /** Turns names into addresses; the system's. What it answers is judged before it is connected to. */
  readonly names?: Resolve;
}

/** One pool of connections per combination of TLS material and allowed ranges; the least recently used go first. */
const MAX_AGENTS = 256;
/** Statuses a `Response` may not carry a body with (Fetch standard, "null body status"). */
const BODILESS = new Set([101, 204, 205, 304]);

/**
 * Egress over sockets: HTTP/1.1 with kept-alive connections, no redirects, no decompression (what is not asked for is not sent,
 * and no small answer grows), the body streamed as it arrives. Every address is judged before it is connected to and once more on
 * the open socket. An error while the body is read is `Unreachable` too. Throws `RangeUnreadable` for a bad `allow`
 * and `TypeError` for headers or a method that can not be sent.
 */
export const undiciHttp = (options: UndiciOptions = {}): Http => {
  const agents = new Map<string, Agent>();
  const agentFor = (init: HttpInit): Agent => {
    const identity = agentIdentity(init);
    const agent = agents.get(identity) ?? openAgent(init, options.names);
    agents.delete(identity);
    agents.set(identity, agent);
    const [oldest] = agents;
    if (agents.size > MAX_AGENTS && oldest) {
      agents.delete(oldest[0]);
      oldest[1].close().catch(() => undefined);
    }
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
    const place = elsewhere ? redirected(url, init, elsewhere) : { origin: url.origin, init };
    const failed = (error: unknown) =>
      init.signal?.aborted
        ? new Unreachable(subject, 'aborted', 'ended by the caller', init.signal.reason)
        : new Unreachable(subject, unreachableCode(error), reasonOf(error), error);
    try {
      const own = init.onConnected === undefined ? undefined : ownAgent(place.init, options);
      const answered = (own ?? agentFor(place.init)).request({
        origin: place.origin,
        path: url.pathname + url.search,
        method,
        headers: { ...place.init.headers },
        body: init.body ?? null,
        ...(init.signal && { signal: init.signal }),
      });
      const answer = await orAborted(answered, init.signal);
      // Waits for the body to be read or cancelled; nobody waits for it.
      own?.close().catch(() => undefined);
      return responseOf(answer, failed);
    } catch (error) {
      // The caller's mistake, such as a line break in a header, says nothing about the server.
      if (error instanceof errors.InvalidArgumentError) throw new TypeError(`${subject}: ${error.message}`);
      throw failed(error);
    }
  };
};

const requireHttp = (url: URL, method: string): void => {
  const subject = `${method} ${url.protocol}//${url.host}`;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new Unreachable(subject, 'address_refused', `scheme ${url.protocol} is refused; expected https: or http:`);
  }
  if (url.username || url.password) {
    throw new Unreachable(subject, 'address_refused', 'the URL holds credentials; expected them in a header');
  }
};

/** Material that must not be shared between connections. Hashed: a private key is not kept as a map key. */
const agentIdentity = ({ tls = {}, allow = [], family, connections }: HttpInit): string =>
  createHash('sha256')
    .update(JSON.stringify([tls.ca, tls.cert, tls.key, tls.serverName, [...allow].sort(), family, connections]))
    .digest('base64');

const openAgent = ({ tls = {}, allow = [], family, connections }: HttpInit, names: Resolve | undefined): Agent => {
  const connect = buildConnector({
    // HTTP/1.1: one stream a connection, so a stuck watch holds up nothing else.
    allowH2: false,
    timeout: 0,
    lookup: guardedLookup(allow, names),
    ...(family !== undefined && { family }),
    ...(tls.ca !== undefined && { ca: tls.ca }),
    ...(tls.cert !== undefined && { cert: tls.cert }),
    ...(tls.key !== undefined && { key: tls.key }),
  });
  const guarded: buildConnector.connector = (options, callback) => {
    const refusal = literalRefusal(options.hostname, allow) ?? familyRefusal(options.hostname, family);
    if (refusal) return callback(refusal, null);
    connect(tls.serverName === undefined ? options : { ...options, servername: tls.serverName }, (...opened) => {
      const [error, socket] = opened;
      if (error) return callback(error, null);
      const late = refusalOf(socket.remoteAddress ?? '', allow);
      if (!late) return callback(null, socket);
      socket.destroy();
      callback(late, null);
    });
  };
  // No time-outs of its own: deadlines are the caller's signal.
  return new Agent({
    ...{ connect: guarded, headersTimeout: 0, bodyTimeout: 0, allowH2: false },
    ...(connections !== undefined && { connections }),
  });
};

/** The client itself hears of an abort only once it is connected, which to a silent host takes minutes. */
const orAborted = async <T>(answered: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([answered, aborted]);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
};

/** For one request: a connection of its own, whose phases are told. */
const ownAgent = (
  { tls = {}, allow = [], family, signal, onConnected }: HttpInit,
  { clock = processClock, names }: Pick<UndiciOptions, 'clock' | 'names'>,
): Agent => {
  const connect: buildConnector.connector = ({ hostname, protocol, port }, callback) => {
    const isSecure = protocol === 'https:';
    const place = { host: hostname, port: Number(port || (isSecure ? 443 : 80)), allow };
    const endpoint = { ...place, ...(isSecure && { tls }), ...(family !== undefined && { family }) };
    let open: Socket | undefined;
    signal?.addEventListener('abort', () => open?.destroy(new Error('ended by the caller')), { once: true });
    const keep = (socket: Socket) => {
      open = socket;
    };
    const opening = openConnection(endpoint, clock, keep, names);
    opening.then(
      ({ socket, address, phases }) => {
        onConnected?.({ address, phases });
        callback(null, socket);
      },
      (error: unknown) => {
        open?.destroy();
        callback(error instanceof Error ? error : new Error(String(error)), null);
      },
    );
  };
  return new Agent({ connect, headersTimeout: 0, bodyTimeout: 0, allowH2: false });
};

/** Hosts that are redirected to one address are still hosts of their own: none has its connections counted with another's. */
const redirected = (url: URL, { connections: _, ...init }: HttpInit, { address, port, plain }: Elsewhere) => ({
  origin: `${plain ? 'http:' : url.protocol}//${address.includes(':') ? `[${address}]` : address}:${port}`,
  init: {
    ...init,
    headers: { ...init.headers, host: url.host },
    tls: plain ? {} : { serverName: url.hostname, ...init.tls },
    allow: [`${address}/${address.includes(':') ? 128 : 32}`],
  },
});

type Answer = Awaited<ReturnType<Agent['request']>>;

const responseOf = (answer: Answer, failed: (error: unknown) => Unreachable): Response => {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) headers.append(name, one);
  }
  const init = { status: answer.statusCode, statusText: answer.statusText ?? '', headers };
  if (BODILESS.has(answer.statusCode)) {
    answer.body.resume();
    return new Response(null, init);
  }
  return new Response(streamOf(answer.body, failed), init);
};

/** By hand, since a generator would answer a cancel only when its next chunk arrives, and that of a quiet watch never does. */
const streamOf = (body: Answer['body'], failed: (error: unknown) => Unreachable): ReadableStream<Uint8Array> => {
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
