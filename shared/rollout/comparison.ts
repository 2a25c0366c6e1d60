/** What a metric is compared with: beside its thresholds when a wave is to be left, and for a score. */
export interface Comparison {
  /**
   * `before`: the same target before its first write. `others`: the targets that this rollout has not written to, now; `before` where
   * there are none. `difference`: `before`, less what changed on the others meanwhile. `last-week`: the same target at this hour of the
   * last three weeks, of which the middle one is taken.
   */
  readonly baseline: 'before' | 'others' | 'difference' | 'last-week';
  /** Which way is bad. Counts are only ever worse by more errors. */
  readonly bad: 'higher' | 'lower' | 'either';
  /** How often, at most, a wave without fault is failed by any of its comparisons. */
  readonly level: number;
  /** How many share that level: comparisons of the widest wave, times its targets. */
  readonly of: number;
  /** Ratio to the baseline up to which a worsening is borne, however sure it is. 1: none. */
  readonly mostRise: number;
  /**
   * Of values, effect sizes that are borne instead of a ratio: how often a new value may be worse than an old one (common language effect
   * size; 0.5 is alike), or by how many pooled standard deviations the means may differ (Cohen's d).
   */
  readonly mostExceeds?: number;
  readonly mostDeviations?: number;
}
