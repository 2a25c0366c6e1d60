import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestSeries } from './samples.ts';

export interface Prometheus {
  readonly url: string;
  stop(): Promise<void>;
}

/** Debian's packages put both on the path. */
export const hasPrometheus = (): boolean =>
  ['prometheus', 'promtool'].every((program) => spawnSync(program, ['--version']).status === 0);

const formatted = (value: number) =>
  Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';

const openMetrics = (series: readonly TestSeries[]): string => {
  const lines = series.flatMap(({ name, labels, samples }) => {
    const shown = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
    return samples.map(({ at, value }) => `${name}{${shown.join(',')}} ${formatted(value)} ${(at / 1_000).toFixed(3)}`);
  });
  return `${lines.join('\n')}\n# EOF\n`;
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

const ready = async (url: string, child: ChildProcess): Promise<void> => {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`prometheus ended with code ${child.exitCode}`);
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('prometheus was not ready after 30 s');
};

/** A real Prometheus on a free loopback port that holds exactly these samples: backfilled, nothing is scraped. */
export const startPrometheus = async (series: readonly TestSeries[]): Promise<Prometheus> => {
  const dir = mkdtempSync(join(tmpdir(), 'tidegate-prometheus-'));
  writeFileSync(join(dir, 'samples.om'), openMetrics(series));
  writeFileSync(join(dir, 'prometheus.yml'), 'scrape_configs: []\n');
  const filled = spawnSync('promtool', [
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    join(dir, 'samples.om'),
    join(dir, 'data'),
  ]);
  if (filled.status !== 0) throw new Error(`promtool: ${filled.stderr}`);
  const port = await freePort();
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  await ready(url, child);
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
