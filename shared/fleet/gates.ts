import type { Check, GateSpec, HttpPhase, SequentialTest } from '../rollout/gate.ts';
import { defaultMaxAgeMs, kindOf } from '../rollout/metric-source.ts';
import type { Wave } from '../rollout/wave.ts';
import type { GateEntry, MetricsEntry } from './config.ts';
import { durationMs, ratePerSecond } from './duration.ts';

type ProbeEntry = Extract<GateEntry, { probe: unknown }>;
type MetricEntry = Extract<GateEntry, { metric: unknown }>;
type AlertEntry = Extract<GateEntry, { alerts: unknown }>;

/** The gates of the config in the words of the rollout, durations in milliseconds. */
export const toGates = (
  entries: Readonly<Record<string, GateEntry>>,
  waves: readonly Pick<Wave, 'gates' | 'targets'>[],
  stores: Readonly<Record<string, MetricsEntry>>,
): Readonly<Record<string, GateSpec>> => {
  const of = sharing(entries, waves);
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [
      name,
      'probe' in entry ? probeGate(entry, of) : 'alerts' in entry ? alertGate(entry) : metricGate(entry, of, stores),
    ]),
  );
};

/** Counts of a metric gate are of a window of their own at each look: so many looks share its level. */
const LOOKS = 100;

/** Among how many tests the level of a wave is shared: its sequential gates times its targets, in the widest of the waves. */
const sharing = (
  entries: Readonly<Record<string, GateEntry>>,
  waves: readonly Pick<Wave, 'gates' | 'targets'>[],
): number => {
  const sequential = (name: string) => {
    const entry = entries[name];
    return entry !== undefined && 'test' in entry && entry.test === 'sequential';
  };
  return Math.max(1, ...waves.map(({ gates, targets }) => gates.filter(sequential).length * targets.length));
};

const testOf = ({ test, level }: Pick<ProbeEntry, 'test' | 'level'>, of: number): { readonly test?: SequentialTest } =>
  test === 'sequential' ? { test: { kind: test, level, of } } : {};

const probeGate = ({ probe, below, minSamples, consecutive, ...rest }: ProbeEntry, of: number): GateSpec => ({
  kind: 'probe',
  check: checkOf(probe),
  rate: ratePerSecond(probe.rate),
  timeoutMs: durationMs(probe.timeout),
  failuresBelow: below.failures,
  minSamples,
  consecutive,
  ...testOf(rest, of),
});

const checkOf = (probe: ProbeEntry['probe']): Check => {
  const family = probe.ip === undefined ? {} : { family: probe.ip };
  if ('grpc' in probe) return { grpc: probe.grpc, service: probe.service, secure: probe.tls, ...family };
  if ('tcp' in probe) return { tcp: probe.tcp, ...family };
  if ('tls' in probe) {
    const { tls, minDaysLeft, name, minVersion } = probe;
    return { tls, minDaysLeft, ...given('name', name), ...given('minVersion', minVersion), ...family };
  }
  if ('dns' in probe) {
    const { dns, type, server, rcode, addresses } = probe;
    const asked = { ...given('type', type), ...given('server', server), ...given('rcode', rcode) };
    return { dns, ...asked, ...given('addresses', addresses), ...family };
  }
  if ('ws' in probe) return { ws: probe.ws, ...given('echo', probe.echo), ...family };
  if ('stream' in probe) return { stream: probe.stream, holdMs: durationMs(probe.hold), ...family };
  return {
    http: probe.http,
    status: probe.status,
    ...given('body', probe.body),
    ...given('bodyMatches', probe.bodyMatches),
    ...given('headers', probe.headers),
    ...given('json', probe.json),
    ...(probe.within === undefined ? {} : { withinMs: durationMs(probe.within) }),
    ...(probe.phases === undefined ? {} : { phasesWithinMs: inMs(probe.phases) }),
    ...given('mostBytes', probe.mostBytes),
    ...(probe.redirects === 0 ? {} : { redirects: probe.redirects }),
    ...family,
  };
};

const inMs = (phases: Readonly<Partial<Record<HttpPhase, string>>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(phases).map(([phase, text]) => [phase, durationMs(text)]));

/** A member that is left out where it was not given. */
const given = <Name extends string, Value>(name: Name, value: Value | undefined): { readonly [N in Name]?: Value } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]: Value });

const metricGate = (
  { metric, failAbove, failBelow, minRequests, interval, maxAge, ...rest }: MetricEntry,
  of: number,
  stores: Readonly<Record<string, MetricsEntry>>,
): GateSpec => {
  const store = stores[metric.source];
  const windowMs = metric.window === undefined ? undefined : durationMs(metric.window);
  return {
    kind: 'metric',
    source: metric.source,
    query: 'query' in metric ? { value: metric.query } : { errors: metric.errors, requests: metric.requests },
    ...given('failAbove', failAbove),
    ...given('failBelow', failBelow),
    minRequests,
    ...('errors' in metric ? given('errorsMayBeAbsent', metric.errorsMayBeAbsent) : {}),
    ...given('windowMs', windowMs),
    ...given('time', metric.time),
    intervalMs: durationMs(interval),
    maxAgeMs:
      maxAge === undefined
        ? defaultMaxAgeMs(store === undefined ? 'prometheus' : kindOf(store), windowMs)
        : durationMs(maxAge),
    ...testOf(rest, of * LOOKS),
  };
};

const alertGate = ({ alerts, interval, maxAge }: AlertEntry): GateSpec => ({
  kind: 'alerts',
  source: alerts.source,
  labels: alerts.labels,
  ...given('heartbeat', alerts.heartbeat),
  intervalMs: durationMs(interval),
  maxAgeMs: durationMs(maxAge),
});
