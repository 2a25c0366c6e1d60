/** Beyond this, a series this short can not tell strong resemblance from a trend. */
const MOST = 0.95;

/**
 * By how much the variance of a rank statistic of two series grows because neighbours in time resemble each other: (1 + r) / (1 - r)
 * for a process of the first order (Bartlett 1946), r being the resemblance of neighbouring ranks, corrected for its bias in short
 * series (Kendall 1954) and never below 0. At least 1. Ranks, so that the unit does not matter.
 */
export const inflationOf = (...series: readonly (readonly number[])[]): number => {
  const lengths = series.map((values) => values.length);
  const points = lengths.reduce((sum, length) => sum + length, 0);
  const weighted = series.map((values) => resemblance(ranks(values)) * values.length);
  const r = weighted.reduce((sum, value) => sum + value, 0) / points;
  return (1 + r) / (1 - r);
};

const resemblance = (values: readonly number[]): number => {
  const n = values.length;
  if (n < 5) return MOST;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const centred = values.map((value) => value - mean);
  const variance = centred.reduce((sum, value) => sum + value * value, 0);
  if (variance === 0) return 0;
  const lagged = centred.reduce((sum, value, index) => sum + value * (centred[index + 1] ?? 0), 0) / variance;
  return Math.min(MOST, Math.max(0, (lagged * n + 1) / (n - 4)));
};

/** The place of each value in its series from 1, equal values sharing the middle of their places. */
export const ranks = (values: readonly number[]): readonly number[] => {
  const places = new Map<number, { sum: number; count: number }>();
  [...values]
    .sort((a, b) => a - b)
    .forEach((value, index) => {
      const { sum, count } = places.get(value) ?? { sum: 0, count: 0 };
      places.set(value, { sum: sum + index + 1, count: count + 1 });
    });
  return values.map((value) => {
    const { sum, count } = places.get(value) ?? { sum: 0, count: 1 };
    return sum / count;
  });
};
