import { failure, NO_SERIES, nodata, type Sample, valueSample } from '../sample.ts';
import { type Bucket, boundOf, bucketQuantile } from './bucket-quantile.ts';
import { type ExposedSeries, type Exposition, seriesKey } from './exposition.ts';
import { valueTest } from './label-matcher.ts';
import { type Aggregation, type ScrapeQuery, type ScrapeSelector, selectorOf } from './parse-query.ts';

/** What one process exposed, at one or two moments. */
export interface ScrapedProcess {
  readonly first?: { readonly exposition: Exposition; readonly at: number };
  readonly last: { readonly exposition: Exposition; readonly at: number };
}

/** One value, how old its newest point is, and of how many series it is made. */
export interface Evaluated {
  readonly sample: Sample;
  /** Seconds. */
  readonly age: Sample;
  readonly points: number;
}

interface Element {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Epoch milliseconds of the newest point in it. */
  readonly newest: number;
  readonly series: number;
}

/**
 * Evaluates a query on what processes exposed; the series of several processes are added up by their labels first. Several series at
 * the end, a rate of what is no counter, and a point that did not move between the readings are no value.
 */
export const evaluateScrape = (query: ScrapeQuery, processes: readonly ScrapedProcess[], now: number): Evaluated => {
  const found = evaluate(query, processes);
  if ('kind' in found) return { sample: found, age: found, points: 0 };
  const points = found.reduce((sum, { series }) => sum + series, 0);
  const [only, ...others] = found;
  if (only === undefined) {
    const none = nodata(NO_SERIES);
    return { sample: none, age: none, points };
  }
  if (others.length > 0) {
    const many = failure(`the query gives ${others.length + 1} series, expected one; aggregate them, as with sum()`);
    return { sample: many, age: many, points };
  }
  return { sample: valueSample(only.value, now), age: valueSample((now - only.newest) / 1_000, now), points };
};

/** Whether anything of a name is exposed, whatever its labels. */
export const isExposed = (name: string, processes: readonly ScrapedProcess[]): boolean =>
  processes.some(
    ({ last }) =>
      [...last.exposition.series.values()].some((series) => series.name === name) ||
      last.exposition.types.has(familyOf(name)),
  );

type Failed = Exclude<Sample, { kind: 'value' }>;

const evaluate = (query: ScrapeQuery, processes: readonly ScrapedProcess[]): readonly Element[] | Failed => {
  if (query.kind === 'series') return join(processes.map((process) => current(query.selector, process)));
  if (query.kind === 'change') return changes(query.per === 'second' ? 'rate' : 'increase', query.selector, processes);
  if (query.kind === 'quantile') return quantiles(query.quantile, query.of, processes);
  return aggregated(query, processes);
};

const aggregated = (
  query: Extract<ScrapeQuery, { readonly kind: Aggregation }>,
  processes: readonly ScrapedProcess[],
): readonly Element[] | Failed => {
  const of = evaluate(query.of, processes);
  return 'kind' in of ? of : aggregate(query.kind, of);
};

const matching = ({ name, matchers }: ScrapeSelector, { series }: Exposition): readonly ExposedSeries[] => {
  const tests = matchers.map((matcher) => ({ label: matcher.label, test: valueTest(matcher) }));
  return [...series.values()].filter(
    (each) => each.name === name && tests.every(({ label, test }) => test(each.labels[label] ?? '')),
  );
};

const current = (selector: ScrapeSelector, { last }: ScrapedProcess): readonly Element[] =>
  matching(selector, last.exposition).map(({ labels, value, at }) => ({
    labels,
    value,
    newest: at ?? last.at,
    series: 1,
  }));

/** Series of several processes with the same labels are one: what they count together. */
const join = (parts: readonly (readonly Element[])[]): readonly Element[] => {
  if (parts.length === 1) return parts[0] ?? [];
  const joined = new Map<string, Element>();
  for (const element of parts.flat()) {
    const key = seriesKey('', element.labels);
    const before = joined.get(key);
    joined.set(key, before === undefined ? element : added(before, element));
  }
  return [...joined.values()];
};

/** The newest point of a sum is that of its oldest part: one process that stands still must show. */
const added = (a: Element, b: Element): Element => ({
  labels: a.labels,
  value: a.value + b.value,
  newest: Math.min(a.newest, b.newest),
  series: a.series + b.series,
});

const familyOf = (name: string): string => name.replace(/_(total|bucket|count|sum|created)$/, '');

const changes = (
  kind: 'rate' | 'increase',
  selector: ScrapeSelector,
  processes: readonly ScrapedProcess[],
): readonly Element[] | Failed => {
  const parts: (readonly Element[])[] = [];
  for (const process of processes) {
    const { types } = process.last.exposition;
    const type = types.get(selector.name) ?? types.get(familyOf(selector.name));
    if (type === 'gauge' || type === 'info' || type === 'stateset' || type === 'gaugehistogram')
      return failure(`${selector.name} is a ${type}, of which there is no ${kind}`);
    const elements = changesOf(kind, selector, process);
    if ('kind' in elements) return elements;
    parts.push(elements);
  }
  return join(parts);
};

/**
 * What counters grew by between the readings. One that is lower than before began anew, and what it shows now is what it grew by; so did
 * one that was not there before.
 */
const changesOf = (
  kind: 'rate' | 'increase',
  selector: ScrapeSelector,
  { first, last }: ScrapedProcess,
): readonly Element[] | Failed => {
  if (first === undefined) return failure('there is only one reading, and a rate takes two');
  const elements: Element[] = [];
  for (const { name, labels, value, at } of matching(selector, last.exposition)) {
    const before = first.exposition.series.get(seriesKey(name, labels));
    const elapsedMs = at !== undefined && before?.at !== undefined ? at - before.at : last.at - first.at;
    if (!(elapsedMs > 0)) return nodata(`${name} has no new point since the first reading`);
    const grown = before === undefined || value < before.value ? value : value - before.value;
    const change = kind === 'rate' ? grown / (elapsedMs / 1_000) : grown;
    elements.push({ labels, value: change, newest: at ?? last.at, series: 1 });
  }
  return elements;
};

const AGGREGATES: Readonly<Record<Aggregation, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((total, value) => total + value, 0),
  // A NaN among them stays: what is not known of a part is not known of the whole.
  max: (values) => values.reduce((most, value) => Math.max(most, value)),
  min: (values) => values.reduce((least, value) => Math.min(least, value)),
  avg: (values) => values.reduce((total, value) => total + value, 0) / values.length,
  count: (values) => values.length,
};

const aggregate = (kind: Aggregation, of: readonly Element[]): readonly Element[] => {
  if (of.length === 0) return [];
  const value = AGGREGATES[kind](of.map((each) => each.value));
  const newest = of.reduce((oldest, each) => Math.min(oldest, each.newest), Infinity);
  const series = of.reduce((total, each) => total + each.series, 0);
  return [{ labels: {}, value, newest, series }];
};

/** A quantile of each histogram; with `sum` around its buckets, of all of them together. The name may be the histogram's own. */
const quantiles = (
  quantile: number,
  of: ScrapeQuery,
  processes: readonly ScrapedProcess[],
): readonly Element[] | Failed => {
  const summed = of.kind === 'sum';
  if (of.kind !== 'sum' && (of.kind === 'quantile' || 'of' in of))
    return failure(`histogram_quantile takes buckets, not the ${of.kind} of something`);
  const inner = withBuckets(summed ? of.of : of, processes);
  const buckets = evaluate(inner, processes);
  if ('kind' in buckets) return buckets;
  const groups = new Map<string, { readonly labels: Element['labels']; readonly elements: Element[] }>();
  for (const element of buckets) {
    if (boundOf(element.labels.le) === undefined) continue;
    const { le: _, ...rest } = element.labels;
    const labels = summed ? {} : rest;
    const group = groups.get(seriesKey('', labels)) ?? { labels, elements: [] };
    group.elements.push(element);
    groups.set(seriesKey('', labels), group);
  }
  if (groups.size === 0 && buckets.length > 0)
    return failure(`${selectorOf(of).name} has no buckets (label le); a summary has its quantiles as series`);
  return [...groups.values()].map(({ labels, elements }) => ({
    labels,
    value: bucketQuantile(quantile, elements.flatMap(bucketOf)),
    newest: Math.min(...elements.map(({ newest }) => newest)),
    series: elements.reduce((sum, { series }) => sum + series, 0),
  }));
};

const bucketOf = ({ labels, value }: Element): readonly Bucket[] => {
  const upper = boundOf(labels.le);
  return upper === undefined ? [] : [{ upper, count: value }];
};

/** `name` stands for `name_bucket` where only the latter is exposed. */
const withBuckets = (query: ScrapeQuery, processes: readonly ScrapedProcess[]): ScrapeQuery => {
  if (!('selector' in query)) return query;
  const { name } = query.selector;
  const isThere = processes.some(({ last }) => [...last.exposition.series.values()].some((each) => each.name === name));
  return isThere ? query : { ...query, selector: { ...query.selector, name: `${name}_bucket` } };
};
