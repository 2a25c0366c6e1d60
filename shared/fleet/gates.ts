import type { Check, GateSpec, MetricSource } from '../rollout/gate.ts';
import type { GateEntry, MetricsEntry } from './config.ts';
import { durationMs, ratePerSecond } from './duration.ts';

type ProbeEntry = Extract<GateEntry, { probe: unknown }>;
type MetricEntry = Extract<GateEntry, { metric: unknown }>;

/** The gates of the config in the words of the rollout, durations in milliseconds. */
export const toGates = (entries: Readonly<Record<string, GateEntry>>): Readonly<Record<string, GateSpec>> =>
  Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [name, 'probe' in entry ? probeGate(entry) : metricGate(entry)]),
  );

/** The metric stores of the config. */
export const toMetricSources = (
  entries: Readonly<Record<string, MetricsEntry>>,
): Readonly<Record<string, MetricSource>> =>
  Object.fromEntries(
    Object.entries(entries).map(([name, { prometheus, tokenSecret, allow }]) => [
      name,
      { prometheus, allow, ...(tokenSecret === undefined ? {} : { tokenSecret }) },
    ]),
  );

const probeGate = ({ probe, below, minSamples, consecutive }: ProbeEntry): GateSpec => ({
  kind: 'probe',
  check: checkOf(probe),
  rate: ratePerSecond(probe.rate),
  timeoutMs: durationMs(probe.timeout),
  failuresBelow: below.failures,
  minSamples,
  consecutive,
});

const checkOf = (probe: ProbeEntry['probe']): Check => {
  if ('tcp' in probe) return { tcp: probe.tcp };
  if ('tls' in probe) return { tls: probe.tls, minDaysLeft: probe.minDaysLeft };
  return { http: probe.http, status: probe.status, ...(probe.body === undefined ? {} : { body: probe.body }) };
};

const metricGate = ({ metric, failAbove, failBelow, minRequests, interval, maxAge }: MetricEntry): GateSpec => ({
  kind: 'metric',
  source: metric.prometheus,
  query: 'query' in metric ? { value: metric.query } : { errors: metric.errors, requests: metric.requests },
  ...(failAbove === undefined ? {} : { failAbove }),
  ...(failBelow === undefined ? {} : { failBelow }),
  minRequests,
  intervalMs: durationMs(interval),
  maxAgeMs: durationMs(maxAge),
});
