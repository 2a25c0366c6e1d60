import type { IncomingMessage, ServerResponse } from 'node:http';

/** The largest body taken: a git push of a config repository, with room. */
export const maxBody = 32 * 1024 * 1024;

/** Of one connection, not of the request that came over it. */
const hopByHop = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'host', 'content-length'];

/** The whole body; undefined when it is larger than 32 MiB. */
export const readBody = async (incoming: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > maxBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** What came over a socket, as a handler takes it. `dropped`: headers, in lower case, that the handler is not to see. */
export const requestOf = (
  url: URL,
  incoming: IncomingMessage,
  body: Buffer,
  signal: AbortSignal,
  dropped: readonly string[] = [],
): Request => {
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    if (hopByHop.includes(name) || dropped.includes(name)) continue;
    for (const value of values ?? []) headers.append(name, value);
  }
  const method = incoming.method ?? 'GET';
  const bodiless = method === 'GET' || method === 'HEAD';
  return new Request(url, { method, headers, signal, ...(!bodiless && { body: new Uint8Array(body) }) });
};

/** Sends an answer as it comes, a stream piece by piece, until it ends or nobody is there to take it. */
export const sendResponse = async (response: Response, outgoing: ServerResponse): Promise<void> => {
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
