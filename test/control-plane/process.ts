import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { basename } from 'node:path';

/** A server of the control plane, alive until it is stopped or this process ends, however it ends. */
export interface ServerProcess {
  readonly name: string;
  /** Set when it has exited, whatever the reason. */
  exited(): boolean;
  /** The end of what it wrote: why it did not come up. */
  lastWords(): string;
  /** Kills it and resolves when it is gone. Running it twice is safe. */
  stop(): Promise<void>;
}

// The environment is not passed on: etcd reads any ETCD_* from it. The server's life hangs on our standard input to the shell: when that pipe closes (stop, or this process killed in any
// way), the shell's second child kills the server. A signal handler of ours would not run on SIGKILL.
const GUARD = 'exec 3<&0; "$@" </dev/null 3<&- & server=$!; { cat >/dev/null; kill -9 $server; } <&3 & wait $server';

/** Starts `binary` with `args`; all it writes goes to `logFile`. */
export const startProcess = (binary: string, args: readonly string[], logFile: string): ServerProcess => {
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn('sh', ['-c', GUARD, 'sh', binary, ...args], {
    stdio: ['pipe', log, log],
    // A server lives for a minute: it collects a quarter as often as one that has to be small.
    env: { PATH: process.env.PATH, GOGC: '400' },
  });
  let gone = false;
  const exit = new Promise<void>((resolve) => {
    child.once('exit', () => {
      gone = true;
      resolve();
    });
  });
  return {
    name: basename(binary),
    exited: () => gone,
    lastWords: () => readFileSync(logFile, 'utf8').slice(-2000),
    stop: async () => {
      child.stdin?.end();
      await exit;
    },
  };
};

/** `count` different TCP ports that are free on loopback now. They are held open together so that none is given twice. */
export const freePorts = async (count: number): Promise<readonly number[]> => {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};
