import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A server under test, as a process of its own. */
export interface Server {
  readonly url: string;
  /** From its start to its first answer. */
  readonly startMs: number;
  /** The most memory it had at any time (VmHWM of Linux), in MiB; NaN where that can not be read. */
  peakMiB(): number;
  /** Seconds of a core it has had since it began, of its own and of the system for it; NaN where that can not be read. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

const MAIN = new URL('../../cli/main.ts', import.meta.url).pathname;

const peakOf = (child: ChildProcess): number => {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
};

/** Linux counts in hundredths; the name before the numbers may hold spaces. */
const cpuOf = (child: ChildProcess): number => {
  try {
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
};

const serverOf = (child: ChildProcess, url: string, startMs: number): Server => ({
  ...{ url, startMs, peakMiB: () => peakOf(child), cpuSeconds: () => cpuOf(child) },
  stop: () => {
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill();
    return ended;
  },
});

/** `tidegate engine`, in memory or on `data`. */
export const startEngine = (data?: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const began = performance.now();
    const options = data === undefined ? [] : ['--data', data];
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'engine', ...options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.once('exit', (code) => reject(new Error(`tidegate engine ended with ${code}`)));
    child.stdout?.once('data', (line) => {
      const url = /^ready (\S+)/.exec(String(line))?.[1] ?? '';
      resolve(serverOf(child, url, performance.now() - began));
    });
  });

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** moto's server with its interpreter of state machines switched on; undefined where moto is not installed. */
export const startMoto = async (): Promise<Server | undefined> => {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const program = join(cache, 'tidegate', 'moto', 'bin', 'moto_server');
  if (!existsSync(program)) return undefined;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const began = performance.now();
  const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_DEFAULT_REGION: 'us-east-1' };
  const child = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
    env: { ...process.env, ...credentials, AWS_ENDPOINT_URL: url },
  });
  const body = JSON.stringify({ stepfunctions: { execute_state_machine: true } });
  for (let attempt = 0; attempt < 600; attempt++) {
    const answer = await fetch(`${url}/moto-api/config`, { method: 'POST', body }).catch(() => undefined);
    if (answer?.ok) return serverOf(child, url, performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill();
  throw new Error('moto was not ready after 30 s');
};
