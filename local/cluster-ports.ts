import { createHash, timingSafeEqual } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Clock } from '../shared/outside/clock.ts';
import { Unreachable } from '../shared/outside/http.ts';
import { type Random, randomHex } from '../shared/outside/random.ts';
import type { Fleet } from './fleet/fleet.ts';
import { kubeconfigOf } from './fleet/kubeconfig.ts';
import { readBody, requestOf, sendResponse } from './node-http.ts';
import { selfSigned } from './self-signed.ts';

const loopback = '127.0.0.1';

/** The ports are open until they are closed; closing twice is safe. */
export interface ClusterPorts {
  close(): Promise<void>;
}

/**
 * Opens the API servers of a simulated fleet to kubectl and others on this machine, each behind a TLS port of 127.0.0.1 (kubectl finds the
 * schemas of a server at the root of its host alone), and writes `file`, a kubeconfig that only its owner reads. Certificate and token are
 * new each time and the key is in memory alone: a kubeconfig of an earlier start opens nothing. Who has the token may do everything, as
 * the owner of the folder can anyway. While a target is down, connections to it end without an answer. `close` ends what is open, watches
 * too, and removes the file.
 */
export const openClusterPorts = async (
  fleet: Pick<Fleet, 'servers' | 'reach'>,
  file: string,
  outside: { readonly clock: Pick<Clock, 'now'>; readonly random: Random },
): Promise<ClusterPorts> => {
  const token = randomHex(outside.random, 32);
  const { certificate, key } = selfSigned('simulated clusters of Tidegate', outside.clock.now());
  const opened = await Promise.all(
    [...fleet.servers.keys()].map(async (target) => {
      const server = createServer({ cert: certificate, key }, (incoming, outgoing) => {
        const answered = isBearer(incoming, token)
          ? forward(fleet, target, incoming, outgoing)
          : refuse(outgoing, 401, 'Unauthorized', `the token is in ${file}`);
        answered.catch(() => outgoing.destroy());
      });
      return { name: target, server, url: `https://${loopback}:${await portOf(server)}` };
    }),
  );
  const clusters = opened.map(({ name, url }) => ({ name, url }));
  writeFileSync(file, kubeconfigOf({ certificate, token, clusters }), { mode: 0o600 });
  return {
    close: async () => {
      rmSync(file, { force: true });
      await Promise.all(opened.map(({ server }) => closed(server)));
    },
  };
};

const portOf = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, loopback, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error(`clusters: no port, expected one on ${loopback}`);
  return address.port;
};

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** Compares digests: they have one length, and the time taken tells nothing. */
const isBearer = ({ headers }: IncomingMessage, token: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`));
};

const refuse = async (outgoing: ServerResponse, code: number, reason: string, message: string): Promise<void> => {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  outgoing.writeHead(code, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(status));
};

const forward = async (
  { reach }: Pick<Fleet, 'reach'>,
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> => {
  const body = await readBody(incoming);
  if (body === undefined) return refuse(outgoing, 413, 'RequestEntityTooLarge', 'Request entity too large');
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const url = new URL(`https://${loopback}${incoming.url ?? '/'}`);
  try {
    await sendResponse(await reach(target).handle(requestOf(url, incoming, body, gone.signal)), outgoing);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    incoming.socket.destroy();
  }
};
