import { readFileSync } from 'node:fs';
import { createServer as createPlain, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';

export const fixture = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

export const ca = fixture('ca.crt');
export const clientCert = { cert: fixture('client.crt'), key: fixture('client.key') };

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;
export interface Running {
  readonly port: number;
  /** Connections opened so far. */
  connections(): number;
  close(): Promise<void>;
}

const run = async (server: Server, host: string): Promise<Running> => {
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

export const servePlain = (answer: Answer, host = '127.0.0.1'): Promise<Running> => run(createPlain(answer), host);

/** With the certificate of `test/fixtures/tls` named; `mutual` asks for a client's. */
export const serveTls = (name: 'server' | 'expired' | 'other', answer: Answer, mutual = false): Promise<Running> =>
  run(
    createSecure(
      {
        cert: fixture(`${name}.crt`),
        key: fixture(`${name}.key`),
        ca,
        requestCert: mutual,
        rejectUnauthorized: mutual,
      },
      answer,
    ),
    '127.0.0.1',
  );
