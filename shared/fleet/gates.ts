import type { Comparison } from '../rollout/comparison.ts';
import type {
  Check,
  EvidenceTest,
  GateSpec,
  GateTest,
  HttpPhase,
  MetricGate,
  RunLimits,
  TestGate,
} from '../rollout/gate.ts';
import { defaultMaxAgeMs, kindOf } from '../rollout/metric-source.ts';
import type { ScoreGate } from '../rollout/score-gate.ts';
import type { Wave } from '../rollout/wave.ts';
import type { GateEntry, MetricsEntry } from './config.ts';
import { durationMs, ratePerSecond } from './duration.ts';

type ProbeEntry = Extract<GateEntry, { probe: unknown }>;
type MetricEntry = Extract<GateEntry, { metric: unknown }>;
type ScoreEntry = Extract<GateEntry, { score: unknown }>;
type TestEntry = Extract<GateEntry, { tests: unknown }>;
type AlertEntry = Extract<GateEntry, { alerts: unknown }>;
type BudgetEntry = Extract<GateEntry, { budget: unknown }>;

/** The gates of the config in the words of the rollout, durations in milliseconds. */
export const toGates = (
  entries: Readonly<Record<string, GateEntry>>,
  waves: readonly Pick<Wave, 'gates' | 'targets'>[],
  stores: Readonly<Record<string, MetricsEntry>>,
): Readonly<Record<string, GateSpec>> => {
  const of = sharing(entries, waves, (entry) => ('test' in entry && isByEvidence(entry.test) ? 1 : 0));
  const compared = sharing(entries, waves, comparisonsIn);
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [
      name,
      {
        ...('probe' in entry
          ? probeGate(entry, of)
          : 'alerts' in entry
            ? alertGate(entry)
            : 'budget' in entry
              ? budgetGate(entry, stores)
              : 'tests' in entry
                ? testGate(entry)
                : 'score' in entry
                  ? scoreGate(entry, compared, stores)
                  : metricGate(entry, { of, compared }, stores)),
        ...(entry.effect === 'report' ? { effect: entry.effect } : {}),
      },
    ]),
  );
};

/** A metric gate is looked at in two ways: by all counts since the write together, and by each window alone, of which so many share. */
const LOOKS = 100;

/** What is compared with a baseline: a metric by itself, and each of a score. */
const comparisonsIn = (entry: GateEntry): number => {
  if ('score' in entry) return Object.keys(entry.score.metrics).length;
  return 'metric' in entry && entry.baseline !== undefined ? 1 : 0;
};

/** Among how many tests the level of a wave is shared: those of its gates times its targets, in the widest of the waves. */
const sharing = (
  entries: Readonly<Record<string, GateEntry>>,
  waves: readonly Pick<Wave, 'gates' | 'targets'>[],
  testsIn: (entry: GateEntry) => number,
): number => {
  const count = (sum: number, name: string) => {
    const entry = entries[name];
    return sum + (entry === undefined ? 0 : testsIn(entry));
  };
  return Math.max(1, ...waves.map(({ gates, targets }) => gates.reduce(count, 0) * targets.length));
};

const isByEvidence = (test: string): test is EvidenceTest['kind'] => test === 'sequential' || test === 'objective';

const testOf = (
  {
    test,
    level,
    severity = 'page',
  }: Pick<MetricEntry, 'test' | 'level'> & { readonly severity?: MetricEntry['severity'] },
  share: Pick<EvidenceTest, 'of' | 'looks'>,
): { readonly test?: GateTest } => {
  if (test === 'burn') return { test: { kind: test, severity } };
  return isByEvidence(test) ? { test: { kind: test, level, ...share } } : {};
};

const probeGate = (
  { probe, below, minSamples, consecutive, mustFail, quorum, ...rest }: ProbeEntry,
  of: number,
): GateSpec => ({
  kind: 'probe',
  check: checkOf(probe),
  rate: ratePerSecond(probe.rate),
  timeoutMs: durationMs(probe.timeout),
  failuresBelow: below.failures,
  minSamples,
  consecutive,
  ...given('mustFail', mustFail),
  ...given('quorum', quorum),
  ...testOf(rest, { of }),
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

/** How old the newest point may be: as it is given, else what suits the store. */
const maxAgeOf = (given: string | undefined, store: MetricsEntry | undefined, windowMs: number | undefined): number =>
  given === undefined
    ? defaultMaxAgeMs(store === undefined ? 'prometheus' : kindOf(store), windowMs)
    : durationMs(given);

/** Each metric of a score as the metric gate that asks it, and what it weighs. */
const scoreGate = (
  { score, interval, maxAge, level }: ScoreEntry,
  of: number,
  stores: Readonly<Record<string, MetricsEntry>>,
): ScoreGate => {
  const { metrics, baseline, pass, marginal, onMarginal, groups: weights } = score;
  const intervalMs = durationMs(interval);
  const scored = ([name, metric]: readonly [string, ScoreEntry['score']['metrics'][string]]) => {
    const { source, group = name, critical, mostRise = 1 } = metric;
    const windowMs = metric.window === undefined ? undefined : durationMs(metric.window);
    const asked: MetricGate = {
      kind: 'metric',
      source,
      query: queryOf(metric),
      minRequests: 'errors' in metric ? metric.minRequests : 1,
      ...('errors' in metric ? given('errorsMayBeAbsent', metric.errorsMayBeAbsent) : {}),
      ...given('windowMs', windowMs),
      intervalMs,
      maxAgeMs: maxAgeOf(maxAge, stores[source], windowMs),
    };
    const { bad = 'higher', mostExceeds, mostDeviations } = 'query' in metric ? metric : {};
    const effects = { ...given('mostExceeds', mostExceeds), ...given('mostDeviations', mostDeviations) };
    return [
      name,
      { metric: asked, comparison: { baseline, bad, level, of, mostRise, ...effects }, group, critical },
    ] as const;
  };
  const rules = { pass, marginal, weights, onMarginal, intervalMs };
  return { kind: 'score', metrics: Object.fromEntries(Object.entries(metrics).map(scored)), ...rules };
};

const queryOf = (metric: { readonly query: string } | { readonly errors: string; readonly requests: string }) =>
  'query' in metric ? { value: metric.query } : { errors: metric.errors, requests: metric.requests };

/** A burn rate of what is probed on schedule asks no store. */
const probedGate = (
  probe: string,
  { failAbove, minRequests, interval, ...rest }: Omit<MetricEntry, 'metric'>,
): MetricGate => ({
  kind: 'metric',
  source: 'scheduled probes',
  query: { errors: `gate ${probe}`, requests: `gate ${probe}` },
  probe,
  ...given('failAbove', failAbove),
  minRequests,
  intervalMs: durationMs(interval),
  maxAgeMs: 0,
  ...testOf(rest, { of: 1 }),
  ...limitsOf(rest),
});

const metricGate = (
  { metric, failAbove, failBelow, minRequests, interval, maxAge, ...rest }: MetricEntry,
  { of, compared }: { readonly of: number; readonly compared: number },
  stores: Readonly<Record<string, MetricsEntry>>,
): MetricGate => {
  if ('probe' in metric) return probedGate(metric.probe, { failAbove, minRequests, interval, ...rest });
  const store = stores[metric.source];
  const windowMs = metric.window === undefined ? undefined : durationMs(metric.window);
  return {
    kind: 'metric',
    source: metric.source,
    query: queryOf(metric),
    ...given('failAbove', failAbove),
    ...given('failBelow', failBelow),
    minRequests,
    ...('errors' in metric ? given('errorsMayBeAbsent', metric.errorsMayBeAbsent) : {}),
    ...given('windowMs', windowMs),
    ...given('time', metric.time),
    intervalMs: durationMs(interval),
    maxAgeMs: maxAgeOf(maxAge, store, windowMs),
    ...testOf(rest, { of: 2 * of, looks: LOOKS }),
    ...limitsOf(rest),
    ...comparisonOf(rest, compared),
  };
};

/** Absent where none is written: then what was measured last decides, and no failure is borne. */
const limitsOf = (entry: Partial<MetricEntry>): { readonly limits?: RunLimits } => {
  const { count, failureLimit, inconclusiveLimit, consecutiveErrorLimit, consecutiveSuccessLimit } = entry;
  const written = { count, failureLimit, inconclusiveLimit, consecutiveErrorLimit, consecutiveSuccessLimit };
  if (Object.values(written).every((value) => value === undefined)) return {};
  return {
    limits: {
      ...given('count', count),
      failureLimit: failureLimit ?? 0,
      ...given('inconclusiveLimit', inconclusiveLimit),
      ...given('consecutiveErrorLimit', consecutiveErrorLimit),
      consecutiveSuccessLimit: consecutiveSuccessLimit ?? 0,
    },
  };
};

const comparisonOf = (
  { baseline, bad = 'higher', mostRise = 1, level = 0.05 }: Partial<MetricEntry>,
  of: number,
): { readonly comparison?: Comparison } =>
  baseline === undefined ? {} : { comparison: { baseline, bad, mostRise, level, of } };

const budgetGate = ({ budget, maxAge }: BudgetEntry, stores: Readonly<Record<string, MetricsEntry>>): GateSpec => {
  const { objective, window, atLeast, probe, source = '', errors = '', requests = '' } = budget;
  const store = stores[source];
  const windowMs = durationMs(window);
  const metric: MetricGate = {
    kind: 'metric',
    source,
    query: { errors, requests },
    minRequests: 1,
    intervalMs: windowMs,
    maxAgeMs: maxAgeOf(maxAge, store, windowMs),
  };
  return {
    kind: 'budget',
    // As people write it, and not a hair beside it: 1 - 0.999 is 0.0010000000000000009.
    allowed: Number((1 - objective).toPrecision(12)),
    windowMs,
    atLeast,
    counted: probe === undefined ? { metric } : { probe },
  };
};

const testGate = ({ tests, within, when }: TestEntry): GateSpec => ({
  kind: 'test',
  test: testIn(tests),
  withinMs: durationMs(within),
  moments: when === 'both' ? ['before', 'after'] : [when],
});

const testIn = (tests: TestEntry['tests']): TestGate['test'] => {
  if (!('workflow' in tests)) return tests;
  const { workflow, ref, inputs, repository, tokenSecret } = tests;
  return { workflow, ref, inputs, ...given('repository', repository), ...given('tokenSecret', tokenSecret) };
};

const alertGate = ({ alerts, interval, maxAge }: AlertEntry): GateSpec => ({
  kind: 'alerts',
  source: alerts.source,
  labels: alerts.labels,
  ...given('heartbeat', alerts.heartbeat),
  intervalMs: durationMs(interval),
  maxAgeMs: durationMs(maxAge),
});
