import type { Comparison } from '../rollout/comparison.ts';
import type { Target } from '../rollout/target.ts';
import type { Judgement, Verdict } from '../rollout/verdict.ts';
import type { MetricOrder } from './measure-metric.ts';
import type { StoreOutside } from './stores/reading.ts';
import type { StoreTools } from './stores/store-tools.ts';

/** A metric gate on one target that is compared with a baseline when its wave is left. */
export interface ComparisonOrder extends Omit<MetricOrder, 'at'> {
  readonly comparison: Comparison;
  /** The last write: from then on it is compared. */
  readonly since: number;
  /** Just before the first write. */
  readonly before: number;
  /** Targets that the rollout has not written to. */
  readonly others: readonly Target[];
}

/** A comparison under way, and what it asks by. */
export interface Ask {
  readonly order: ComparisonOrder;
  readonly outside: StoreOutside;
  readonly tools: StoreTools;
  readonly signal: AbortSignal;
}

/** What a comparison concludes, and by which numbers. */
export type Compared = Pick<Judgement, 'because' | 'value' | 'threshold' | 'samples'> & { readonly verdict: Verdict };

/** One stretch of the baseline: a target and when it ends. */
export interface Side {
  readonly target: Target;
  readonly at: number;
}

const WEEK_MS = 7 * 24 * 3_600_000;
/** Weeks back that a comparison with last week looks at. */
export const WEEKS = [1, 2, 3] as const;

/** The stretches of a baseline; of weeks each stands for itself. */
export const sidesOf = (
  { comparison, target, others, before }: ComparisonOrder,
  now: number,
): readonly (readonly Side[])[] => {
  if (comparison.baseline === 'last-week') return WEEKS.map((weeks) => [{ target, at: now - weeks * WEEK_MS }]);
  if (comparison.baseline === 'others' && others.length > 0)
    return [others.map((other) => ({ target: other, at: now }))];
  return [[{ target, at: before }]];
};

/** The one in the middle, or the only one; `undefined` unless there are as many as were asked for. */
export const middleOf = <Item>(items: readonly Item[], by: (item: Item) => number, asked: number): Item | undefined =>
  items.length < asked ? undefined : items.toSorted((a, b) => by(a) - by(b))[Math.floor(items.length / 2)];
