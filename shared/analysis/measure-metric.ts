import type { MetricGate } from '../rollout/gate.ts';
import { type MetricSource, placeOf } from '../rollout/metric-source.ts';
import { PlaceholderUnknown } from '../rollout/placeholders.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement } from '../rollout/verdict.ts';
import { assessMetric, type Measurement } from './assess-metric.ts';
import type { Counts } from './counts.ts';
import { fillQuery, PlaceholderRefused } from './fill-query.ts';
import { failure, NO_SERIES } from './sample.ts';
import type { Worst } from './scrape/scrape-reader.ts';
import { openReader } from './stores/open-reader.ts';
import { type Reading, type StoreOutside, type StoreReader, unread } from './stores/reading.ts';
import type { StoreTools } from './stores/store-tools.ts';

export interface MetricOrder {
  readonly name: string;
  readonly gate: MetricGate;
  readonly source: MetricSource;
  readonly target: Target;
  /** As of another moment than now, of a store that can be asked for it. */
  readonly at?: number;
}

/** Measures a metric gate on one target and judges what was found, as `takeMeasurement` and `assessMetric` do. */
export const measureMetric = async (
  order: MetricOrder,
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
): Promise<Judgement> => assessMetric(order.gate, await takeMeasurement(order, outside, tools, signal));

/** As `measureMetric`, with what was counted where the gate is of two counts: windows that do not overlap can be added up. */
export const measureWindow = async (
  order: MetricOrder,
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
): Promise<{ readonly judgement: Judgement; readonly counts?: CountedWindow }> => {
  const measurement = await takeMeasurement(order, outside, tools, signal);
  const judgement = assessMetric(order.gate, measurement);
  const counts = countedWindow(measurement, judgement);
  return counts === undefined ? { judgement } : { judgement, counts };
};

/** Requests, and those of them that failed, of a stretch of time. */
export interface CountedWindow extends Counts {
  readonly from: number;
  readonly to: number;
}

/** Counts that a store extrapolates are rounded. What is old, or no counts at all, is not counted. */
const countedWindow = ({ found, ages, window }: Measurement, { verdict }: Judgement): CountedWindow | undefined => {
  if ('value' in found || found.errors.kind !== 'value' || found.requests.kind !== 'value') return undefined;
  const [requests, failures] = [Math.round(found.requests.value), Math.round(found.errors.value)];
  const isSound = Number.isSafeInteger(requests) && failures >= 0 && failures <= requests;
  const areYoung = ages.length > 0 && ages.every(({ seconds }) => seconds.kind === 'value');
  return isSound && areYoung && verdict !== 'error' ? { requests, failures, ...window } : undefined;
};

/**
 * Asks what a metric gate needs of one target, of whatever store. Reads only; a store that can not be asked is part of what was found
 * (`error`), not a throw. Rejects when `signal` aborts.
 */
export const takeMeasurement = async (
  { name, gate, source, target, at }: MetricOrder,
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
): Promise<Measurement> => {
  const { query } = gate;
  const asked = 'value' in query ? [query.value] : [query.errors, query.requests];
  const base = { gate: name, target: target.name, source: `${gate.source} (${placeOf(source)})` };
  try {
    const reader = readerOf({ gate, source, target, at }, outside, tools, signal);
    const queries = asked.map((text) => fillQuery(text, target, reader.language));
    const { readings, window } = await reader.read(queries);
    const [first = NOT_READ, second] = readings;
    const found = second === undefined ? oneValue(first) : await twoCounts([first, second], queries, gate, reader);
    return { ...base, query: queries.join(' / '), window, ...found };
  } catch (error) {
    if (!(error instanceof PlaceholderUnknown || error instanceof PlaceholderRefused)) throw error;
    const asOf = at ?? outside.clock.now();
    return {
      ...base,
      query: asked.join(' / '),
      window: { from: asOf, to: asOf },
      ...oneValue(unread(failure(error.message), 'the query')),
    };
  }
};

/** The reader of what a gate asks of one target. Of a store that can not be asked for another moment it says so. */
export const readerOf = (
  { gate, source, target, at }: Pick<MetricOrder, 'gate' | 'source' | 'target'> & { readonly at: number | undefined },
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
): StoreReader => {
  const reader = openReader(source, target, rulesOf(gate), outside, tools, signal);
  // What has not arrived yet would make the newest window look better, or emptier, than it is.
  const { lagMs } = source;
  if (at === undefined) return lagMs === undefined ? reader : (reader.asOf?.(outside.clock.now() - lagMs) ?? reader);
  const missing = failure('this store can not be asked for another time than now');
  return (
    reader.asOf?.(at) ?? {
      language: reader.language,
      read: async (queries) => ({
        readings: queries.map((query) => unread(missing, query)),
        window: { from: at, to: at },
      }),
    }
  );
};

const NOT_READ = unread(failure('nothing was asked'), 'the query');

type Found = Pick<Measurement, 'found' | 'ages' | 'note' | 'points'>;

const oneValue = ({ sample, ages, points }: Reading): Found => ({
  found: { value: sample },
  ages,
  ...(points === undefined ? {} : { points }),
});

/**
 * Two counts. Where there is no series of errors and requests are reported, that counts as 0 if the store can tell that nothing failed,
 * or else if the gate says that errors may be absent.
 */
const twoCounts = async (
  [errors, requests]: readonly [Reading, Reading],
  [errorsQuery = '', requestsQuery = '']: readonly string[],
  gate: MetricGate,
  reader: StoreReader,
): Promise<Found> => {
  const asked = requests.sample;
  const isEmpty = errors.sample.kind === 'nodata' && errors.sample.reason === NO_SERIES;
  if (isEmpty && asked.kind === 'value' && asked.value > 0) {
    const isKnown = (await reader.hasNoErrors?.(errorsQuery, requestsQuery)) === true;
    if (isKnown || gate.errorsMayBeAbsent === true) {
      const because = isKnown ? 'since requests are reported' : 'as the gate says';
      const note = `no series of errors, which counts as 0 ${because}`;
      const none = { kind: 'value', value: 0, at: asked.at } as const;
      return { found: { errors: none, requests: asked }, ages: requests.ages, note };
    }
  }
  // Of what is not there the age is not either: that it is missing says more.
  const ages = isEmpty ? requests.ages : [...errors.ages, ...requests.ages];
  return { found: { errors: errors.sample, requests: asked }, ages };
};

const rulesOf = ({ windowMs, time, failAbove, failBelow }: MetricGate) => {
  const worst: Worst = failAbove === undefined ? 'lowest' : failBelow === undefined ? 'highest' : undefined;
  return {
    worst,
    ...(windowMs === undefined ? {} : { windowMs }),
    ...(time === undefined ? {} : { time }),
  };
};
