import type { Counts } from './counts.ts';
import { upperBound } from './intervals.ts';
import { mannWhitney } from './mann-whitney.ts';

/**
 * By how many times the share of failures may have grown on targets that nothing was written to: the exact upper bound of the ratio of two
 * Poisson rates (Przyborowski and Wilenski 1940), with this confidence. At least 1: that others became better is held against nobody. 1 too
 * where none of them failed at all, which shows no change.
 */
export const sharedRise = (after: Counts, before: Counts, confidence: number): number => {
  const failures = after.failures + before.failures;
  if (failures === 0 || after.requests === 0 || before.requests === 0) return 1;
  const part = upperBound({ requests: failures, failures: after.failures }, confidence);
  if (part >= 1) return Infinity;
  return Math.max(1, ((part / (1 - part)) * before.requests) / after.requests);
};

/**
 * By how much values may have moved on targets that nothing was written to, upwards and downwards, with this confidence on each side. Neither
 * is below 0; infinite where there are too few values to tell.
 */
export const sharedShift = (
  after: readonly number[],
  before: readonly number[],
  confidence: number,
): { readonly rise: number; readonly fall: number } => {
  const { low, high } = mannWhitney(after, before, { confidence: 2 * confidence - 1, serial: true });
  return { rise: Math.max(0, high), fall: Math.max(0, -low) };
};
