import type { Clock } from '../shared/outside/clock.ts';
import type { Dial, Dialled, Endpoint } from '../shared/outside/dial.ts';
import { type Http, type HttpInit, Unreachable } from '../shared/outside/http.ts';

/** A simulated host. `handle` throws `Unreachable` to be down; nothing else may tell it from a server. */
export interface Route {
  /** A host name, or `*.suffix` for every name below one. Without port: all ports are answered. */
  readonly host: string;
  handle(request: Request): Promise<Response>;
  /** What a bare connection shows. Without it every dial succeeds with a certificate of 90 days, 30 of them gone. */
  readonly dial?: Dial;
}

/** The route of a host: exact names first, then the longest suffix. */
export const findRoute = (routes: readonly Route[], host: string): Route | undefined => {
  const name = host.toLowerCase();
  const exact = routes.find((route) => route.host === name);
  const below = routes.filter((route) => route.host.startsWith('*.') && name.endsWith(route.host.slice(1)));
  return exact ?? below.sort((a, b) => b.host.length - a.host.length)[0];
};

const unknownHost = (subject: string) =>
  new Unreachable(subject, 'dns_failed', 'no such host in the simulation; add a route for it or use the real network');

/**
 * The network of virtual mode: each host is a handler in this process, and a host without a route goes to `fallback` or is
 * `dns_failed`. Bodies stream, and the caller's signal ends request and body as it does over sockets.
 */
export const simulatedNetwork =
  ({ routes, fallback }: { readonly routes: readonly Route[]; readonly fallback: Http | 'refuse' }): Http =>
  async (target, init = {}) => {
    const url = new URL(target);
    const subject = `${init.method ?? 'GET'} ${url.origin}`;
    const route = findRoute(routes, url.hostname);
    if (route === undefined) {
      if (fallback === 'refuse') throw unknownHost(subject);
      return fallback(target, init);
    }
    const { signal } = init;
    if (signal?.aborted) throw endedByCaller(subject, signal);
    const response = await orEnded(route.handle(requestOf(url, init)), subject, signal);
    return signal && response.body ? endable(response, subject, signal) : response;
  };

/** Connections of virtual mode, by the routes of `simulatedNetwork`. Takes no time unless the route's own `dial` does. */
export const simulatedDial =
  (options: {
    readonly routes: readonly Route[];
    readonly fallback: Dial | 'refuse';
    readonly clock: Pick<Clock, 'now'>;
  }): Dial =>
  async (endpoint) => {
    const subject = `${endpoint.tls ? 'tls' : 'tcp'} ${endpoint.host}:${endpoint.port}`;
    const route = findRoute(options.routes, endpoint.host);
    if (route === undefined) {
      if (options.fallback === 'refuse') throw unknownHost(subject);
      return options.fallback(endpoint);
    }
    if (endpoint.signal?.aborted) throw endedByCaller(subject, endpoint.signal);
    const dial = route.dial ?? (async () => soundConnection(endpoint, options.clock.now()));
    return orEnded(dial(endpoint), subject, endpoint.signal);
  };

const DAY = 86_400_000;

const soundConnection = (endpoint: Endpoint, now: number): Dialled =>
  endpoint.tls
    ? {
        address: '192.0.2.1',
        phases: { resolve: 0, connect: 0, tls: 0 },
        certificate: {
          validFrom: now - 30 * DAY,
          validTo: now + 60 * DAY,
          names: [endpoint.tls.serverName ?? endpoint.host],
        },
      }
    : { address: '192.0.2.1', phases: { resolve: 0, connect: 0 } };

const requestOf = (url: URL, { method, headers, body, signal }: HttpInit): Request => {
  const request = new Request(url, {
    ...(method !== undefined && { method }),
    headers: { ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    redirect: 'manual',
  });
  // The signal itself: a request that is made with one has another that follows it, and takes three times as long to make.
  return signal === undefined ? request : Object.defineProperty(request, 'signal', { value: signal });
};

const endedByCaller = (subject: string, signal: AbortSignal) =>
  new Unreachable(subject, 'aborted', 'ended by the caller', signal.reason);

/** A handler that never answers must not keep a caller that has given up. */
const orEnded = async <Answer>(pending: Promise<Answer>, subject: string, signal?: AbortSignal): Promise<Answer> => {
  if (signal === undefined) return pending;
  let stop = () => {};
  const ended = new Promise<never>((_, reject) => {
    stop = () => reject(endedByCaller(subject, signal));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([pending, ended]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

const endable = (response: Response, subject: string, signal: AbortSignal): Response => {
  const reader = response.body?.getReader();
  let abort = () => {};
  const leave = () => {
    signal.removeEventListener('abort', abort);
    reader?.cancel(signal.reason).catch(() => undefined);
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        abort = () => {
          controller.error(endedByCaller(subject, signal));
          leave();
        };
        signal.addEventListener('abort', abort, { once: true });
      },
      pull: async (controller) => {
        const next = await reader?.read();
        if (signal.aborted) return;
        if (next?.value) {
          controller.enqueue(next.value);
        } else {
          signal.removeEventListener('abort', abort);
          controller.close();
        }
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
};
