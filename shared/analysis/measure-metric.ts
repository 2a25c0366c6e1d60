import type { Outside } from '../outside/outside.ts';
import type { MetricGate, MetricSource } from '../rollout/gate.ts';
import { escapeForPromql, fillPlaceholders } from '../rollout/placeholders.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement } from '../rollout/verdict.ts';
import { type Age, assessMetric, type Measurement } from './assess-metric.ts';
import { type InfluxSource, readInflux } from './influxdb.ts';
import { sampleOf } from './prometheus.ts';
import { longestRange, type Selector, selectorsOf } from './promql.ts';
import { failure, NO_SERIES, type Sample } from './sample.ts';

export interface MetricOrder {
  readonly name: string;
  readonly gate: MetricGate;
  readonly source: MetricSource;
  readonly target: Target;
}

/** Asks one query at the instant of the measurement. */
type Ask = (query: string) => Promise<Sample>;

/** Measures a metric gate on one target and judges what was found, as `takeMeasurement` and `assessMetric` do. */
export const measureMetric = async (
  order: MetricOrder,
  outside: Pick<Outside, 'clock' | 'http' | 'secrets'>,
  signal: AbortSignal,
): Promise<Judgement> => assessMetric(order.gate, await takeMeasurement(order, outside, signal));

/**
 * Asks what a metric gate needs of one target. Everything is asked for one instant, so that two counts and the age of their points
 * belong together. Reads only; a store that can not be asked is part of what was found (`error`), not a throw. Rejects when `signal`
 * aborts.
 */
export const takeMeasurement = async (
  { name, gate, source, target }: MetricOrder,
  outside: Pick<Outside, 'clock' | 'http' | 'secrets'>,
  signal: AbortSignal,
): Promise<Measurement> => {
  if (!('prometheus' in source)) return measureInflux({ name, gate, source, target }, outside, signal);
  const at = outside.clock.now();
  const ask: Ask = (query) => sampleOf(source, query, at, outside, signal);
  const fill = (query: string) => fillPlaceholders(query, target, escapeForPromql);
  const { query, ...measured } =
    'value' in gate.query
      ? await measureValue(fill(gate.query.value), ask)
      : await measureCounts(fill(gate.query.errors), fill(gate.query.requests), ask);
  const window = { from: at - longestRange(query), to: at };
  const store = `${gate.source} (${source.prometheus})`;
  return { gate: name, target: target.name, query, source: store, window, ...measured };
};

/** As `takeMeasurement`. InfluxDB knows no instant: queries say `now()` themselves, and the age of points comes with each. */
const measureInflux = async (
  { name, gate, source, target }: MetricOrder & { readonly source: InfluxSource },
  outside: Pick<Outside, 'clock' | 'http' | 'secrets'>,
  signal: AbortSignal,
): Promise<Measurement> => {
  const at = outside.clock.now();
  const read = (query: string) => readInflux(source, fillPlaceholders(query, target, escapeForPromql), outside, signal);
  const queries = 'value' in gate.query ? [gate.query.value] : [gate.query.errors, gate.query.requests];
  const [first, second] = await Promise.all(queries.map(read));
  const ages = [first, second].flatMap((reading) => (reading === undefined ? [] : [reading.age]));
  const nothing = failure('nothing was asked');
  const found =
    second === undefined
      ? { value: first?.sample ?? nothing }
      : { errors: first?.sample ?? nothing, requests: second.sample };
  const store = `${gate.source} (${Object.values(source)[0]})`;
  return {
    gate: name,
    target: target.name,
    query: queries.join(' / '),
    source: store,
    window: { from: at, to: at },
    found,
    ages,
  };
};

type Measured = Pick<Measurement, 'query' | 'found' | 'ages' | 'note'>;

const measureValue = async (query: string, ask: Ask): Promise<Measured> => {
  const [value, ages] = await Promise.all([ask(query), agesOf(selectorsOf(query), ask)]);
  return { query, found: { value }, ages };
};

/**
 * Two counts. A service without a single error often has no series of errors: that counts as 0 where the requests prove that the
 * target reports, and where the metric the errors are counted by is there at all, so that a misspelt name never reads as no errors.
 */
const measureCounts = async (errors: string, requests: string, ask: Ask): Promise<Measured> => {
  const reads = selectorsOf(requests);
  const [failed, asked, ages] = await Promise.all([ask(errors), ask(requests), agesOf(reads, ask)]);
  const measured = { query: `${errors} / ${requests}`, found: { errors: failed, requests: asked }, ages };
  const isEmpty = failed.kind === 'nodata' && failed.reason === NO_SERIES;
  if (!isEmpty || asked.kind !== 'value' || !(asked.value > 0)) return measured;
  if (!(await areReported(selectorsOf(errors), reads, ask))) return measured;
  const note = 'no series of errors, which counts as 0 since requests are reported';
  return { ...measured, found: { errors: { kind: 'value', value: 0, at: asked.at }, requests: asked }, note };
};

const areReported = async (errors: readonly Selector[], requests: readonly Selector[], ask: Ask): Promise<boolean> => {
  const known = new Set(requests.map(({ name }) => name));
  for (const { name } of errors) {
    if (name === undefined) return false;
    if (known.has(name)) continue;
    const series = await ask(`count(${name})`);
    if (series.kind !== 'value' || !(series.value > 0)) return false;
  }
  return errors.length > 0;
};

/** How old the newest point of each selector is. A point older than the store looks back (Prometheus: 5 min) is no data. */
const agesOf = (selectors: readonly Selector[], ask: Ask): Promise<readonly Age[]> =>
  Promise.all(
    selectors.map(async ({ text }) => ({ selector: text, seconds: await ask(`time() - max(timestamp(${text}))`) })),
  );
