import type { Verdict } from '../rollout/verdict.ts';
import { mannWhitney, type Shift } from './mann-whitney.ts';

/** What makes a series differ from its baseline by more than is borne. */
export interface ShiftRules {
  /** Which way is bad. */
  readonly bad: 'higher' | 'lower' | 'either';
  readonly confidence: number;
  /** The interval must lie beyond this part of the estimate, so that a shift that is hardly there is none. */
  readonly tolerance: number;
  /** Ratio of the means (new by old) up to which a rise, and down to which a fall, is borne. 1: any is too much. */
  readonly mostRise: number;
  readonly mostFall: number;
  /**
   * Effect sizes that are borne instead of a ratio: how often a new value may lie above an old one (common language effect size; 0.5 is
   * alike), or by how many pooled standard deviations the means may differ (Cohen's d).
   */
  readonly mostExceeds?: number;
  readonly mostDeviations?: number;
}

/** Those of Kayenta's judge. */
export const DEFAULT_SHIFT_RULES: ShiftRules = {
  bad: 'higher',
  confidence: 0.98,
  tolerance: 0.25,
  mostRise: 1,
  mostFall: 1,
};

export interface ShiftStanding {
  readonly verdict: Verdict;
  readonly because: string;
  readonly shift?: Shift;
}

/**
 * Judges values against those of a baseline, as latencies, by the rank test, widened where neighbours in time resemble each other.
 * The rules are those of Kayenta's NetflixACAJudge, with three holes closed: neither an empty side nor one with values that are not
 * finite ever passes, nothing is random, and no tolerance depends on the unit.
 */
export const assessShift = (
  fresh: readonly number[],
  baseline: readonly number[],
  rules: ShiftRules = DEFAULT_SHIFT_RULES,
): ShiftStanding => {
  const sides = `${fresh.length} values against ${baseline.length} of the baseline`;
  if (fresh.length === 0 || baseline.length === 0)
    return { verdict: 'inconclusive', because: `${sides}: nothing to compare` };
  if (![...fresh, ...baseline].every(Number.isFinite))
    return { verdict: 'inconclusive', because: `${sides}: some are no finite numbers` };
  const shift = mannWhitney(fresh, baseline, { confidence: rules.confidence, serial: true });
  const { low, high, estimate } = shift;
  const shown = `${sides}: shift ${rounded(estimate)} (${rules.confidence * 100} %: ${rounded(low)} to ${rounded(high)})`;
  if (isConstant([...fresh, ...baseline])) return { verdict: 'pass', because: `${sides}: all equal`, shift };
  if (low === -Infinity) return { verdict: 'inconclusive', because: `${shown}, too few values to tell`, shift };
  const least = rules.tolerance * Math.abs(estimate);
  const ratio = mean(fresh) / mean(baseline);
  const { mostExceeds, mostDeviations } = rules;
  const isLarge = (upwards: boolean): boolean => {
    if (mostExceeds !== undefined) return (upwards ? shift.exceeds : 1 - shift.exceeds) > mostExceeds;
    if (mostDeviations !== undefined) return Math.abs(cohensD(fresh, baseline)) > mostDeviations;
    return !Number.isFinite(ratio) || (upwards ? ratio >= rules.mostRise : ratio <= rules.mostFall);
  };
  const rises = low > least && isLarge(true);
  const falls = high < -least && isLarge(false);
  if (rises && rules.bad !== 'lower') return { verdict: 'fail', because: `${shown}, expected no rise`, shift };
  if (falls && rules.bad !== 'higher') return { verdict: 'fail', because: `${shown}, expected no fall`, shift };
  return { verdict: 'pass', because: shown, shift };
};

/** By how many pooled standard deviations the means differ (Cohen 1988); infinite where neither side varies. */
export const cohensD = (fresh: readonly number[], baseline: readonly number[]): number => {
  const squares = (values: readonly number[]) => {
    const middle = mean(values);
    return values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  };
  const pooled = (squares(fresh) + squares(baseline)) / (fresh.length + baseline.length - 2);
  return (mean(fresh) - mean(baseline)) / Math.sqrt(pooled);
};

const isConstant = ([first, ...rest]: readonly number[]): boolean => rest.every((value) => value === first);

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const rounded = (value: number): string => String(Number(value.toPrecision(4)));
