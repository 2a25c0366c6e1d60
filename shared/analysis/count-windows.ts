import { type CountedWindow, type MetricOrder, measureWindow } from './measure-metric.ts';
import { overdispersionOf } from './overdispersion.ts';
import type { StoreOutside } from './stores/reading.ts';
import type { StoreTools } from './stores/store-tools.ts';

/** Windows of counts a side: enough for rare errors, few enough questions. */
const MOST_WINDOWS = 10;

/** What a gate counts in the windows that end at a moment and fit into so long before it; the last one always. Newest first, ten at most. */
export const countWindows = async (
  order: MetricOrder & { readonly at: number },
  spanMs: number,
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
): Promise<readonly CountedWindow[]> => {
  const counted: CountedWindow[] = [];
  let { at } = order;
  while (counted.length < MOST_WINDOWS) {
    const { counts } = await measureWindow({ ...order, at }, outside, tools, signal);
    if (counts === undefined || counts.to <= counts.from) break;
    if (counted.length > 0 && counts.from < order.at - spanMs) break;
    counted.push(counts);
    at = counts.from;
  }
  return counted;
};

/** By how much failures came in clusters before a moment: `overdispersionOf` of the windows before it. 1 where a store can not be asked. */
export const measureDispersion = async (
  order: MetricOrder & { readonly at: number },
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
): Promise<number> => overdispersionOf(await countWindows(order, Infinity, outside, tools, signal));
