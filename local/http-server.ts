import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { maxBody, readBody } from './node-http.ts';

const loopback = '127.0.0.1';

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The port is taken by something else. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
  constructor(port: number) {
    super(`port ${port} of ${loopback} is taken; give another one with --port, or --port 0 for a free one`);
  }
}

/**
 * Serves a fetch-shaped handler on 127.0.0.1. A request whose Host is not this address is refused with 421, so that a page of another site
 * whose name was made to resolve here (DNS rebinding) reaches nothing. Throws `PortTaken`.
 */
export const serveHttp = async (handle: (request: Request) => Promise<Response>, port: number): Promise<HttpServer> => {
  let origin = '';
  const server = createServer((incoming, outgoing) => {
    answer(handle, origin, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortTaken(port) : error),
    );
    server.listen(port, loopback, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new PortTaken(port);
  origin = `http://${loopback}:${address.port}`;
  return {
    url: origin,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const answer = async (
  handle: (request: Request) => Promise<Response>,
  origin: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> => {
  const { host } = new URL(origin);
  if (incoming.headers.host !== host && incoming.headers.host !== host.replace(loopback, 'localhost')) {
    outgoing.writeHead(421, { 'content-type': 'text/plain' }).end(`this is ${origin}\n`);
    return;
  }
  const body = await readBody(incoming);
  if (body === undefined) {
    outgoing.writeHead(413, { 'content-type': 'text/plain' }).end(`a body may have ${maxBody} bytes\n`);
    return;
  }
  const response = await handle(requestOf(incoming, origin, body));
  outgoing.writeHead(response.status, headersOf(response));
  outgoing.end(new Uint8Array(await response.arrayBuffer()));
};

const requestOf = (incoming: IncomingMessage, origin: string, body: Uint8Array): Request => {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const method = incoming.method ?? 'GET';
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(new URL(incoming.url ?? '/', origin), {
    method,
    headers,
    ...(hasBody ? { body: new Uint8Array(body) } : {}),
  });
};

/** Cookies are separate headers on the wire, whatever fetch makes of them. */
const headersOf = (response: Response): Record<string, string | string[]> => ({
  ...Object.fromEntries(response.headers),
  ...(response.headers.has('set-cookie') ? { 'set-cookie': response.headers.getSetCookie() } : {}),
});
