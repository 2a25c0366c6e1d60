import type { z } from 'zod';
import { durationMs, ratePerSecond } from '../../shared/fleet/duration.ts';
import type { fleetSchema } from '../../shared/fleet/schema.ts';

/** A config as it is written, known to be without a mistake. */
export type WrittenConfig = z.input<typeof fleetSchema>;
type WrittenGate = NonNullable<WrittenConfig['gates']>[string];
type WrittenWave = WrittenConfig['waves'][number];

/** What becomes of a gate of the config in a rehearsal, and why. */
export interface GateStandIn {
  readonly gate: string;
  /** `stands-in`: the simulation is asked the same by other words. `left-out`: it is not rehearsed at all. */
  readonly how: 'as-written' | 'stands-in' | 'left-out';
  readonly because: string;
  /** What it looks for: what a scenario may need. */
  readonly watches?: 'probe' | 'errors' | 'latency';
}

/** A config that the simulation can answer, and what had to be changed for that. */
export interface PlannedStandIns {
  readonly config: WrittenConfig;
  readonly gates: readonly GateStandIn[];
  /** Whatever else is not rehearsed, a sentence each. */
  readonly leftOut: readonly string[];
  /** The longest window that a metric is asked over, in text; it takes so long until a gate can know. */
  readonly windows: readonly string[];
}

const store = 'rehearsed';
const storeUrl = 'https://metrics.example.com';
const counts = (window: string) => ({
  errors: `sum(increase(http_requests_total{code=~"5..",cluster="{target}"}[${window}]))`,
  requests: `sum(increase(http_requests_total{cluster="{target}"}[${window}]))`,
});

/** Attempts that a gate makes in a soak, at most: an hour at five a second on ten targets would take half a minute of a core. */
const mostAttempts = 20_000;

/**
 * What of a config can be rehearsed on a simulated fleet, whose users, probes and metrics are all one model. Probes ask the public name that
 * the simulation gives each target, counts of errors and requests the counters of its users, a latency its gauge. Gates that ask for what no model knows
 * are left out and named: they are neither passed nor failed. Everything else stays as it is written. Pure.
 */
export const planStandIns = (written: WrittenConfig): PlannedStandIns => {
  const planned = Object.entries(written.gates ?? {}).map(([gate, entry]) =>
    slowed({ gate, ...standInFor(entry) }, written),
  );
  const kept = new Map(planned.flatMap(({ gate, entry }) => (entry === undefined ? [] : [[gate, entry] as const])));
  const gates = planned.map(({ entry: _, ...rest }) => rest);
  const { presets = [], flags = {}, flagStores: _, probers: __, monitoring: ___, metrics: ____, ...rest } = written;
  return {
    config: {
      ...rest,
      gates: Object.fromEntries(kept),
      metrics: { [store]: { prometheus: storeUrl } },
      waves: written.waves.map(({ monitoring: _____, ...wave }) => ({
        ...wave,
        gates: (wave.gates ?? []).filter((gate) => kept.has(gate)),
      })),
    },
    gates,
    leftOut: [
      ...(presets.length === 0 ? [] : ['presets: the simulation has none of the software that they watch']),
      ...(Object.keys(flags).length === 0
        ? []
        : [`flags ${Object.keys(flags).join(', ')}: their stores are not simulated here`]),
    ],
    windows: [...kept.values()].flatMap(windowsOf),
  };
};

type Stand = Omit<GateStandIn, 'gate'> & { readonly entry?: WrittenGate };

const standInFor = (entry: WrittenGate): Stand => {
  if ('probe' in entry) return probeFor(entry);
  if ('metric' in entry) return metricFor(entry);
  if ('budget' in entry && entry.budget.probe !== undefined)
    return { entry, how: 'as-written', because: 'scheduled probes are rehearsed' };
  const what = Object.keys(entry).find((key) => ['score', 'alerts', 'budget', 'test'].includes(key)) ?? 'gate';
  return { how: 'left-out', because: `${what}: the simulation has nothing that answers it` };
};

type ProbeGate = Extract<WrittenGate, { probe: unknown }>;
type MetricGate = Extract<WrittenGate, { metric: unknown }>;

const publicName = /^https:\/\/\{target\}\.example\.com(\/|$)/;

const probeFor = (gate: ProbeGate): Stand => {
  const { probe } = gate;
  const kind = (['http', 'grpc', 'ws', 'stream', 'tcp', 'tls', 'dns'] as const).find((each) => each in probe) ?? 'http';
  if (kind === 'tls' || kind === 'dns')
    return { how: 'left-out', because: `${kind}: certificates and names are not part of the simulation` };
  if ('http' in probe && publicName.test(probe.http) && isPlain(probe))
    return { entry: gate, how: 'as-written', because: 'asks the simulated target', watches: 'probe' };
  const asked = {
    http: 'https://{target}.example.com/health',
    ...(probe.rate === undefined ? {} : { rate: probe.rate }),
    ...(probe.timeout === undefined ? {} : { timeout: probe.timeout }),
  };
  const because = `asks the simulated target at its public name in place of ${addressOf(probe)}`;
  return { entry: { ...gate, probe: asked }, how: 'stands-in', because, watches: 'probe' };
};

/** A probe of a long soak asks less often, and still often enough to know. */
const slowed = <Planned extends Stand & { readonly gate: string }>(
  planned: Planned,
  config: WrittenConfig,
): Planned => {
  const { entry, gate } = planned;
  if (entry === undefined || !('probe' in entry)) return planned;
  const soaks = config.waves
    .filter(({ gates = [] }) => gates.includes(gate))
    .map(({ soak = '1s' }) => durationMs(soak) / 1_000);
  const seconds = Math.max(1, ...soaks);
  const targets = Object.keys(config.targets).length;
  const rate = ratePerSecond(entry.probe.rate ?? '1/s');
  const enough = Math.max(mostAttempts / (seconds * targets), (3 * (entry.minSamples ?? 10)) / seconds, 0.05);
  const slower = Math.floor(enough * 1_000) / 1_000;
  if (slower >= rate) return planned;
  const because = `${planned.because}, ${slower}/s in place of ${entry.probe.rate}`;
  return { ...planned, because, entry: { ...entry, probe: { ...entry.probe, rate: `${slower}/s` } } };
};

/** It asks for no more than a status of 200, within its timeout. */
const isPlain = (probe: object): boolean =>
  Object.keys(probe).every((key) => ['http', 'rate', 'timeout'].includes(key));

const addressOf = (probe: object): string => {
  const [first] = Object.entries(probe).filter(([key]) => ['http', 'grpc', 'ws', 'stream', 'tcp'].includes(key));
  return typeof first?.[1] === 'string' ? first[1] : 'what is written';
};

const metricFor = (gate: MetricGate): Stand => {
  const { metric } = gate;
  if ('probe' in metric)
    return { entry: gate, how: 'as-written', because: 'scheduled probes are rehearsed', watches: 'probe' };
  if ('query' in metric) {
    const known = /http_request_duration_seconds\{[^}]*cluster="\{target\}"/.test(metric.query);
    if (!known)
      return {
        how: 'left-out',
        because:
          'a value that the simulation does not know; errors with requests, or http_request_duration_seconds of cluster="{target}", can be rehearsed',
      };
    const entry = { ...gate, metric: { query: metric.query, source: store } };
    return { entry, how: 'as-written', because: 'asks the simulated store', watches: 'latency' };
  }
  if (
    ![metric.errors, metric.requests].every((query) => /http_requests_total\{[^}]*cluster="\{target\}"/.test(query))
  ) {
    const entry = { ...gate, metric: { source: store, ...counts(windowOf(metric)) } };
    return {
      entry,
      how: 'stands-in',
      because: "counts the simulated users' requests in place of its own queries",
      watches: 'errors',
    };
  }
  const { errors, requests } = metric;
  const entry = { ...gate, metric: { source: store, errors, requests } };
  return { entry, how: 'as-written', because: 'asks the simulated store', watches: 'errors' };
};

const written = /\[(\{window\}|\d+(?:ms|s|m|h|d))\]/;

/** The time that counts are of: as the query says it, or beside it. */
const windowOf = ({ errors, window }: { readonly errors: string; readonly window?: string | undefined }): string =>
  written.exec(errors)?.[1] ?? (errors.includes('{window}') ? '{window}' : (window ?? '1m'));

const windowsOf = (gate: WrittenGate): readonly string[] => {
  if (!('metric' in gate) || !('errors' in gate.metric)) return [];
  const [, window = ''] = written.exec(gate.metric.errors) ?? [];
  return /^\d/.test(window) ? [window] : [];
};

/**
 * The same fleet as it comes up with what runs before: nobody is asked, nothing is waited for, one batch a wave, and gates but probes only
 * report: targets are probed on schedule from then on. What comes then finds it verified. Pure.
 */
export const planFirst = (config: WrittenConfig): WrittenConfig => ({
  ...config,
  gates: Object.fromEntries(
    Object.entries(config.gates ?? {}).map(([name, gate]) => [
      name,
      'probe' in gate ? gate : { ...gate, effect: 'report' as const },
    ]),
  ),
  waves: config.waves.map(
    ({ name, targets, gates, maxConcurrent, settleWithin }): WrittenWave => ({
      name,
      targets,
      ...(gates === undefined ? {} : { gates }),
      ...(maxConcurrent === undefined ? {} : { maxConcurrent }),
      ...(settleWithin === undefined ? {} : { settleWithin }),
    }),
  ),
  targets: Object.fromEntries(
    Object.entries(config.targets).map(([name, { window: _, private: own, ...target }]) => [
      name,
      own === undefined ? target : { ...target, private: { roles: own.roles } },
    ]),
  ),
});
