import { createHash, timingSafeEqual } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConsole } from '../console/app.ts';
import { bearerOf, cookieOf } from '../console/credentials.ts';
import { reading } from '../console/reading.ts';
import { auditAnchor } from '../functions/tools/audit.ts';
import type { Actor } from '../shared/access/authorise.ts';
import { executions } from '../shared/outside/executions.ts';
import { type Random, randomHex } from '../shared/outside/random.ts';
import { consoleActions } from './console-actions.ts';
import { type HttpServer, serveHttp } from './http-server.ts';
import type { Instance } from './instance.ts';

/** The console of one machine: where it listens, before there is an instance behind it. */
export interface ConsoleServer {
  readonly url: string;
  /** Address that signs a browser in: it carries the token, so it is shown to the person who started the instance only. */
  readonly signIn: string;
  /** From now on requests are answered by this instance, which `instance.json` in its folder tells other processes. */
  serve(instance: Instance): void;
  close(): Promise<void>;
}

const cookieName = 'tidegate';

/**
 * Opens the console on 127.0.0.1. Who has the token as a bearer or password, or the session cookie that signing in with it sets, is the owner
 * of the instance. Both are new for every start, and the cookie tells nothing of the token. Throws `PortTaken`.
 */
export const openConsoleServer = async (dir: string, port: number, random: Random): Promise<ConsoleServer> => {
  const keys: Keys = { token: randomHex(random, 32), session: randomHex(random, 32) };
  const { token } = keys;
  const instanceFile = join(dir, 'instance.json');
  let handle = async (_: Request): Promise<Response> => new Response('starting\n', { status: 503 });
  const server: HttpServer = await serveHttp((request) => handle(request), port);
  return {
    url: server.url,
    signIn: `${server.url}/sign-in?token=${token}`,
    serve: (instance) => {
      const app = createConsole({
        pages: reading,
        outside: instance.outside,
        identify: async (request) => ownerOf(request, keys),
        actions: consoleActions(instance.outside, instance.functions),
        executions: executions(instance.outside),
        heads: async (after, limit) => (await auditAnchor(instance.outside)).list(after, limit),
      });
      const repository = `/${instance.outside.settings.configRepository.name}.git/`;
      handle = async (request) => {
        const { pathname, searchParams } = new URL(request.url);
        if (pathname === '/sign-in') return signIn(searchParams.get('token') ?? '', keys);
        if (!pathname.startsWith(repository)) return app.fetch(request);
        // git asks with Basic: any user name, the token as password.
        return ownerOf(request, keys) === undefined ? askForToken() : instance.forge.handle(request);
      };
      writeFileSync(instanceFile, JSON.stringify({ url: server.url, token, pid: process.pid }), { mode: 0o600 });
    },
    close: async () => {
      rmSync(instanceFile, { force: true });
      await server.close();
    },
  };
};

/** What the owner shows: commands and git the token, a browser the session. Neither is taken for the other. */
interface Keys {
  readonly token: string;
  readonly session: string;
}

/** The owner, who could edit the instance's files as well and so holds every role; `undefined` for anybody else. */
const ownerOf = (request: Request, { token, session }: Keys): Actor | undefined => {
  const authorization = request.headers.get('authorization') ?? '';
  const basic = /^Basic (.+)$/i.exec(authorization)?.[1];
  const given = [
    [bearerOf(request), token],
    [basic === undefined ? undefined : Buffer.from(basic, 'base64').toString().split(':').slice(1).join(':'), token],
    [cookieOf(request, cookieName), session],
  ] as const;
  return given.some(([value, key]) => value !== undefined && sameKey(value, key))
    ? { name: 'local', kind: 'person', roles: 'all' }
    : undefined;
};

/** Compares digests: they have one length, and the time taken tells nothing. */
const sameKey = (given: string, token: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
};

const signIn = (given: string, { token, session }: Keys): Response =>
  sameKey(given, token)
    ? new Response(null, {
        status: 303,
        headers: {
          location: '/',
          'set-cookie': `${cookieName}=${session}; HttpOnly; SameSite=Strict; Path=/`,
          'cache-control': 'no-store',
          'referrer-policy': 'no-referrer',
        },
      })
    : new Response('this link is of an earlier start; take the one the terminal shows now\n', { status: 401 });

const askForToken = (): Response =>
  new Response('the token is in .tidegate/instance.json\n', {
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="tidegate"' },
  });
