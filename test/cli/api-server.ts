import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { createApiServer } from '../../local/fleet/kubernetes/server.ts';
import { readBody, requestOf, sendResponse } from '../../local/node-http.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { seededRandom } from '../../shared/outside/random.ts';
import type { Binaries } from '../control-plane/binaries.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { behaviourByName, startKubelet } from '../control-plane/kubelet.ts';

/** An API server that other processes reach, by a kubeconfig. */
export interface ReachableServer {
  readonly kubeconfig: string;
  request(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: Answer }>;
  /** Writes since the last call, dry runs aside, as `PATCH configmaps/web`. */
  writes(): readonly string[];
  /** Connections and requests since it began to listen, where it counts them. */
  readonly counted?: { readonly connections: number; readonly requests: number };
  stop(): Promise<void>;
}

interface Answer {
  readonly metadata?: { readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

const tls = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

/** The simulated server on a TLS socket of 127.0.0.1, on the real clock. */
export const simulatedOverSocket = async (): Promise<ReachableServer> => {
  const plane = createApiServer({
    name: 'cli',
    clock: processClock,
    random: seededRandom('cli'),
    behaviourOf: (image) => {
      const { crash, ...behaviour } = behaviourByName(image);
      return { ...behaviour, ...(crash === undefined ? {} : { crash: { ...crash, log: 'panic: no route' } }) };
    },
  });
  plane.start();
  const seen: string[] = [];
  const counted = { connections: 0, requests: 0 };
  const server = createServer({ cert: tls('server.crt'), key: tls('server.key') }, (incoming, outgoing) => {
    const { method = 'GET', url = '/' } = incoming;
    counted.requests += 1;
    if (method !== 'GET' && !url.includes('dryRun=All')) {
      seen.push(`${method} ${(url.split('?')[0] ?? '').split('/').slice(-2).join('/')}`);
    }
    answer(plane.handle, incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.on('connection', () => {
    counted.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    counted,
    kubeconfig: JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'it',
          cluster: {
            server: `https://127.0.0.1:${port}`,
            'certificate-authority-data': Buffer.from(tls('ca.crt')).toString('base64'),
          },
        },
      ],
      users: [{ name: 'it', user: { token: 'any' } }],
      contexts: [{ name: 'it', context: { cluster: 'it', user: 'it', namespace: 'shop' } }],
      'current-context': 'it',
    }),
    request: async (method, path, body) => {
      const init = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await plane.handle(
        new Request(`https://localhost${path}`, {
          method,
          headers: { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' },
          ...init,
        }),
      );
      return { status: response.status, body: (await response.json()) as Answer };
    },
    writes: () => seen.splice(0),
    stop: async () => {
      plane.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const answer = async (
  handle: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> => {
  const ended = new AbortController();
  outgoing.on('close', () => ended.abort());
  const url = new URL(`https://localhost${incoming.url ?? '/'}`);
  await sendResponse(
    await handle(requestOf(url, incoming, (await readBody(incoming)) ?? Buffer.alloc(0), ended.signal)),
    outgoing,
  );
};

/** The real control plane, with its controllers and the test kubelet. */
export const realByKubeconfig = async (binaries: Binaries): Promise<ReachableServer> => {
  const plane = await startControlPlane(binaries);
  const stopKubelet = startKubelet(plane.request, behaviourByName);
  return {
    kubeconfig: plane.kubeconfig.replace(
      '"cluster":"test","user":"test"',
      '"cluster":"test","user":"test","namespace":"shop"',
    ),
    request: async (method, path, body) => {
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const response = await plane.request(path, { method, type, ...(body === undefined ? {} : { body }) });
      return { status: response.status, body: (await response.json()) as Answer };
    },
    writes: () => [],
    stop: async () => {
      await stopKubelet();
      await plane.stop();
    },
  };
};
