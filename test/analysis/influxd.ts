import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Influx {
  readonly url: string;
  stop(): Promise<void>;
}

/** Debian's package `influxdb` (1.6) puts it on the path. */
export const hasInflux = (): boolean =>
  spawnSync('influxd', ['version']).status === 0 || process.env.TIDEGATE_REQUIRE_STORES === '1';

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** A real InfluxDB 1.x on a free loopback port with a database `tide` that holds these lines of line protocol. */
export const startInflux = async (lines: readonly string[]): Promise<Influx> => {
  const dir = mkdtempSync(join(tmpdir(), 'tidegate-influx-'));
  const [port, rpc] = [await freePort(), await freePort()];
  const config = [
    'reporting-disabled = true',
    `bind-address = "127.0.0.1:${rpc}"`,
    `[meta]\n  dir = "${dir}/meta"`,
    `[data]\n  dir = "${dir}/data"\n  wal-dir = "${dir}/wal"`,
    `[http]\n  bind-address = "127.0.0.1:${port}"\n  log-enabled = false`,
    '[monitor]\n  store-enabled = false',
  ];
  writeFileSync(join(dir, 'influxdb.conf'), `${config.join('\n')}\n`);
  const child = spawn('influxd', ['-config', join(dir, 'influxdb.conf')], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt += 1) {
    if ((await fetch(`${url}/ping`).catch(() => undefined))?.status === 204) break;
    if (attempt > 300 || child.exitCode !== null) throw new Error('influxd was not ready after 30 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  // It answers a ping before its databases can be made.
  for (let attempt = 0; ; attempt += 1) {
    await fetch(`${url}/query`, { method: 'POST', body: new URLSearchParams({ q: 'CREATE DATABASE tide' }) });
    const written = await fetch(`${url}/write?db=tide&precision=ms`, { method: 'POST', body: lines.join('\n') });
    if (written.status === 204) break;
    if (attempt > 300) throw new Error(`influxd: ${await written.text()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
      rmSync(dir, { recursive: true });
    },
  };
};
