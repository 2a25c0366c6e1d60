import type { Judgement } from '../rollout/verdict.ts';
import { compareCounts } from './compare-counts.ts';
import { compareValues } from './compare-values.ts';
import type { Ask, ComparisonOrder } from './comparison.ts';
import { measureWindow } from './measure-metric.ts';
import type { StoreOutside } from './stores/reading.ts';
import type { StoreTools } from './stores/store-tools.ts';

/**
 * Compares what a gate measures since the last write with its baseline: errors by the exact conditional test, values by the rank test
 * widened by autocorrelation. Reads only. What can not be had is inconclusive: no baseline is never a pass.
 */
export const compareMetric = async (
  order: ComparisonOrder,
  outside: StoreOutside,
  tools: StoreTools,
  signal: AbortSignal,
): Promise<Judgement> => {
  const ask: Ask = { order, outside, tools, signal };
  const now = outside.clock.now();
  const { judgement } = await measureWindow(order, outside, tools, signal);
  const { verdict, because, ...numbers } =
    'value' in order.gate.query ? await compareValues(ask, now) : await compareCounts(ask, now);
  const subject = `gate ${order.name} on ${order.target.name}: compared with ${nameOf(order)}: ${because}`;
  return { ...judgement, verdict, because: subject, window: { from: order.since, to: now }, ...numbers };
};

const nameOf = ({ comparison, others }: ComparisonOrder): string => {
  if (comparison.baseline === 'last-week') return 'the middle one of three weeks';
  if (comparison.baseline === 'before') return 'before';
  if (comparison.baseline === 'difference' && others.length > 0)
    return `before, less what changed on ${others.length} others`;
  return others.length === 0 ? 'before, as no other target is left' : `${others.length} others`;
};
