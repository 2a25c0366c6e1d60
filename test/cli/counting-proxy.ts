import { readFileSync } from 'node:fs';
import { createServer, Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { ControlPlane } from '../control-plane/control-plane.ts';

/** Stands between a process and the real API server, and knows each request. */
export interface CountingProxy {
  readonly kubeconfig: string;
  /** As `GET /path?query`, those since the last call. */
  taken(): readonly string[];
  /** Called when the server has answered the request of that number, counted from now; that answer and all further ones never arrive. */
  cutAfter(request: number, whenCut: () => void): void;
  stop(): Promise<void>;
}

const tls = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

export const startCountingProxy = async (plane: ControlPlane): Promise<CountingProxy> => {
  const agent = new SecureAgent({ ca: plane.ca, keepAlive: true });
  const target = new URL(plane.server);
  let seen: string[] = [];
  let cut: { readonly after: number; readonly cutOff: () => void } | undefined;
  let answered = 0;
  const server = createServer({ cert: tls('server.crt'), key: tls('server.key') }, (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    seen.push(`${method} ${url}`);
    const onward = secureRequest(
      {
        agent,
        host: target.hostname,
        port: target.port,
        method,
        path: url,
        headers: { ...headers, host: target.host },
      },
      (answer) => {
        answered++;
        if (cut !== undefined && answered >= cut.after) {
          answer.resume();
          answer.on('end', () => {
            incoming.socket.destroy();
            cut?.cutOff();
          });
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const ca = Buffer.from(tls('ca.crt')).toString('base64');
  return {
    kubeconfig: JSON.stringify({
      clusters: [{ name: 'it', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': ca } }],
      users: [{ name: 'it', user: { token: plane.token } }],
      contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
      'current-context': 'it',
    }),
    taken: () => {
      const taken = seen;
      seen = [];
      return taken;
    },
    cutAfter: (request, whenCut) => {
      answered = 0;
      let isTold = false;
      cut = {
        after: request,
        cutOff: () => {
          if (!isTold) whenCut();
          isTold = true;
        },
      };
    },
    stop: async () => {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
