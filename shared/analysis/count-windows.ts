import { type CountedWindow, type MetricOrder, measureWindow } from './measure-metric.ts';
import type { StoreOutside } from './stores/reading.ts';
import type { StoreTools } from './stores/store-tools.ts';

/** Windows of counts a side: enough for rare errors, few enough questions. */
const MOST_WINDOWS = 10;

/**
 * What a gate counts in the windows that end at a moment and fit into so long before it; the last one always. Newest first, ten at most
 * unless more are asked for.
 */
export const countWindows = async (
  order: MetricOrder & { readonly at: number },
  spanMs: number,
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
  most = MOST_WINDOWS,
): Promise<readonly CountedWindow[]> => {
  const counted: CountedWindow[] = [];
  let { at } = order;
  while (counted.length < most) {
    const { counts } = await measureWindow({ ...order, at }, outside, tools, signal);
    if (counts === undefined || counts.to <= counts.from) break;
    if (counted.length > 0 && counts.from < order.at - spanMs) break;
    counted.push(counts);
    at = counts.from;
  }
  return counted;
};
