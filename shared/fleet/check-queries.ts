import { keepsCounts } from '../rollout/asked-window.ts';
import { kindOf, type StoreKind } from '../rollout/metric-source.ts';
import type { AssessQuery } from './assess-query.ts';
import { fillShortest } from './check-asked-over.ts';
import type { GateEntry, MetricsEntry, WaveEntry } from './config.ts';
import { durationMs } from './duration.ts';
import type { Entries } from './entries.ts';
import { nearestOf } from './nearest.ts';
import { pointerOf, valueAt } from './pointer.ts';
import type { Finding } from './problem.ts';

type MetricEntry = Extract<GateEntry, { metric: unknown }>;
type BudgetEntry = Extract<GateEntry, { budget: unknown }>;

/** Kinds of store that have alerts. */
const WITH_ALERTS: readonly StoreKind[] = ['prometheus', 'alertmanager', 'influxdb2', 'cloudwatch'];

/**
 * What is wrong between a gate and the store it asks: that it is not there, has nothing of the kind, could not read the query, or looks
 * back for longer than a wave soaks. `users`: the waves that have the gate; `value`: the config as it was written.
 */
export const checkQueries = (
  name: string,
  gate: GateEntry,
  users: readonly WaveEntry[],
  metrics: Entries['metrics'],
  value: unknown,
  assess: AssessQuery,
): readonly Finding[] => {
  if ('score' in gate) return [];
  const source = sourceOf(gate);
  if (source === undefined || 'probe' in gate || 'tests' in gate) return [];
  const path = sourcePath(name, gate, value);
  const found = storeAt(source, path, metrics);
  if ('findings' in found) return found.findings;
  const { store } = found;
  if ('alerts' in gate) return checkAlerts(gate.alerts, source, kindOf(store), path);
  if ('budget' in gate) return checkCounts(name, gate.budget, kindOf(store), assess);
  if ('probe' in gate.metric) return [];
  const hasTwoThresholds = gate.failAbove !== undefined && gate.failBelow !== undefined;
  const asked = { metric: gate.metric, at: ['gates', name, 'metric'], isBurn: gate.test === 'burn', hasTwoThresholds };
  return checkMetric(asked, users, store, path, assess);
};

/** The store that a path of the config names, or why there is none. */
export const storeAt = (
  source: string,
  path: readonly string[],
  metrics: Entries['metrics'],
): { readonly store: MetricsEntry } | { readonly findings: readonly Finding[] } => {
  if (!metrics.names.has(source)) return { findings: [unknownStore(source, path, metrics.names)] };
  const store = metrics.sound.get(source);
  if (store === undefined) return { findings: [] };
  if (path.at(-1) !== 'prometheus' || 'prometheus' in store) return { store };
  const what = `the store ${source} is of ${kindOf(store)}`;
  return { findings: [invalid(path, what, 'a store of prometheus', `write source: ${source}`)] };
};

/** Name of the store that a gate asks, where it asks one. A score asks as many as it has metrics. */
export const sourceOf = (gate: GateEntry): string | undefined => {
  if ('probe' in gate || 'tests' in gate || 'score' in gate) return undefined;
  if ('alerts' in gate) return gate.alerts.source;
  if ('budget' in gate) return gate.budget.source;
  return 'probe' in gate.metric ? undefined : gate.metric.source;
};

/** What can be known of the counts of a budget. How far they look back is the budget's own to say. */
const checkCounts = (
  name: string,
  budget: BudgetEntry['budget'],
  kind: StoreKind,
  assess: AssessQuery,
): readonly Finding[] =>
  (['errors', 'requests'] as const).flatMap((field) => {
    const text = budget[field];
    const fault = text === undefined ? undefined : assess(kind, fillShortest(text, kind)).fault;
    return fault === undefined ? [] : [invalid(['gates', name, 'budget', field], fault.what, fault.expected)];
  });

/** Where a gate names its store: a metric's may be written `prometheus`. */
export const sourcePath = (name: string, gate: GateEntry, value: unknown): readonly string[] => {
  return sourceWord(['gates', name, 'alerts' in gate ? 'alerts' : 'budget' in gate ? 'budget' : 'metric'], value);
};

/** By which of its two words a store is named. */
export const sourceWord = (path: readonly string[], value: unknown): readonly string[] => {
  const isOld =
    valueAt(value, [...path, 'source']) === undefined && valueAt(value, [...path, 'prometheus']) !== undefined;
  return [...path, isOld ? 'prometheus' : 'source'];
};

const unknownStore = (source: string, path: readonly string[], names: ReadonlySet<string>): Finding => {
  const nearest = nearestOf(source, names);
  const what = `there is no metric store ${JSON.stringify(source.slice(0, 80))}`;
  const finding = { code: 'UNKNOWN_METRICS', path: pointerOf(path), what, expected: 'a name of metrics' };
  return nearest === undefined ? finding : { ...finding, nearest };
};

const invalid = (path: readonly string[], what: string, expected: string, fix?: string): Finding => ({
  code: 'GATE_INVALID',
  path: pointerOf(path),
  what,
  expected,
  ...(fix === undefined ? {} : { fix }),
});

/** What was before is asked of stores that can be asked for another time than now. */
export const checkBaseline = (source: string, store: MetricsEntry, path: readonly string[]): readonly Finding[] => {
  const kind = kindOf(store);
  if (keepsCounts(kind)) return [];
  const what = `a baseline is asked for another time than now, and ${source} is of ${kind}`;
  return [invalid(path, what, 'a store of prometheus, influxdb, cloudwatch or datadog')];
};

const checkAlerts = (
  { heartbeat }: Extract<GateEntry, { alerts: unknown }>['alerts'],
  source: string,
  kind: StoreKind,
  path: readonly string[],
): readonly Finding[] => {
  if (!WITH_ALERTS.includes(kind))
    return [
      invalid(path, `the store ${source} is of ${kind}, which has no alerts`, `a store of ${WITH_ALERTS.join(', ')}`),
    ];
  if (heartbeat === undefined || kind === 'alertmanager') return [];
  const what = `the store ${source} is of ${kind}, which tells by itself whether rules are evaluated`;
  return [invalid([...path.slice(0, -1), 'heartbeat'], what, 'no heartbeat, or a store of alertmanager')];
};

/** Kinds of store that are asked for a time which the gate says, or that has a default. */
const ASKED_FOR: Readonly<Partial<Record<StoreKind, { readonly ms: number; readonly lateMs: number }>>> = {
  cloudwatch: { ms: 300_000, lateMs: 180_000 },
  datadog: { ms: 300_000, lateMs: 0 },
  scrape: { ms: 10_000, lateMs: 0 },
  pods: { ms: 10_000, lateMs: 0 },
};

/** What is asked of a store, by a metric gate or by one metric of a score. */
interface AskedMetric {
  readonly metric: Exclude<MetricEntry['metric'], { probe: unknown }>;
  /** Where it is written. */
  readonly at: readonly string[];
  readonly isBurn: boolean;
  readonly hasTwoThresholds: boolean;
}

/** What can be known of what is asked without asking it. */
export const checkMetric = (
  { metric, at: place, isBurn, hasTwoThresholds }: AskedMetric,
  users: readonly WaveEntry[],
  store: MetricsEntry,
  path: readonly string[],
  assess: AssessQuery,
): readonly Finding[] => {
  const kind = kindOf(store);
  const at = (field: string): readonly string[] => [...place, field];
  if (kind === 'alertmanager')
    return [
      invalid(path, `the store ${metric.source} has alerts and no metrics`, 'a gate of alerts, or another store'),
    ];
  const asked = ASKED_FOR[kind];
  const windowMs = metric.window === undefined ? (asked?.ms ?? 0) : durationMs(metric.window);
  const texts = 'query' in metric ? { query: metric.query } : { errors: metric.errors, requests: metric.requests };
  const filled = (text: string): string => (isBurn ? fillShortest(text, kind) : text);
  const assessed = Object.entries(texts).map(([field, text]) => ({ field, ...assess(kind, filled(text)) }));
  const longest = assessed.reduce((most, each) => (each.windowMs > most.windowMs ? each : most), {
    field: metric.window === undefined ? (Object.keys(texts)[0] ?? 'query') : 'window',
    windowMs: asked === undefined ? 0 : windowMs,
  });
  const isJoined = 'pods' in store && store.join === 'worst';
  return [
    ...assessed.flatMap(({ field, fault }) =>
      fault === undefined ? [] : [invalid(at(field), fault.what, fault.expected)],
    ),
    ...(metric.window !== undefined && asked === undefined
      ? [invalid(at('window'), `a query of ${kind} says itself how far it looks back`, 'no window beside it')]
      : []),
    ...(metric.window !== undefined && (kind === 'scrape' || kind === 'pods') && windowMs > 60_000
      ? [
          invalid(
            at('window'),
            `two readings would be ${metric.window} apart`,
            'at most 60s',
            'a store keeps longer times',
          ),
        ]
      : []),
    ...(metric.time !== undefined && kind !== 'json'
      ? [invalid(at('time'), `a store of ${kind} tells the age of its points by itself`, 'no time beside it')]
      : []),
    ...(isJoined && ('errors' in metric || hasTwoThresholds)
      ? [
          invalid(
            path,
            'the worst of several pods is of one value with one threshold',
            'query and one threshold, or join: sum',
          ),
        ]
      : []),
    ...checkSoak(longest, users, (asked?.lateMs ?? 0) + lagMsOf(store), at),
  ];
};

/** How long points take to be in a store, where it says so. */
const lagMsOf = (store: MetricsEntry): number =>
  'lag' in store && store.lag !== undefined ? durationMs(store.lag) : 0;

/** At the end of the soak the query would still speak of the time before the last write. */
const checkSoak = (
  { field, windowMs }: { readonly field: string; readonly windowMs: number },
  users: readonly WaveEntry[],
  lateMs: number,
  at: (field: string) => readonly string[],
): readonly Finding[] => {
  const reach = windowMs + (windowMs === 0 ? 0 : lateMs);
  const short = users.find(({ soak }) => soak !== undefined && durationMs(soak) < reach);
  if (short === undefined) return [];
  const late = lateMs === 0 ? '' : `, as of ${lateMs / 1_000} s ago`;
  const what = `it looks back ${windowMs / 1_000} s${late}, and wave ${short.name} soaks for ${short.soak}`;
  const fix = 'at the end of the soak it would still speak of the time before the release';
  return [invalid(at(field), what, 'a time within the soak of each wave', fix)];
};
