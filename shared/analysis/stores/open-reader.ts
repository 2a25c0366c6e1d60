import type { MetricSource } from '../../rollout/metric-source.ts';
import { escapeForUrl, fillPlaceholders } from '../../rollout/placeholders.ts';
import type { Target } from '../../rollout/target.ts';
import { failure } from '../sample.ts';
import { scrapePods } from '../scrape/scrape-pods.ts';
import { scrapeReader, type Worst } from '../scrape/scrape-reader.ts';
import { scrapeUrl } from '../scrape/scrape-url.ts';
import { cloudwatchReader } from './cloudwatch.ts';
import { datadogReader } from './datadog.ts';
import { influxReader } from './influxdb.ts';
import { jsonReader } from './json.ts';
import { prometheusReader } from './prometheus.ts';
import { type StoreOutside, type StoreReader, unread } from './reading.ts';
import type { StoreTools } from './store-tools.ts';

/** What a gate says beside its queries. */
export interface ReadingRules {
  /** The time a query speaks of, for stores whose queries name none. */
  readonly windowMs?: number;
  /** Pointer to the time of a JSON document. */
  readonly time?: string;
  /** In which direction values are worse. */
  readonly worst: Worst;
}

const DEFAULT_WINDOW_MS = 300_000;
const DEFAULT_APART_MS = 10_000;

/** The reader of a store, for one measurement on one target. Asks nothing yet. */
export const openReader = (
  source: MetricSource,
  target: Target,
  rules: ReadingRules,
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
): StoreReader => {
  const windowMs = rules.windowMs ?? DEFAULT_WINDOW_MS;
  const apartMs = rules.windowMs ?? DEFAULT_APART_MS;
  if ('prometheus' in source) return prometheusReader(source, outside, tools, signal);
  if ('cloudwatch' in source) return cloudwatchReader(source, windowMs, outside, tools, signal);
  if ('datadog' in source) return datadogReader(source, windowMs, outside, signal);
  if ('json' in source) {
    const json = fillPlaceholders(source.json, target, escapeForUrl);
    return jsonReader({ ...source, json }, rules.time, outside, signal);
  }
  if ('scrape' in source) {
    const scrape = fillPlaceholders(source.scrape, target, escapeForUrl);
    return scrapeReader(scrapeUrl({ ...source, scrape }, outside, signal), { apartMs }, outside, signal);
  }
  if ('pods' in source) {
    const worst = source.join === 'worst' ? rules.worst : undefined;
    if (source.join === 'worst' && worst === undefined)
      return refusing('the worst of several pods has one direction; give one threshold, or say join: sum');
    return scrapeReader(scrapePods(source, target, outside, tools, signal), { apartMs, worst }, outside, signal);
  }
  if ('alertmanager' in source) return refusing('Alertmanager has alerts and no metrics; ask it by a gate of alerts');
  return influxReader(source, outside, signal);
};

/** A store that can not be asked what it is asked. */
const refusing = (because: string): StoreReader => ({
  language: 'promql',
  read: async (queries) => ({
    readings: queries.map((query) => unread(failure(because), query)),
    window: { from: 0, to: 0 },
  }),
});
