import type { Comparison } from './comparison.ts';
import type { MetricGate } from './gate.ts';

/**
 * Several metrics, each compared with a baseline on what is deployed, weighed into one score from 0 to 100: during a wave, and at its end.
 */
export interface ScoreGate {
  readonly kind: 'score';
  readonly metrics: Readonly<Record<string, ScoredMetric>>;
  /** From this score on it passes. */
  readonly pass: number;
  /** Below this it fails; at it or above, and below `pass`, it is marginal. */
  readonly marginal: number;
  /** Group -> its weight of 100. Groups without one share what is left equally. */
  readonly weights: Readonly<Record<string, number>>;
  /** What a marginal score does: `wait` is inconclusive, and judged again until the wave is given up. */
  readonly onMarginal: 'wait' | 'pass' | 'fail';
  /** How often it is judged at most. */
  readonly intervalMs: number;
}

/** One metric of a score. */
export interface ScoredMetric {
  /** How it is asked; its thresholds say nothing. */
  readonly metric: MetricGate;
  readonly comparison: Comparison;
  readonly group: string;
  /** One that fails makes the score 0. */
  readonly critical: boolean;
}

/**
 * How many times a score is judged on a target after a write: half of them while the wave is deployed and soaks, half from the end of the
 * soak on. Each look has an equal share of its level.
 */
export const SCORE_LOOKS = 20;
