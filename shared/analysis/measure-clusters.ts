import type { Clusters } from '../rollout/clusters.ts';
import { clustersOf } from './clusters.ts';
import { countWindows } from './count-windows.ts';
import type { Counts } from './counts.ts';
import { fillQuery } from './fill-query.ts';
import { type MetricOrder, measureWindow, readerOf } from './measure-metric.ts';
import { NO_SERIES } from './sample.ts';
import type { Series, Span, StoreOutside } from './stores/reading.ts';
import type { StoreTools } from './stores/store-tools.ts';

/** Windows of the past: so many show clusters that last for a tenth of them. Of a store that is asked for one at a time, fewer. */
const WINDOWS = 120;
const WINDOWS_ONE_BY_ONE = 30;

/**
 * How failures came in clusters before a moment: `clustersOf` of the windows that end there, by two questions over a range where the
 * store has them. `undefined` where the store could not be asked.
 */
export const measureClusters = async (
  order: MetricOrder & { readonly at: number },
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
): Promise<Clusters | undefined> => {
  const windows = await readPast(order, outside, tools, signal);
  return windows === undefined ? undefined : clustersOf(windows);
};

const readPast = async (
  order: MetricOrder & { readonly at: number },
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
): Promise<readonly Counts[] | undefined> => {
  const { gate, target, at } = order;
  const { query } = gate;
  if ('value' in query) return undefined;
  const reader = readerOf(order, outside, tools, signal);
  if (reader.series === undefined) {
    return countWindows(order, Infinity, outside, tools, signal, WINDOWS_ONE_BY_ONE);
  }
  const { counts, judgement } = await measureWindow(order, outside, tools, signal);
  if (counts === undefined) return judgement.verdict === 'error' ? undefined : [];
  if (counts.to <= counts.from) return [];
  const stepMs = counts.to - counts.from;
  const span: Span = { from: at - (WINDOWS - 1) * stepMs, to: at, stepMs };
  const [errors, requests] = [query.errors, query.requests].map((text) => fillQuery(text, target, reader.language));
  const [failed, asked] = await Promise.all([reader.series(errors ?? '', span), reader.series(requests ?? '', span)]);
  return joined(failed, asked);
};

/**
 * Requests at each moment with the errors there; where there is no point of errors nothing had failed yet. What could not be read is not
 * known.
 */
const joined = (errors: Series, requests: Series): readonly Counts[] | undefined => {
  if ('missing' in requests) return undefined;
  if ('missing' in errors && errors.missing.reason !== NO_SERIES) return undefined;
  const failed = new Map('missing' in errors ? [] : errors.points.map(({ at, value }) => [at, value]));
  const windows = requests.points.map(({ at, value }) => ({
    requests: Math.round(value),
    failures: Math.round(failed.get(at) ?? 0),
  }));
  return windows.filter(
    (each) => Number.isSafeInteger(each.requests) && each.failures >= 0 && each.failures <= each.requests,
  );
};
