import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

// As an import it would load `fetch` and all of its client at once, a quarter of the whole start; so that waits for the first request.
const { createServer } = process.getBuiltinModule('node:http');

/** A handler on a port of the loopback address. */
export interface Served {
  readonly url: string;
  /** Refuses new connections and resolves when the open ones are done. */
  close(): Promise<void>;
}

/** Names that no foreign site can take; `sync-` is what clients put before the host for StartSyncExecution and TestState. */
const LOCAL_HOST = /^(sync-)?(([a-z0-9-]+\.)*localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;
/** No request to Step Functions is longer than 1 MB; twice that is refused unread. */
const BODY_LIMIT = 2 * 1_048_576;

const bodyOf = async (message: IncomingMessage): Promise<Buffer | undefined> => {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of message) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    if (length > BODY_LIMIT) return undefined;
    parts.push(bytes);
  }
  return Buffer.concat(parts);
};

const plain = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${text}\n`);
};

const answer = async (
  message: IncomingMessage,
  response: ServerResponse,
  handle: (request: Request) => Promise<Response>,
): Promise<void> => {
  const host = message.headers.host ?? '';
  // A page of a foreign site can make its own name resolve to 127.0.0.1 (DNS rebinding): its Host value gives it away.
  if (!LOCAL_HOST.test(host))
    return plain(response, 403, `engine: the Host '${host}' is not this machine's; use http://127.0.0.1`);
  const body = await bodyOf(message);
  if (!body) return plain(response, 413, `engine: a request has at most ${BODY_LIMIT} bytes`);
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) if (typeof value === 'string') headers.set(name, value);
  const method = message.method ?? 'GET';
  const bodiless = method === 'GET' || method === 'HEAD';
  const request = new Request(new URL(message.url ?? '/', 'http://127.0.0.1'), {
    method,
    headers,
    ...(!bodiless && { body: new Uint8Array(body) }),
  });
  const answered = await handle(request);
  response
    .writeHead(answered.status, Object.fromEntries(answered.headers))
    .end(Buffer.from(await answered.arrayBuffer()));
};

/**
 * Serves `handle` at 127.0.0.1 on `port` (0 takes a free one). Requests with a foreign Host are refused with 403. Rejects when the
 * port is taken.
 */
export const serve = (handle: (request: Request) => Promise<Response>, port: number): Promise<Served> =>
  new Promise((resolve, reject) => {
    const server = createServer((message, response) => {
      answer(message, response, handle).catch((thrown: unknown) => {
        if (!response.headersSent)
          plain(response, 500, `engine: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
        else response.destroy();
      });
    });
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const { port: taken } = server.address() as AddressInfo;
      resolve({
        url: `http://127.0.0.1:${taken}`,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeIdleConnections();
          }),
      });
    });
  });
