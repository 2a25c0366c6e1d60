import { createServer, request as plainRequest, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration } from 'oidc-provider';
import { selfSigned } from '../../local/self-signed.ts';
import { Unreachable } from '../../shared/outside/http.ts';

export const issuerHost = 'login.example.net';
export const consoleUrl = 'https://console.example.com';
const redirect = '/sign-in/callback';

/** Groups of those who can sign in; the password is asked for and may be anything. */
const groups: Readonly<Record<string, readonly string[]>> = { ana: ['release-managers'], bo: [] };

/** It warns of what is not for production: that it forgets all, and asks for no password. */
const quietly = <Made>(make: () => Made): Made => {
  const { warn } = globalThis.console;
  globalThis.console.warn = () => undefined;
  try {
    return make();
  } finally {
    globalThis.console.warn = warn;
  }
};

/**
 * A certified provider of OpenID Connect (`oidc-provider`) with the console as its client, for browsers at `port` over TLS and for our own requests by
 * `handle`, as a host of a simulated network. `strict`: what it knows of a person, or their groups, is at its userinfo endpoint alone. `secret`: the console must show it.
 */
export const openIssuer = async (
  given: { readonly strict?: boolean | 'groups'; readonly secret?: string; readonly console?: string } = {},
) => {
  let listener: RequestListener = (_, answer) => answer.writeHead(503).end();
  const { key, certificate: cert } = selfSigned('issuer', Date.now());
  const tls = createTlsServer({ key, cert }, (incoming, outgoing) => listener(incoming, outgoing));
  const plain = createServer((incoming, outgoing) => listener(incoming, outgoing));
  const [port, plainPort] = await Promise.all(
    [tls, plain].map(
      (server) =>
        new Promise<number>((done) =>
          server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)),
        ),
    ),
  );
  const issuer = `https://${issuerHost}:${port}`;
  const console = given.console ?? consoleUrl;
  const configuration: Configuration = {
    clients: [
      {
        client_id: 'tidegate',
        redirect_uris: [`${console}${redirect}`],
        ...(given.secret === undefined
          ? { token_endpoint_auth_method: 'none' }
          : { client_secret: given.secret, token_endpoint_auth_method: 'client_secret_basic' }),
      },
    ],
    claims: {
      openid: ['sub', ...(given.strict === 'groups' ? ['preferred_username'] : [])],
      ...{ profile: ['preferred_username'], groups: ['groups'] },
    },
    conformIdTokenClaims: given.strict !== undefined,
    pkce: { required: () => true },
    cookies: { keys: ['only of this test'] },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    findAccount: (_, accountId) => ({
      accountId,
      claims: async () => ({
        sub: accountId,
        ...(accountId === 'robot' ? {} : { preferred_username: accountId, groups: groups[accountId] ?? [] }),
      }),
    }),
  };
  const provider = quietly(() => new Provider(issuer, configuration));
  provider.proxy = true;
  listener = provider.callback();

  let isThere = true;
  let broken: string | undefined;
  const handle = (asked: Request): Promise<Response> =>
    new Promise((resolve, reject) => {
      if (!isThere) throw new Unreachable(issuer, 'connect_timeout', 'nobody answers');
      const { pathname, search } = new URL(asked.url);
      if (pathname === broken) return resolve(new Response('<h1>Bad gateway</h1>', { status: 502 }));
      const headers = {
        ...Object.fromEntries(asked.headers),
        host: `${issuerHost}:${port}`,
        'x-forwarded-proto': 'https',
      };
      const sent = plainRequest(
        { port: plainPort, method: asked.method, path: pathname + search, headers },
        async (answer) => {
          const chunks: Buffer[] = [];
          for await (const chunk of answer) chunks.push(chunk);
          const status = answer.statusCode ?? 500;
          const told = new Headers(
            Object.entries(answer.headersDistinct).flatMap(([name, values]) =>
              (values ?? []).map((value): [string, string] => [name, value]),
            ),
          );
          resolve(
            new Response(status === 204 || chunks.length === 0 ? null : Buffer.concat(chunks), {
              status,
              headers: told,
            }),
          );
        },
      );
      sent.on('error', reject);
      void asked.arrayBuffer().then((body) => sent.end(Buffer.from(body)));
    });
  return {
    issuer,
    port,
    handle,
    /** From now on it does not answer. */
    stop: () => {
      isThere = false;
    },
    /** From now on it answers at this path as what stands before it does. */
    breakDown: (path: string) => {
      broken = path;
    },
    close: () => {
      for (const server of [tls, plain]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
};
