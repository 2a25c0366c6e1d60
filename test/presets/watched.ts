import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureMetric } from '../../shared/analysis/measure-metric.ts';
import { presetQueries } from '../../shared/fleet/presets/preset-queries.ts';
import { type PresetName, presets } from '../../shared/fleet/presets/presets.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { socketHttp } from '../../shared/outside/socket-http.ts';
import type { MetricSource } from '../../shared/rollout/metric-source.ts';
import type { Judgement } from '../../shared/rollout/verdict.ts';
import { never, noSecrets, noTools, targetNamed } from '../analysis/asking.ts';
import { answers, type Program, startProgram, temporaryFolder } from '../analysis/program.ts';
import { freePort } from '../outside/moto.ts';

const allow = ['127.0.0.0/8'];

/** Judges every gate of a preset now, by its own limits, in the language of the store. */
export const judgePreset = async (
  name: PresetName,
  language: 'promql' | 'influxql',
  source: MetricSource,
): Promise<Readonly<Record<string, Judgement>>> => {
  const judged: Record<string, Judgement> = {};
  for (const [gate, spec] of Object.entries(presets[name].gates)) {
    const found = presetQueries(spec, language, { labels: { cluster: '{target}' }, window: '1m', bucket: 'telegraf' });
    if (found === undefined) continue;
    const { metric, limits, errorsMayBeAbsent } = found;
    const order = {
      name: gate,
      gate: {
        kind: 'metric' as const,
        source: 'prod',
        query: 'query' in metric ? { value: metric.query } : metric,
        minRequests: 1,
        ...limits,
        ...(errorsMayBeAbsent === true ? { errorsMayBeAbsent } : {}),
        intervalMs: 1_000,
        maxAgeMs: 60_000,
      },
      source,
      target: targetNamed('here'),
    };
    const outside = { clock: processClock, http: socketHttp(), secrets: noSecrets };
    judged[gate] = await measureMetric(order, outside, noTools, never);
  }
  return judged;
};

/** The verdict of each gate. */
export const verdictsOf = (judged: Readonly<Record<string, Judgement>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(judged).map(([gate, { verdict }]) => [gate, verdict]));

export interface Watching {
  readonly source: MetricSource;
  stop(): Promise<void>;
}

/** A real Prometheus that scrapes these addresses every second, and calls what it finds of the cluster `here`. */
export const watchWithPrometheus = async (targets: readonly string[]): Promise<Watching> => {
  const folder = temporaryFolder('watching');
  const url = `http://127.0.0.1:${await freePort()}`;
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: 'watched', static_configs: [{ targets, labels: { cluster: 'here' } }] }],
  };
  writeFileSync(join(folder.path, 'prometheus.yml'), JSON.stringify(config));
  const program: Program = await startProgram(
    'prometheus',
    [
      `--config.file=${join(folder.path, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder.path, 'data')}`,
      `--web.listen-address=${url.slice(7)}`,
      '--log.level=error',
    ],
    () => answers(`${url}/-/ready`),
  );
  return {
    source: { prometheus: url, allow },
    stop: async () => {
      await program.stop();
      folder.remove();
    },
  };
};
