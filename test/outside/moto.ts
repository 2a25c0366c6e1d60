import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { awsRequestHandler } from '../../shared/outside/aws-request-handler.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';

export interface Moto {
  /** What every AWS client is made with to reach it, by the egress client of the product. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly requestHandler: ReturnType<typeof awsRequestHandler>;
    readonly maxAttempts: number;
  };
  stop(): Promise<void>;
}

const findMoto = (): string | undefined => {
  const cached = join(
    process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
    'tidegate',
    'moto',
    'bin',
    'moto_server',
  );
  if (existsSync(cached)) return cached;
  return spawnSync('moto_server', ['--help']).status === 0 ? 'moto_server' : undefined;
};

/** Tests against moto's server; skipped, saying so, where it is not installed, unless TIDEGATE_REQUIRE_MOTO=1. */
export const describeWithMoto = (name: string, cases: () => void): void => {
  const usable = findMoto() !== undefined || process.env.TIDEGATE_REQUIRE_MOTO === '1';
  describe.runIf(usable)(name, cases);
  if (!usable) test.skip(`${name} skipped: no moto, run test/outside/install-moto.sh`, () => {});
};

/** A port of the loopback that nobody listens on. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** An empty server on a free loopback port. */
export const startMoto = async (): Promise<Moto> => {
  const program = findMoto();
  if (program === undefined) throw new Error('no moto: run test/outside/install-moto.sh');
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const http = socketHttp();
  const allow = ['127.0.0.1/32'];
  for (let attempt = 0; ; attempt += 1) {
    if (child.exitCode !== null || attempt === 300) throw new Error('moto was not ready after 30 s');
    const answer = await http(`${endpoint}/moto-api/`, { allow }).catch(() => undefined);
    if (answer?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    client: {
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      requestHandler: awsRequestHandler((url, init) => http(url, { ...init, allow })),
      maxAttempts: 1,
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    },
  };
};
